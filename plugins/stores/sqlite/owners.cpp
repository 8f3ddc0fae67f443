#include "owners.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace weft::sqlite {
namespace {

struct flock byte_of(uint64_t epoch, int type) {
  struct flock lock{};
  lock.l_type = static_cast<short>(type);
  lock.l_whence = SEEK_SET;
  lock.l_start = static_cast<off_t>(epoch);
  lock.l_len = 1;
  return lock;
}

}  // namespace

Owners::~Owners() {
  if (fd_ >= 0) ::close(fd_);
}

Error Owners::error(std::string_view doing) const {
  Error e{Status::failed, "store.io",
          std::string(doing) + " '" + path_ + "' failed: " + std::strerror(errno)};
  e.hint = "use a local file system that supports open file description locks";
  return e;
}

Result<void> Owners::open() {
  if (fd_ < 0) fd_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd_ < 0) return error("opening");
  return {};
}

Result<void> Owners::hold(uint64_t epoch) {
  if (auto opened = open(); !opened) return opened;
  struct flock lock = byte_of(epoch, F_WRLCK);
  if (::fcntl(fd_, F_OFD_SETLK, &lock) != 0) return error("locking");
  held_.push_back(epoch);
  return {};
}

void Owners::release(uint64_t epoch) {
  if (!holds(epoch)) return;
  struct flock lock = byte_of(epoch, F_UNLCK);
  ::fcntl(fd_, F_OFD_SETLK, &lock);
  std::erase(held_, epoch);
}

bool Owners::holds(uint64_t epoch) const {
  return std::find(held_.begin(), held_.end(), epoch) != held_.end();
}

Result<bool> Owners::is_alive(uint64_t epoch) {
  if (epoch == 0) return false;
  if (holds(epoch)) return true;
  if (auto opened = open(); !opened) return opened.error();
  struct flock lock = byte_of(epoch, F_WRLCK);
  if (::fcntl(fd_, F_OFD_GETLK, &lock) != 0) return error("asking for the locks of");
  return lock.l_type != F_UNLCK;
}

}  // namespace weft::sqlite
