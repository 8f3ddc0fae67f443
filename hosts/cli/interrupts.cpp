#include "interrupts.hpp"

#include <pthread.h>

#include <csignal>
#include <utility>

namespace weft::cli {
namespace {

sigset_t taken() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t set = taken();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

Interrupts::~Interrupts() {
  stop();
  const sigset_t set = taken();
  pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

void Interrupts::watch(std::function<void()> first, std::function<void()> last) {
  thread_ = std::thread([this, first = std::move(first), last = std::move(last)] {
    const sigset_t set = taken();
    for (bool is_first = true;; is_first = false) {
      int signal = 0;
      if (sigwait(&set, &signal) != 0 || is_stopping_.load()) return;
      is_first ? first() : last();
    }
  });
}

void Interrupts::stop() {
  if (!thread_.joinable()) return;
  is_stopping_.store(true);
  pthread_kill(thread_.native_handle(), SIGINT);  // wakes sigwait
  thread_.join();
}

}  // namespace weft::cli
