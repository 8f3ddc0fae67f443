// A file that appears whole or not at all.
#pragma once

#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::cli {

// Is written beside the place where it will be, as NAME.part; '-' is standard output.
class NewFile final {
 public:
  // What goes wrong has the code.
  explicit NewFile(std::string name, std::string_view code = "export.unwritable");
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();

  Result<void> write(std::string_view bytes);
  // Puts it in its place, with the permissions of what stood there.
  // Requires: everything was written.
  Result<void> finish();

 private:
  Error unwritable(const std::string& file, int why) const;

  std::string name_, part_, code_;
  int fd_;
  int why_;
};

}  // namespace weft::cli
