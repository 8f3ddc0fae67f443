#include "transfer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <ctime>

#include "copying.hpp"
#include "names.hpp"
#include "replacing.hpp"
#include "tree.hpp"

namespace weft::files {

namespace {

constexpr std::string_view trash_name = ".weft-trash";

[[noreturn]] void refuse_missing(const std::string& path) { fail(ENOENT, "find", path); }

[[noreturn]] void refuse_link(const std::string& path) {
  refuse("tool.conflict", quoted(path).append(" is a symbolic link"),
         "name the path that it leads to", {{"path", whole_text(path)}});
}

void refuse_inside_itself(const Transfer& transfer) {
  if (!is_within(transfer.target, transfer.source)) return;
  std::string message = quoted(transfer.target);
  message.append(" is or lies in ").append(quoted(transfer.source));
  refuse("tool.invalid_argument", std::move(message), "choose a target outside of the source",
         {{"pointer", "/target_path"}});
}

// Needs a way to list what is in it, unless it is empty.
void refuse_full_directory(const std::string& path) {
  refuse("tool.conflict", quoted(path).append(" is a directory"),
         "set 'recursive: true' to take it with all that is in it", {{"path", whole_text(path)}});
}

// A directory that is complete before anybody sees it; gone with the object unless published.
class DraftDirectory final {
 public:
  explicit DraftDirectory(const Spot& spot) : spot_(spot), name_(fresh_name()) {
    if (::mkdirat(spot.directory.get(), name_.c_str(), 0700) != 0) {
      fail(errno, "create", spot.path);
    }
    directory_ = open_inner(spot.directory, name_, spot.path);
  }
  ~DraftDirectory() {
    if (name_.empty()) return;
    try {
      remove_tree(spot_.directory, name_, spot_.path);
    } catch (const Error&) {  // what could not be removed keeps its telling name
    }
  }
  DraftDirectory(const DraftDirectory&) = delete;
  DraftDirectory& operator=(const DraftDirectory&) = delete;

  const Fd& directory() const { return directory_; }
  void publish(mode_t mode) {
    if (::fchmod(directory_.get(), mode & 0777U) != 0) fail(errno, "set the mode of", spot_.path);
    const int at = spot_.directory.get();
    if (::renameat2(at, name_.c_str(), at, spot_.name.c_str(), RENAME_NOREPLACE) != 0) {
      fail(errno, "put in place", spot_.path);
    }
    name_.clear();
    sync_directory(spot_.directory, spot_.path);
  }

