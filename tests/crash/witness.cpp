#include "witness.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <sstream>
#include <stdexcept>

namespace crash {
namespace {

uint64_t now_micros() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(now).count());
}

sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) throw std::runtime_error(path + " is too long");
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

// The message of a process, which waits for an answer behind it.
std::string read_line(int fd) {
  char text[4096];
  size_t size = 0;
  while (size < sizeof text && (size == 0 || text[size - 1] != '\n')) {
    const ssize_t n = ::read(fd, text + size, sizeof text - size);
    if (n <= 0) break;  // it was killed while it wrote
    size += static_cast<size_t>(n);
  }
  const bool is_whole = size > 0 && text[size - 1] == '\n';
  return is_whole ? std::string(text, size - 1) : std::string();
}

}  // namespace

struct Witness::Alive {
  pid_t pid = 0;
  int fd = -1;  // readable when it has ended
  Exit exit;
};

Witness::Witness(const std::string& folder) : address_(folder + "/witness") {
  socket_ = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un address = address_of(address_);
  ::unlink(address_.c_str());
  if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      ::listen(socket_, 64) != 0) {
    throw std::runtime_error("cannot listen at " + address_);
  }
}

Witness::~Witness() {
  ::close(socket_);
  ::unlink(address_.c_str());
}

// Takes one message: 'call STEP ATTEMPT KEY' or 'doubt STEP'.
void Witness::serve(const Blow& blow, std::vector<Alive>& alive) {
  const int fd = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC);
  if (fd < 0) return;
  std::istringstream line(read_line(fd));
  std::string what, step, key;
  uint32_t attempt = 0;
  line >> what >> step >> attempt >> key;
  if (what == "doubt") ++ledger[step].doubts;
  if (what == "call") {
    Entry& entry = ledger[step];
    ++entry.calls;
    order.push_back(step);
    entry.attempts.push_back(attempt);
    entry.keys.push_back(key);
    ++calls_;
    const bool is_it = calls_ == blow.call;
    if (is_it && blow.when == Blow::When::in_call) falls_now_ = true;
    if (is_it && blow.when == Blow::When::after_call) falls_at_ = now_micros() + blow.micros;
  }
  if (falls_now_) {
    for (const Alive& a : alive) ::kill(a.pid, SIGKILL);
  } else {
    const ssize_t sent = ::send(fd, "1", 1, MSG_NOSIGNAL);
    (void)sent;  // whoever asked may be gone
  }
  ::close(fd);
}

std::vector<Exit> Witness::watch(const std::vector<std::function<int()>>& lives, const Blow& blow) {
  std::vector<Alive> alive;
  calls_ = 0;
  falls_now_ = false;
  falls_at_.reset();
  if (blow.when == Blow::When::after_time) falls_at_ = now_micros() + blow.micros;
  for (const auto& life : lives) {
    const pid_t pid = ::fork();
    if (pid == 0) ::_exit(life());
    alive.push_back({pid, static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)), {}});
  }
  size_t left = alive.size();
  while (left > 0) {
    std::vector<pollfd> fds{{socket_, POLLIN, 0}};
    for (const Alive& a : alive) fds.push_back({a.fd, POLLIN, 0});
    timespec wait{60, 0};
    if (falls_at_) {
      const uint64_t now = now_micros();
      const uint64_t micros = *falls_at_ > now ? *falls_at_ - now : 0;
      wait = {static_cast<time_t>(micros / 1'000'000),
              static_cast<long>(micros % 1'000'000 * 1'000)};
    }
    const int ready = ::ppoll(fds.data(), fds.size(), &wait, nullptr);
    // A process that takes a minute hangs, and then it is seen as one that does not end.
    const bool is_time = ready == 0 || (falls_at_ && now_micros() >= *falls_at_);
    if (is_time) {
      for (const Alive& a : alive) {
        if (a.fd >= 0) ::kill(a.pid, SIGKILL);
      }
      falls_at_.reset();
    }
    if ((fds[0].revents & POLLIN) != 0) serve(blow, alive);
    for (size_t i = 0; i < alive.size(); ++i) {
      if (alive[i].fd < 0 || (fds[i + 1].revents & POLLIN) == 0) continue;
      int status = 0;
      ::waitpid(alive[i].pid, &status, 0);
      if (WIFEXITED(status)) alive[i].exit = WEXITSTATUS(status);
      ::close(alive[i].fd);
      alive[i].fd = -1;
      --left;
    }
  }
  std::vector<Exit> exits;
  for (const Alive& a : alive) exits.push_back(a.exit);
  return exits;
}

void tell_doubt(const std::string& address, const std::string& step) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const sockaddr_un to = address_of(address);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    const std::string line = "doubt " + step + '\n';
    char answer = 0;
    if (::send(fd, line.data(), line.size(), MSG_NOSIGNAL) > 0) {
      const ssize_t n = ::read(fd, &answer, 1);
      (void)n;
    }
  }
  ::close(fd);
}

}  // namespace crash
