#include "plugin/beneath.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace weft::plugin {

namespace {

constexpr mode_t new_file_mode = 0644;
constexpr int tries_max = 64;  // of EAGAIN, which a rename elsewhere causes under load

int open_at_once(int directory, const std::string& path, const OpenWay& way) {
  open_how how{};
  how.flags = static_cast<unsigned>(way.flags | O_CLOEXEC);
  how.mode = (way.flags & O_CREAT) != 0 ? new_file_mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  if (!way.follow_links) how.resolve |= RESOLVE_NO_SYMLINKS;
  for (int i = 0; i < tries_max; ++i) {
    const long fd = syscall(SYS_openat2, directory, path.c_str(), &how, sizeof how);
    if (fd >= 0) return static_cast<int>(fd);
    if (errno != EAGAIN && errno != EINTR) return -errno;
  }
  return -EAGAIN;
}

bool is_link(int directory, const char* name) {
  struct stat about{};
  return fstatat(directory, name, &about, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(about.st_mode);
}

int open_one(int directory, const std::string& name, int flags) {
  const int fd = openat(directory, name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, new_file_mode);
  if (fd >= 0) return fd;
  const int error = errno;
  return error == ENOTDIR && is_link(directory, name.c_str()) ? -ELOOP : -error;
}

// Each part is opened in the directory before it, so it cannot be exchanged for a link in between.
int open_by_parts(int directory, const std::string& path, int flags) {
  int at = directory;
  size_t begin = 0;
  for (size_t end = path.find('/'); end != std::string::npos; end = path.find('/', begin)) {
    const int next = open_one(at, path.substr(begin, end - begin), O_PATH | O_DIRECTORY);
    if (at != directory) close(at);
    if (next < 0) return next;
    at = next;
    begin = end + 1;
  }
  const int fd = open_one(at, path.substr(begin), flags);
  if (at != directory) close(at);
  return fd;
}

}  // namespace

int open_beneath(int directory, const std::string& path, const OpenWay& way) {
  const std::string& name = path.empty() ? std::string(1, '.') : path;
  if (way.with_openat2) {
    const int fd = open_at_once(directory, name, way);
    // EPERM is what a seccomp filter answers; where it is the truth, it is found again.
    if (fd != -ENOSYS && fd != -EPERM) return fd;
  }
  return open_by_parts(directory, name, way.flags);
}

}  // namespace weft::plugin