 private:
  const Spot& spot_;
  std::string name_;
  Fd directory_;
};

uint32_t copy_directory(const Access& access, const Transfer& transfer, const Spot& target) {
  const uint32_t count = check_copy(access, transfer.source, transfer.target);
  const mode_t mode = about(access.list(transfer.source), transfer.source).st_mode;
  DraftDirectory draft(target);
  copy_tree(access, transfer.source, draft.directory());
  draft.publish(mode);
  return count;
}

void copy_file(const Access& access, const std::string& source, const Spot& target) {
  const Fd from = access.read(source);
  Draft draft(target, about(from, source).st_mode & 0777U);
  copy_bytes(from, draft.fd(), source, access);
  draft.publish();
}

// 20260301T120000.000000001Z
std::string time_text() {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  tm parts{};
  ::gmtime_r(&now.tv_sec, &parts);
  char text[64];
  const size_t n = std::strftime(text, sizeof text, "%Y%m%dT%H%M%S", &parts);
  std::snprintf(text + n, sizeof text - n, ".%09ldZ", now.tv_nsec);
  return text;
}

// The directory of the trash beside a path, made when it is missing.
Spot trash_for(const Access& access, const Spot& spot) {
  constexpr size_t name_max = 200;  // with the time it stays below 255
  std::string kept = spot.name;
  if (kept.size() > name_max) kept = whole_text(std::string_view(kept).substr(0, name_max));
  const std::string trash = joined(parent_of(spot.path), trash_name);
  const std::string path = joined(trash, time_text().append(1, '-').append(kept));
  if (auto there = access.try_spot(path)) return std::move(*there);
  const Spot place = access.spot(trash);
  if (::mkdirat(place.directory.get(), place.name.c_str(), 0700) != 0 && errno != EEXIST) {
    fail(errno, "create", trash);
  }
  return access.spot(path);
}

// Moves an entry, never over another one. False when it is on another file system.
bool rename_to(const Spot& from, const Spot& to, unsigned how = RENAME_NOREPLACE) {
  if (::renameat2(from.directory.get(), from.name.c_str(), to.directory.get(), to.name.c_str(),
                  how) != 0) {
    if (errno == EXDEV) return false;
    fail(errno, "move", from.path);
  }
  sync_directory(to.directory, to.path);
  sync_directory(from.directory, from.path);
  return true;
}

// Moving makes a thing readable where its new place is.
void must_be_readable(const Access& access, const std::string& path, Kind kind) {
  if (kind == Kind::file) static_cast<void>(access.read(path));
  if (kind == Kind::directory) static_cast<void>(access.list(path));
}

void move_by_copy(const Access& access, const Transfer& transfer, const Spot& from,
                  const Spot& to) {
  const Kind kind = kind_of(*about_entry(from));
  if (kind == Kind::directory) {
    copy_directory(access, transfer, to);
  } else if (kind == Kind::file) {
    copy_file(access, transfer.source, to);
  } else {
    fail(EXDEV, "move", transfer.source);
  }
  remove_tree(from.directory, from.name, from.path);
  sync_directory(from.directory, from.path);
}

}  // namespace

Outcome copy(const Access& access, const Transfer& transfer) {
  const Kind kind = kind_of(about(access.look(transfer.source), transfer.source));
  if (kind == Kind::link) refuse_link(transfer.source);
  refuse_inside_itself(transfer);
  const Spot target = access.spot(transfer.target);
  if (kind == Kind::directory) {
    if (!transfer.recursive) refuse_full_directory(transfer.source);
    if (about_entry(target)) fail(EEXIST, "copy to", transfer.target);
    return {copy_directory(access, transfer, target), {}};
  }
  static_cast<void>(mode_for(target));
  copy_file(access, transfer.source, target);
  return {1, {}};
}

Outcome move(const Access& access, const Transfer& transfer) {
  refuse_inside_itself(transfer);
  const Spot from = access.spot(transfer.source);
  const auto moved = about_entry(from);
  if (!moved) refuse_missing(transfer.source);
  must_be_readable(access, transfer.source, kind_of(*moved));
  const Spot to = access.spot(transfer.target);
  if (!about_entry(to)) {
    if (!rename_to(from, to)) move_by_copy(access, transfer, from, to);
    return {1, {}};
  }
  if (!transfer.trash) {
    Error e = fault(EEXIST, "move to", transfer.target);
    e.hint = "set 'trash: true' to keep what is there in the trash, or choose another target";
    throw e;
  }
  const Spot kept = trash_for(access, to);
  // Exchanged, so that the target is never missing.
  if (!rename_to(from, to, RENAME_EXCHANGE)) {
    static_cast<void>(rename_to(to, kept));
    move_by_copy(access, transfer, from, to);
    return {1, kept.path};
  }
  if (!rename_to(from, kept)) fail(EXDEV, "move to the trash", transfer.target);
  return {1, kept.path};
}

Outcome remove(const Access& access, const std::string& path, bool recursive) {
  const Spot spot = access.spot(path);
  const auto there = about_entry(spot);
  if (!there) refuse_missing(path);
  uint32_t count = 1;
  if (kind_of(*there) == Kind::directory && !recursive) {
    if (::unlinkat(spot.directory.get(), spot.name.c_str(), AT_REMOVEDIR) != 0) {
      fail(errno, "delete", path);
    }
  } else {
    if (kind_of(*there) == Kind::directory) {
      const Fd top = open_inner(spot.directory, spot.name, path);
      count += survey(access, top, path, true, [&](const std::string& inner, const struct stat&) {
        static_cast<void>(access.spot(inner));
      });
    }
    remove_tree(spot.directory, spot.name, path);
  }
  sync_directory(spot.directory, path);
  return {count, {}};
}

Outcome move_to_trash(const Access& access, const std::string& path) {
  const Spot spot = access.spot(path);
  if (!about_entry(spot)) refuse_missing(path);
  const Spot kept = trash_for(access, spot);
  if (!rename_to(spot, kept)) fail(EXDEV, "move to the trash", path);
  return {1, kept.path};
}

}  // namespace weft::files
