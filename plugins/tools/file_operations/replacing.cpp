#include "replacing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

#include "names.hpp"

namespace weft::files {

Draft::Draft(const Spot& spot, mode_t mode) : spot_(spot) {
  const int directory = spot.directory.get();
  // A nameless file gets its name through /proc, which may be missing.
  const bool has_proc = ::access("/proc/self/fd", X_OK) == 0;
  if (has_proc) file_ = Fd(::openat(directory, ".", O_TMPFILE | O_RDWR | O_CLOEXEC, mode));
  const bool is_lacking = errno == EOPNOTSUPP || errno == EISDIR || errno == EINVAL;
  if (!file_.is_open() && (!has_proc || is_lacking)) {
    std::string name = fresh_name();
    file_ = Fd(::openat(directory, name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, mode));
    if (file_.is_open()) temporary_ = std::move(name);
  }
  if (!file_.is_open()) fail(errno, "create", spot.path);
  if (::fchmod(file_.get(), mode) != 0) fail(errno, "set the permissions of", spot.path);
}

Draft::~Draft() {
  if (!temporary_.empty()) ::unlinkat(spot_.directory.get(), temporary_.c_str(), 0);
}

bool Draft::link_as(const std::string& name) const {
  char self[32];
  std::snprintf(self, sizeof self, "/proc/self/fd/%d", file_.get());
  return ::linkat(AT_FDCWD, self, spot_.directory.get(), name.c_str(), AT_SYMLINK_FOLLOW) == 0;
}

void Draft::publish() {
  if (::fsync(file_.get()) != 0) fail(errno, "sync", spot_.path);
  const int directory = spot_.directory.get();
  const bool is_named = temporary_.empty() && link_as(spot_.name);
  if (!is_named && temporary_.empty()) {
    if (errno != EEXIST) fail(errno, "put in place", spot_.path);
    std::string name = fresh_name();
    if (!link_as(name)) fail(errno, "put in place", spot_.path);
    temporary_ = std::move(name);
  }
  if (!is_named) {
    if (::renameat(directory, temporary_.c_str(), directory, spot_.name.c_str()) != 0) {
      fail(errno, "replace", spot_.path);
    }
    temporary_.clear();
  }
  sync_directory(spot_.directory, spot_.path);
}

mode_t mode_for(const Spot& spot) {
  const auto there = about_entry(spot);
  if (!there) return file_mode;
  if (kind_of(*there) == Kind::file) return there->st_mode & 0777U;
  std::string message = quoted(spot.path);
  message.append(" is no file but a ").append(text_of(kind_of(*there)));
  refuse("tool.conflict", message,
         kind_of(*there) == Kind::link ? "name the path that it leads to" : "name a file",
         {{"path", whole_text(spot.path)}});
}

}  // namespace weft::files
