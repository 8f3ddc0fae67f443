// Suite: finds the public conformance data, counts the cases, and says what failed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "base/blocks.hpp"

namespace weft::suite {

// One run over the data of a folder. main() returns end(), which is 0 only when cases ran and all
// of them passed, or 77 when the data is not there.
class Run final {
 public:
  explicit Run(std::string_view folder);

  bool has_data() const { return !path_.empty(); }
  // A file of the folder; a file that cannot be read or parsed counts as a failed case.
  std::optional<std::string> text(std::string_view file);
  Value json(std::string_view file);

  // Those in a folder of it that end so, sorted, as text and json take them.
  std::vector<std::string> files(std::string_view folder, std::string_view ending) const;

  // One case: counted, and printed when it failed.
  void expect(bool good, std::string_view name, std::string_view why = {});
  int end() const;

 private:
  std::string folder_, path_;
  uint32_t ran_ = 0, failed_ = 0;
  base::Blocks blocks_;
};

}  // namespace weft::suite
