// Document: the list of layers as its author wrote it, checked.
#pragma once

#include <string>
#include <vector>

#include <weft/result.hpp>

namespace weft::layered {

struct Described {
  std::string name;
  std::string at;                 // a URL; paths in it are those of this process
  std::vector<std::string> keys;  // prefixes
  bool is_read_only = false;

  bool is_files() const { return at.starts_with("files:"); }
  std::string folder() const { return at.substr(at.find(':') + 1); }
};

// At least one layer; the first may be written, and no prefix is claimed twice. BAD_INPUT names
// file, place and what to do, for an error of create has nothing but its message.
Result<std::vector<Described>> read_document(const std::string& file);

}  // namespace weft::layered
