#include "access.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <system_error>

#include "names.hpp"

namespace weft::files {

namespace {

struct Remedy {
  int error;
  std::string_view code, hint;
};

// The last one stands for all others.
constexpr Remedy remedies[] = {
    {ENOENT, "tool.not_found", "create it first, or correct the path"},
    {ENOTDIR, "tool.not_found", "a part of the path is no directory"},
    {EEXIST, "tool.conflict", "choose another name, or move what is there away"},
    {ENOTEMPTY, "tool.conflict", "set 'recursive: true' to include what is in it"},
    {EISDIR, "tool.conflict", "it is a directory; name a file"},
    {EBUSY, "resource.busy", "it is in use by the operating system; try again later"},
    {EINVAL, "tool.invalid_argument", "the file system does not allow this here"},
    {ENAMETOOLONG, "tool.invalid_argument", "use names of at most 255 bytes"},
    {EACCES, "permission.denied", "give the user of this process access to it"},
    {EPERM, "permission.denied", "the operating system forbids it; look at owner and attributes"},
    {EROFS, "permission.denied", "the file system cannot be written; choose another one"},
    {ENOSPC, "resource.disk", "free space on this file system"},
    {EDQUOT, "resource.quota", "free space within the quota, or raise it"},
    {EFBIG, "limit.size", "the file system does not take files of this size"},
    {EMFILE, "resource.busy", "raise 'ulimit -n', or run fewer steps at once"},
    {ENFILE, "resource.busy", "too many files are open on this machine"},
    {0, "tool.io", "look at the disk and try again"},
};

}  // namespace

Fd::~Fd() {
  if (fd_ >= 0) ::close(fd_);
}

Error fault(int error, std::string_view verb, std::string_view path) {
  const Remedy* found = remedies;
  while (found->error != 0 && found->error != error) ++found;
  std::string message = "cannot ";
  message.append(verb).append(" ").append(quoted(path)).append(": ");
  message.append(std::generic_category().message(error));
  Error e = sdk::failure(found->code, message, {{"path", whole_text(path)}, {"errno", error}});
  e.hint = found->hint;
  return e;
}

void fail(int error, std::string_view verb, std::string_view path) {
  throw fault(error, verb, path);
}

void refuse(std::string_view code, const std::string& message, std::string hint,
            std::vector<Detail> details) {
  Error e = sdk::failure(code, message, std::move(details));
  e.hint = std::move(hint);
  throw e;
}

Fd Access::open(const std::string& path, uint32_t how) const {
  auto fd = call_.open_file(path, how);
  if (fd) return Fd(*fd);
  for (Detail& detail : fd.error().details) {
    if (detail.name == "path") detail.value = whole_text(path);
  }
  throw fd.error();
}

Fd Access::look(const std::string& path) const { return open(path, WEFT_FILE_STAT); }

std::optional<Fd> Access::try_look(const std::string& path) const {
  auto fd = call_.open_file(path, WEFT_FILE_STAT);
  if (fd) return Fd(*fd);
  if (fd.error().status == Status::not_found) return std::nullopt;
  return open(path, WEFT_FILE_STAT);
}

Spot Access::spot(const std::string& path) const {
  Fd directory = open(path, WEFT_FILE_PARENT);
  const std::string_view name = name_of(path);
  if (name.empty() || name == "." || name == "..") {
    refuse("tool.invalid_argument", quoted(path).append(" ends without a name"),
           "name what is to be changed", {{"path", path}});
  }
  return {path, std::move(directory), std::string(name)};
}

std::optional<Spot> Access::try_spot(const std::string& path) const {
  auto fd = call_.open_file(path, WEFT_FILE_PARENT);
  if (!fd && fd.error().status == Status::not_found) return std::nullopt;
  if (fd) ::close(*fd);
  return spot(path);
}

void Access::pause() const {
  if (call_.cancelled()) throw sdk::failure("cancelled", "the call was asked to end");
  const uint64_t deadline = call_.deadline_ns();
  if (deadline == 0) return;
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  if (static_cast<uint64_t>(std::chrono::nanoseconds(now).count()) < deadline) return;
  Error e = sdk::failure("timeout", "the deadline of the call has passed");
  e.hint = "give the step a longer 'timeout', or do less in one call";
  throw e;
}

Kind kind_of(const struct stat& about) {
  if (S_ISREG(about.st_mode)) return Kind::file;
  if (S_ISDIR(about.st_mode)) return Kind::directory;
  return S_ISLNK(about.st_mode) ? Kind::link : Kind::other;
}

std::string_view text_of(Kind kind) {
  switch (kind) {
    case Kind::file: return "file";
    case Kind::directory: return "directory";
    case Kind::link: return "symlink";
    default: return "other";
  }
}

struct stat about(const Fd& fd, std::string_view path) {
  struct stat found{};
  if (::fstatat(fd.get(), "", &found, AT_EMPTY_PATH) != 0) fail(errno, "look at", path);
  return found;
}

std::optional<struct stat> about_entry(const Spot& spot) {
  struct stat found{};
  if (::fstatat(spot.directory.get(), spot.name.c_str(), &found, AT_SYMLINK_NOFOLLOW) == 0) {
    return found;
  }
  if (errno == ENOENT) return std::nullopt;
  fail(errno, "look at", spot.path);
}

void sync_directory(const Fd& directory, std::string_view path) {
  // A file system that cannot sync directories says EINVAL; then there is nothing to wait for.
  if (::fsync(directory.get()) != 0 && errno != EINVAL) fail(errno, "sync the directory of", path);
}

}  // namespace weft::files
