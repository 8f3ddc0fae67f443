// Pty: a program on a terminal of its own, and everything that it writes there.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

struct PtyOptions {
  std::vector<std::string> words;        // behind the program
  std::vector<std::string> environment;  // NAME=value, on top of ours
  unsigned short columns = 80, rows = 24;
};

class Pty final {
 public:
  explicit Pty(const PtyOptions& options);
  ~Pty();
  Pty(const Pty&) = delete;
  Pty& operator=(const Pty&) = delete;

  // Reads until a text was written so many times; false when the program ends before, or after 20
  // s.
  bool wait_for(std::string_view text, int times = 1);
  void type(std::string_view text) const;
  void resize(unsigned short columns, unsigned short rows) const;
  // Reads to the end; the exit code, or -1 when a signal ended it.
  int wait();
  const std::string& output() const { return output_; }

 private:
  bool read_some();

  int fd_ = -1;
  pid_t pid_ = -1;
  std::string output_;
};
