// Interrupts: the first asks a run to end, the second leaves at once.
#pragma once

#include <atomic>
#include <functional>
#include <thread>

namespace weft::cli {

// Made before any other thread, which inherits that SIGINT and SIGTERM are blocked; they are taken
// by a thread of its own, where everything may be called that a signal handler must not.
class Interrupts final {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  // first is called once, then last for any further signal. Both on the other thread.
  void watch(std::function<void()> first, std::function<void()> last);
  // Afterwards neither is called any more.
  void stop();

 private:
  std::atomic<bool> is_stopping_{false};
  std::thread thread_;
};

}  // namespace weft::cli
