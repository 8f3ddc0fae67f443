#include "pty.hpp"

#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>

namespace {

constexpr int patience_ms = 20'000;  // only a broken program uses it up

[[noreturn]] void become_program(const PtyOptions& options) {
  for (const std::string& entry : options.environment) {
    const size_t equals = entry.find('=');
    setenv(entry.substr(0, equals).c_str(), entry.substr(equals + 1).c_str(), 1);
  }
  std::vector<char*> words{const_cast<char*>(WEFT_PROGRAM)};
  for (const std::string& word : options.words) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  execv(words.front(), words.data());
  _exit(127);
}

int times_in(std::string_view text, std::string_view part) {
  int n = 0;
  for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1)) ++n;
  return n;
}

}  // namespace

Pty::Pty(const PtyOptions& options) {
  winsize size{options.rows, options.columns, 0, 0};
  pid_ = forkpty(&fd_, nullptr, nullptr, &size);
  if (pid_ == 0) become_program(options);
}

Pty::~Pty() {
  if (pid_ > 0) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  if (fd_ >= 0) close(fd_);
}

// A terminal whose last writer has left answers EIO, which is its end.
bool Pty::read_some() {
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, patience_ms) <= 0) return false;
  char piece[4096];
  const ssize_t n = read(fd_, piece, sizeof piece);
  if (n <= 0) return false;
  output_.append(piece, static_cast<size_t>(n));
  return true;
}

bool Pty::wait_for(std::string_view text, int times) {
  while (times_in(output_, text) < times) {
    if (!read_some()) return false;
  }
  return true;
}

void Pty::type(std::string_view text) const {
  if (write(fd_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) abort();
}

void Pty::resize(unsigned short columns, unsigned short rows) const {
  const winsize size{rows, columns, 0, 0};
  ioctl(fd_, TIOCSWINSZ, &size);
}

int Pty::wait() {
  while (read_some()) {
  }
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}
