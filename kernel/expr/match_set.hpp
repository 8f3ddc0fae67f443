// CodePoints: a set of Unicode code points, by ranges and general categories.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace weft::expr {

// A bit for each of the 30 general categories.
using Categories = uint32_t;

// 'Lu', or 'L' for all that begin with it; nothing for a name that is none. Surrogates (Cs) are no
// characters and have no name.
std::optional<Categories> find_categories(std::string_view name);
// The same by the long names of Unicode, such as 'Letter' or 'Uppercase_Letter'.
std::optional<Categories> find_long_categories(std::string_view name);
inline constexpr Categories all_categories = (uint32_t{1} << 30) - 1;

// Of Unicode 14.
Categories category_of(char32_t code_point);

class CodePoints final {
 public:
  void add(char32_t low, char32_t high);
  void add(Categories categories) { categories_ |= categories; }
  // Ends the building of the set.
  void close(bool negated);

  bool contains(char32_t c) const {
    if (c < 128) return ((ascii_[c >> 6U] >> (c & 63U)) & 1U) != 0;
    return seek(c) != negated_;
  }

 private:
  bool seek(char32_t c) const;

  uint64_t ascii_[2] = {0, 0};
  std::vector<std::pair<char32_t, char32_t>> ranges_;  // sorted by their beginnings once closed
  Categories categories_ = 0;
  bool negated_ = false;
};

}  // namespace weft::expr
