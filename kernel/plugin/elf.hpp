// elf: finds the manifest section of a shared library by reading a few hundred bytes of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::plugin {

// A file open for reading at any place; closed at the end.
class ReadFile final {
 public:
  static Result<ReadFile> open(const std::string& path);
  ReadFile(ReadFile&& other) noexcept;
  ReadFile& operator=(ReadFile&&) = delete;
  ~ReadFile();

  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }
  // Exactly n bytes at this place, or false.
  bool read(uint64_t at, void* to, uint64_t n) const;

 private:
  ReadFile(std::string path, int fd, uint64_t size)
      : path_(std::move(path)), fd_(fd), size_(size) {}
  std::string path_;
  int fd_;
  uint64_t size_;
};

struct Stretch {
  uint64_t at = 0, bytes = 0;
};

// Where a section of this name lies. Judges the whole file on the way: not an ELF file, another
// machine, cut off. NOT_FOUND when there are sections but none of this name; a stretch of 0 bytes
// when the file has no section table at all.
Result<Stretch> find_section(const ReadFile& file, std::string_view name);

}  // namespace weft::plugin
