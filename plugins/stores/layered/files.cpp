#include "files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <set>

#include <weft/flat.hpp>
#include <weft/sdk/text.hpp>

#include "json.hpp"
#include "names.hpp"

namespace weft::layered {

using lit::operator""_k;
namespace fs = std::filesystem;

namespace {

constexpr size_t file_bytes_max = size_t{1} << 20U;  // as values of state
constexpr std::array<std::string_view, 3> endings{".json", ".md", ".txt"};

std::string name_in(std::string_view key) {
  std::string name;
  for (size_t i = 0; i < key.size(); ++i) {
    const bool is_escaped = key.substr(i, 3) == "%25";
    name += key[i];
    if (is_escaped) i += 2;
  }
  return name;
}

std::string key_of(std::string_view name) {
  std::string key;
  for (const char c : name) c == '%' ? key.append("%25") : key.append(1, c);
  return key;
}

// A descriptor that is closed.
class Open final {
 public:
  explicit Open(int fd) : fd_(fd) {}
  ~Open() {
    if (fd_ >= 0) ::close(fd_);
  }
  Open(const Open&) = delete;
  Open& operator=(const Open&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

// At most one byte more than may be; false when reading failed.
bool read_all(int fd, std::string& out) {
  std::array<char, 16384> block;
  while (out.size() <= file_bytes_max) {
    const ssize_t n = ::read(fd, block.data(), block.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return n == 0;
    out.append(block.data(), static_cast<size_t>(n));
  }
  return true;
}

}  // namespace

Error Files::failed(std::string_view file, std::string_view what, int error) const {
  Error e{Status::failed, "store.io",
          joined({folder_, file.empty() ? "" : "/", file, " ", what, ": ", std::strerror(error)})};
  e.hint = "put the folder back, or name another one in the list of layers";
  return e;
}

Result<void> Files::check() const {
  const Open folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0) return failed("", "cannot be listed", errno);
  return {};
}

// A text or JSON as a value in the memory given.
Result<Value> Files::value_of(const Text& text, Arena arena) const {
  if (text.bytes.size() > file_bytes_max) {
    Error e{Status::limit, "store.too_large",
            joined({folder_, "/", text.file, " is larger than 1 MB"})};
    e.hint = "keep what runs need of it in a smaller file";
    return e;
  }
  Error e{Status::corrupt, "store.bad_context", joined({folder_, "/", text.file})};
  e.hint = "correct the file; it is read again when it is asked for";
  if (text.file.ends_with(endings.front())) {
    auto value = read_json(text.bytes, arena);
    if (value) return value;
    const Where& at = value.error().where;
    e.message += joined({":", std::to_string(at.line), ":", std::to_string(at.column), ": ",
                         value.error().message});
    return e;
  }
  e.message += ": the text is not UTF-8";
  if (!sdk::is_utf8(text.bytes)) return e;
  Builder b(arena);
  b.text(text.bytes);
  return b.take_value();
}

// False when there is no such file.
Result<bool> Files::read(int folder, const std::string& file, Text& text) const {
  const Open in(::openat(folder, file.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  const int why = in.fd() < 0 ? errno : 0;
  if (why == ENOENT || why == ELOOP || why == ENAMETOOLONG) return false;
  struct stat about{};
  if (why != 0) return failed(file, "cannot be read", why);
  if (::fstat(in.fd(), &about) != 0) return failed(file, "cannot be read", errno);
  if (!S_ISREG(about.st_mode)) return false;
  if (!text.file.empty()) {
    Error e{Status::corrupt, "store.bad_context",
            joined({folder_, "/", text.file, " and ", file, " are one key"})};
    e.hint = "give one of them another name";
    return e;
  }
  text.file = file;
  text.at_ns = int64_t{about.st_mtim.tv_sec} * 1'000'000'000 + about.st_mtim.tv_nsec;
  if (!read_all(in.fd(), text.bytes)) return failed(file, "cannot be read", errno);
  return true;
}

// The flat entry of a name, made of the one file that has it; NOT_FOUND without words.
Result<std::string> Files::entry_of(std::string_view name) const {
  const Open folder(::open(folder_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.fd() < 0) return failed("", "cannot be listed", errno);
  Text text;
  for (const std::string_view ending : endings) {
    auto done = read(folder.fd(), joined({name, ending}), text);
    if (!done) return done.error();
  }
  if (text.file.empty()) return Error{Status::not_found};
  Memory memory;
  auto value = value_of(text, memory.arena());
  if (!value) return value.error();
  Builder b(memory.arena());
  b.begin_object();
  b.set("value"_k, *value);
  b.set("class"_k, "standard");
  b.set("at_ns"_k, text.at_ns);
  b.end_object();
  std::string flat;
  flatten(b.take(), flat);
  return flat;
}

Result<Value> Files::get(std::string_view key, Arena arena) const {
  const Error absent{Status::not_found, "store.not_found",
                     joined({in_quotes(key), " is not in the store"})};
  const std::string_view rest = key.substr(prefix_.size());
  const bool is_name = !rest.empty() && rest.find('/') == std::string_view::npos &&
                       rest.find('\0') == std::string_view::npos && key_of(name_in(rest)) == rest;
  if (!is_name) return absent;
  auto entry = entry_of(name_in(rest));
  if (!entry && entry.error().status == Status::not_found) return absent;
  if (!entry) return entry.error();
  Builder b(arena);
  b.bytes(*entry);
  return b.take_value();
}

Result<Value> Files::scan(const sdk::Scan& what, Arena arena) const {
  std::set<std::string, std::less<>> keys;
  std::error_code why;
  for (fs::directory_iterator at(folder_, why), end; !why && at != end; at.increment(why)) {
    std::error_code ignored;
    if (!fs::is_regular_file(at->symlink_status(ignored))) continue;
    const std::string file = at->path().filename().string();
    for (const std::string_view ending : endings) {
      if (file.size() == ending.size() || !file.ends_with(ending) || !sdk::is_utf8(file)) continue;
      keys.insert(prefix_ + key_of(std::string_view(file).substr(0, file.size() - ending.size())));
    }
  }
  if (why) return failed("", "cannot be listed", why.value());
  Builder b(arena);
  b.begin_array();
  uint32_t count = 0;
  for (const std::string& key : keys) {
    if (!key.starts_with(what.prefix) || key <= what.after) continue;
    if (what.max != 0 && count == what.max) break;
    auto entry = get(key, arena);
    if (!entry && entry.error().status == Status::not_found) continue;  // it has just gone
    if (!entry) return entry.error();
    b.begin_object();
    b.set("key"_k, std::string_view(key));
    b.set("value"_k, *entry);
    b.end_object();
    ++count;
  }
  b.end_array();
  return b.take_value();
}

}  // namespace weft::layered
