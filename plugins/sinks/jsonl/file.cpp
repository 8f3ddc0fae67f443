#include "file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>

namespace weft::jsonl {

File::File(std::string path, Rotation rotation) : path_(std::move(path)), rotation_(rotation) {}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

int File::open() {
  if (fd_ >= 0) return 0;
  const std::filesystem::path folder = std::filesystem::path(path_).parent_path();
  std::error_code ignored;  // open says better what is wrong
  if (!folder.empty()) std::filesystem::create_directories(folder, ignored);
  fd_ = ::open(path_.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  if (fd_ < 0) return errno;
  struct stat status{};
  size_ = ::fstat(fd_, &status) == 0 ? static_cast<uint64_t>(status.st_size) : 0;
  return 0;
}

int File::write(std::string& lines) {
  if (const int problem = open(); problem != 0) return problem;
  size_t done = 0;
  int problem = 0;
  while (done < lines.size()) {
    const ssize_t n = ::write(fd_, lines.data() + done, lines.size() - done);
    if (n >= 0) {
      done += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      problem = errno;
      break;
    }
  }
  size_ += done;
  lines.erase(0, done);
  return problem;
}

int File::sync() { return fd_ < 0 || ::fdatasync(fd_) == 0 || errno == EINVAL ? 0 : errno; }

bool File::is_full(uint64_t bytes) const {
  return rotation_.bytes != 0 && size_ != 0 && size_ + bytes > rotation_.bytes;
}

std::string File::older(uint32_t number) const { return path_ + '.' + std::to_string(number); }

int File::rotate() {
  for (uint32_t i = rotation_.keep; i > 1; --i) {
    if (std::rename(older(i - 1).c_str(), older(i).c_str()) != 0 && errno != ENOENT) return errno;
  }
  const bool moved = rotation_.keep == 0 ? ::unlink(path_.c_str()) == 0
                                         : std::rename(path_.c_str(), older(1).c_str()) == 0;
  if (!moved && errno != ENOENT) return errno;
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
  return open();
}

}  // namespace weft::jsonl
