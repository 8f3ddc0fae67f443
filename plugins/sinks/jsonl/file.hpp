// File: a file of lines that only grows, and makes way for a new one when it is large.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::jsonl {

struct Rotation {
  uint64_t bytes = 0;  // 0: never
  uint32_t keep = 5;   // older files path.1, path.2, ...; 0 keeps none
};

// Every function that can fail answers 0 or the errno of what failed.
class File final {
 public:
  File(std::string path, Rotation rotation);
  ~File();
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Makes the folder and the file when they are missing. Does nothing when the file is open.
  int open();
  // Takes the bytes that were written from the front of lines, also when it fails.
  int write(std::string& lines);
  int sync();
  // Whether the file has no room for so many bytes more; an empty file has room for any line.
  bool is_full(uint64_t bytes) const;
  // Renames path to path.1 and so on, and opens a new file.
  int rotate();
  const std::string& path() const { return path_; }

 private:
  std::string older(uint32_t number) const;

  std::string path_;
  Rotation rotation_;
  int fd_ = -1;
  uint64_t size_ = 0;
};

}  // namespace weft::jsonl
