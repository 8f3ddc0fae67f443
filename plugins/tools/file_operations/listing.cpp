#include "listing.hpp"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "names.hpp"
#include "tree.hpp"

namespace weft::files {

using namespace lit;

namespace {

constexpr int64_t second = 1'000'000'000;

void put_entry(Builder& b, const std::string& path, const struct stat& about) {
  const std::string_view name = name_of(path);
  b.begin_object();
  b.set("name"_k, std::string_view(whole_text(name)));
  b.set("path"_k, std::string_view(whole_text(path)));
  b.set("type"_k, text_of(kind_of(about)));
  b.set("size"_k, static_cast<int64_t>(about.st_size));
  b.key("modified"_k);
  b.time(about.st_mtim.tv_sec * second + about.st_mtim.tv_nsec);
  if (!is_utf8(name)) {
    b.key("name_bytes"_k);
    b.bytes(name);
  }
  b.end_object();
}

void put_time(Builder& b, Key key, const struct statx_timestamp& time) {
  b.key(key);
  b.time(time.tv_sec * second + static_cast<int64_t>(time.tv_nsec));
}

}  // namespace

Value list(const Access& access, const std::string& path, bool recursive, Builder& b) {
  const Fd top = access.list(path);
  b.begin_object();
  b.key("entries"_k);
  b.begin_array();
  const uint32_t count =
      survey(access, top, path, recursive, [&](const std::string& inner, const struct stat& about) {
        // Each directory that is entered must be granted itself.
        if (recursive && kind_of(about) == Kind::directory) static_cast<void>(access.list(inner));
        put_entry(b, inner, about);
      });
  b.end_array();
  b.set("count"_k, count);
  b.end_object();
  return b.take_value();
}

Value metadata(const Access& access, const std::string& path, Builder& b) {
  const Fd fd = access.look(path);
  struct statx found{};
  if (::statx(fd.get(), "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) {
    fail(errno, "look at", path);
  }
  struct stat about{};
  about.st_mode = found.stx_mode;
  b.begin_object();
  b.set("type"_k, text_of(kind_of(about)));
  b.set("size"_k, static_cast<uint64_t>(found.stx_size));
  b.set("readonly"_k, (found.stx_mode & 0222U) == 0);
  if ((found.stx_mask & STATX_BTIME) != 0) put_time(b, "created"_k, found.stx_btime);
  put_time(b, "modified"_k, found.stx_mtime);
  put_time(b, "accessed"_k, found.stx_atime);
  b.end_object();
  return b.take_value();
}

}  // namespace weft::files
