// Access: files as the host lends them to one call, and the errors of what is done with them.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <weft/sdk.hpp>

namespace weft::files {

inline constexpr uint64_t file_bytes_max = uint64_t{100} << 20U;
inline constexpr uint32_t entries_max = 10'000;
inline constexpr uint32_t levels_max = 100;  // of directories in directories
inline constexpr mode_t file_mode = 0644;
inline constexpr mode_t directory_mode = 0755;

// An open file, closed at the end.
class Fd final {
 public:
  Fd() = default;
  explicit Fd(int fd) : fd_(fd) {}
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Fd();
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

// A name in an open directory; the directory may be written, the name need not exist.
struct Spot {
  std::string path;  // for people
  Fd directory;
  std::string name;
};

// The failure of a system call as an error: code, text of errno, path and remedy.
// verb completes "cannot ...".
Error fault(int error, std::string_view verb, std::string_view path);
[[noreturn]] void fail(int error, std::string_view verb, std::string_view path);
// An error of another origin, with its hint.
[[noreturn]] void refuse(std::string_view code, const std::string& message, std::string hint,
                         std::vector<Detail> details = {});

// Everything throws an Error. Nothing here follows a link that was not granted.
class Access final {
 public:
  explicit Access(const sdk::Call& call) : call_(call) {}

  Fd read(const std::string& path) const { return open(path, WEFT_FILE_READ); }
  Fd append(const std::string& path) const { return open(path, WEFT_FILE_APPEND); }
  Fd list(const std::string& path) const { return open(path, WEFT_FILE_DIR); }
  // What stands at the path, without following a link at its end; nothing when it is missing.
  Fd look(const std::string& path) const;
  std::optional<Fd> try_look(const std::string& path) const;
  // The directory of the path, to change the entry of its last part.
  Spot spot(const std::string& path) const;
  std::optional<Spot> try_spot(const std::string& path) const;

  // Throws when the call should end: cancelled, or out of time.
  void pause() const;

 private:
  Fd open(const std::string& path, uint32_t how) const;
  const sdk::Call& call_;
};

enum class Kind : uint8_t { file, directory, link, other };
Kind kind_of(const struct stat& about);
// "file", "directory", "symlink" or "other".
std::string_view text_of(Kind kind);

struct stat about(const Fd& fd, std::string_view path);
// Of an entry, its own and not that of what it links to; nothing when it is missing.
std::optional<struct stat> about_entry(const Spot& spot);

// Makes what was done in a directory last.
void sync_directory(const Fd& directory, std::string_view path);

}  // namespace weft::files
