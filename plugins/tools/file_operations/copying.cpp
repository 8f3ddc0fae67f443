#include "copying.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "content.hpp"
#include "names.hpp"
#include "tree.hpp"

namespace weft::files {

namespace {

// Copies by the file system itself, and by hand where that cannot.
class Pump final {
 public:
  Pump(int from, int to) : from_(from), to_(to) {}

  // Bytes copied, 0 at the end of the source, or the negative errno.
  ssize_t step(off_t at, size_t most) {
    if (room_.empty()) {
      off_t read_at = at, write_at = at;
      const ssize_t n = ::copy_file_range(from_, &read_at, to_, &write_at, most, 0);
      if (n >= 0 || errno == EINTR || errno == ENOSPC || errno == EDQUOT) return n < 0 ? -errno : n;
      room_.resize(size_t{1} << 20U);
    }
    const ssize_t n = ::pread(from_, room_.data(), std::min(most, room_.size()), at);
    if (n <= 0) return n < 0 ? -errno : 0;
    const ssize_t written = ::pwrite(to_, room_.data(), static_cast<size_t>(n), at);
    return written < 0 ? -errno : written;
  }

 private:
  int from_, to_;
  std::string room_;
};

struct Stretch {
  off_t at, end;
};

// The data at or behind a place; empty when only a hole is left.
Stretch next_data(int fd, off_t at, off_t size) {
  const off_t data = ::lseek(fd, at, SEEK_DATA);
  if (data < 0) return errno == ENXIO ? Stretch{size, size} : Stretch{at, size};
  const off_t hole = ::lseek(fd, data, SEEK_HOLE);
  return {data, hole < 0 || hole > size ? size : hole};
}

void copy_link(const Entry& entry, const Fd& from, const Fd& into, const std::string& path) {
  std::string leads(static_cast<size_t>(std::max<off_t>(entry.about.st_size, 255)) + 1, '\0');
  const ssize_t n = ::readlinkat(from.get(), entry.name.c_str(), leads.data(), leads.size());
  if (n < 0) fail(errno, "read the link", path);
  leads.resize(static_cast<size_t>(n));
  if (::symlinkat(leads.c_str(), into.get(), entry.name.c_str()) != 0) {
    fail(errno, "copy the link", path);
  }
}

void copy_inner_file(const Access& access, const Entry& entry, const Fd& into,
                     const std::string& path) {
  const Fd from = access.read(path);
  const mode_t mode = about(from, path).st_mode & 0777U;
  const int flags = O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC | O_NOFOLLOW;
  const Fd to(::openat(into.get(), entry.name.c_str(), flags, 0600));
  if (!to.is_open()) fail(errno, "create the copy of", path);
  copy_bytes(from, to.get(), path, access);
  if (::fchmod(to.get(), mode) != 0) fail(errno, "set the permissions of the copy of", path);
  if (::fsync(to.get()) != 0) fail(errno, "sync the copy of", path);
}

}  // namespace

void copy_bytes(const Fd& from, int to, const std::string& path, const Access& access) {
  const off_t size = about(from, path).st_size;
  refuse_size(static_cast<uint64_t>(size), path);
  if (::ftruncate(to, size) != 0) fail(errno, "make room for the copy of", path);
  Pump pump(from.get(), to);
  for (off_t at = 0; at < size;) {
    const Stretch data = next_data(from.get(), at, size);
    for (at = data.at; at < data.end;) {
      access.pause();
      constexpr off_t piece = off_t{8} << 20U;
      const ssize_t n = pump.step(at, static_cast<size_t>(std::min(data.end - at, piece)));
      if (n == 0) {
        refuse("tool.io", quoted(path).append(" became shorter while it was copied"),
               "copy it when nobody writes to it", {{"path", whole_text(path)}});
      }
      if (n < 0 && n != -EINTR) fail(static_cast<int>(-n), "copy", path);
      if (n > 0) at += n;
    }
    if (data.at == data.end) break;
  }
}

uint32_t check_copy(const Access& access, const std::string& source, const std::string& target) {
  const Fd top = access.list(source);
  const Visit visit = [&](const std::string& path, const struct stat& about) {
    const Kind kind = kind_of(about);
    if (kind == Kind::other) {
      refuse("tool.conflict", quoted(path).append(" is a pipe, a socket or a device"),
             "leave it out of what is copied", {{"path", whole_text(path)}});
    }
    if (kind == Kind::file) refuse_size(static_cast<uint64_t>(about.st_size), path);
    static_cast<void>(access.try_spot(target + path.substr(source == "." ? 0 : source.size())));
  };
  return 1 + survey(access, top, source, true, visit);
}

void copy_tree(const Access& access, const std::string& source, const Fd& into) {
  const Fd from = access.list(source);
  for (const Entry& entry : entries_of(from, source)) {
    const std::string path = joined(source, entry.name);
    const Kind kind = kind_of(entry.about);
    if (kind == Kind::link) {
      copy_link(entry, from, into, path);
    } else if (kind == Kind::file) {
      copy_inner_file(access, entry, into, path);
    } else if (kind == Kind::directory) {
      if (::mkdirat(into.get(), entry.name.c_str(), 0700) != 0) {
        fail(errno, "create the copy of", path);
      }
      const Fd inner = open_inner(into, entry.name, path);
      copy_tree(access, path, inner);
      if (::fchmod(inner.get(), entry.about.st_mode & 0777U) != 0) {
        fail(errno, "set the permissions of the copy of", path);
      }
    }
  }
  sync_directory(into, source);
}

}  // namespace weft::files
