#include "content.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <weft/sdk/json.hpp>

#include "names.hpp"

namespace weft::files {

namespace {

constexpr size_t piece_bytes = size_t{1} << 20U;  // between two looks at the clock

// Bytes up to the end or until there is no more room.
size_t read_into(int fd, char* to, size_t room, const Access& access, std::string_view path) {
  size_t got = 0;
  while (got < room) {
    access.pause();
    const ssize_t n = ::read(fd, to + got, std::min(room - got, piece_bytes));
    if (n == 0) break;
    if (n > 0) got += static_cast<size_t>(n);
    if (n < 0 && errno != EINTR) fail(errno, "read", path);
  }
  return got;
}

// Files of the kernel, such as those in /proc, say that they are empty.
std::string read_unsized(int fd, const Access& access, std::string_view path) {
  std::string all;
  for (;;) {
    const size_t before = all.size();
    all.resize(before + piece_bytes);
    const size_t n = read_into(fd, all.data() + before, piece_bytes, access, path);
    all.resize(before + n);
    refuse_size(all.size(), path);
    if (n < piece_bytes) return all;
  }
}

// Refers to bytes that already stand in the arena, closed by a zero.
Value value_at(const char* bytes, size_t size, const Arena& arena) {
  const bool is_text = is_utf8({bytes, size});
  Builder b(arena);
  if (size < 8) {
    is_text ? b.text({bytes, size}) : b.bytes({bytes, size});
    return b.take_value();
  }
  Arena memory = arena;
  auto* slot = static_cast<weft_slot*>(memory.allocate(sizeof(weft_slot)));
  *slot = {
      is_text ? uint8_t{WEFT_STR} : uint8_t{WEFT_BYTES}, 0, 0, static_cast<uint32_t>(size), {0}};
  if (is_text) slot->hint = weft_hint(bytes, size);
  slot->v.rel = bytes - reinterpret_cast<const char*>(slot);
  return Value(slot);
}

}  // namespace

void refuse_size(uint64_t bytes, std::string_view path) {
  if (bytes <= file_bytes_max) return;
  std::string message = quoted(path);
  message.append(" would be ").append(std::to_string(bytes)).append(" bytes; the most is 100 MB");
  refuse("limit.size", std::move(message), "use a tool that works record by record",
         {{"path", whole_text(path)}, {"asked", bytes}, {"most", file_bytes_max}});
}

Value read_content(const Access& access, const std::string& path, Arena arena) {
  const Fd file = access.read(path);
  const auto size = static_cast<uint64_t>(about(file, path).st_size);
  refuse_size(size, path);
  if (size == 0) {
    const std::string all = read_unsized(file.get(), access, path);
    auto* copy = static_cast<char*>(arena.allocate(all.size() + 1));
    all.copy(copy, all.size());
    copy[all.size()] = 0;
    return value_at(copy, all.size(), arena);
  }
  auto* bytes = static_cast<char*>(arena.allocate(size + 1));
  const size_t got = read_into(file.get(), bytes, size, access, path);
  bytes[got] = 0;
  return value_at(bytes, got, arena);
}

std::string_view content_of(Value input, std::string& room) {
  std::string_view bytes = room;
  if (input.is_text()) {
    bytes = input.as_text();
  } else if (input.tag() == Tag::bytes) {
    bytes = input.as_bytes();
  } else {
    room = sdk::json_text(input);
    bytes = room;
  }
  refuse_size(bytes.size(), "input");
  return bytes;
}

void write_all(int fd, std::string_view bytes, std::string_view path, const Access& access) {
  while (!bytes.empty()) {
    access.pause();
    const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), piece_bytes));
    if (n >= 0) bytes.remove_prefix(static_cast<size_t>(n));
    if (n < 0 && errno != EINTR) fail(errno, "write", path);
  }
}

uint64_t append_content(const Access& access, const std::string& path, std::string_view bytes) {
  const Fd file = access.append(path);
  refuse_size(static_cast<uint64_t>(about(file, path).st_size) + bytes.size(), path);
  size_t written = 0;
  while (written < bytes.size()) {
    const ssize_t n = ::write(file.get(), bytes.data() + written, bytes.size() - written);
    if (n >= 0) {
      written += static_cast<size_t>(n);
    } else if (errno != EINTR) {
      Error e = fault(errno, "append to", path);
      e.details.emplace_back("written", written);
      throw e;
    }
  }
  if (::fsync(file.get()) != 0) fail(errno, "sync", path);
  return static_cast<uint64_t>(about(file, path).st_size);
}

}  // namespace weft::files
