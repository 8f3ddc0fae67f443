#include "new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "text.hpp"

namespace weft::cli {
NewFile::NewFile(std::string name, std::string_view code)
    : name_(std::move(name)),
      part_(name_ + ".part"),
      code_(code),
      fd_(name_ == "-" ? STDOUT_FILENO
                       : open(part_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)),
      why_(fd_ < 0 ? errno : 0) {}

Error NewFile::unwritable(const std::string& file, int why) const {
  return {Status::failed, code_,
          concat({"cannot write ", in_quotes(file), ": ", std::strerror(why)}),
          "name another file with '-o'"};
}

NewFile::~NewFile() {
  if (fd_ < 0 || name_ == "-") return;
  close(fd_);
  unlink(part_.c_str());
}

Result<void> NewFile::write(std::string_view bytes) {
  if (fd_ < 0) return unwritable(part_, why_);
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return unwritable(part_, errno);
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return {};
}

Result<void> NewFile::finish() {
  if (name_ == "-") return {};
  struct stat there{};
  if (stat(name_.c_str(), &there) == 0 && fchmod(fd_, there.st_mode & 07777U) != 0) {
    return unwritable(part_, errno);
  }
  if (fsync(fd_) != 0 || std::rename(part_.c_str(), name_.c_str()) != 0) {
    return unwritable(name_, errno);
  }
  close(fd_);
  fd_ = -1;
  return {};
}

}  // namespace weft::cli
