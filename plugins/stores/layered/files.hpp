// Files: a folder of context files, read as values of one owner of state.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/sdk/store.hpp>

namespace weft::layered {

// NAME.json is a value, NAME.md and NAME.txt are texts; what else lies there, and links, are not
// looked at. A key is the prefix and NAME, in which '%' is %25. Files are read whenever they are
// asked for, so they may change while runs go on.
class Files final {
 public:
  Files(std::string folder, std::string prefix)
      : folder_(std::move(folder)), prefix_(std::move(prefix)) {}

  // FAILED when the folder cannot be listed.
  Result<void> check() const;
  // The bytes of an entry of state, {value, class, at_ns}. NOT_FOUND; CORRUPT when the file is not
  // what its name says, or two files are one key; LIMIT above 1 MB.
  Result<Value> get(std::string_view key, Arena arena) const;
  Result<Value> scan(const sdk::Scan& what, Arena arena) const;

 private:
  struct Text {
    std::string file, bytes;  // without a file there is none
    int64_t at_ns = 0;
  };
  Result<bool> read(int folder, const std::string& file, Text& text) const;
  Result<Value> value_of(const Text& text, Arena arena) const;
  Result<std::string> entry_of(std::string_view name) const;
  Error failed(std::string_view file, std::string_view what, int error) const;

  std::string folder_, prefix_;
};

}  // namespace weft::layered
