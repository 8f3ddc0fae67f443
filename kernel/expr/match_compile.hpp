// RegexpTree: a regular expression as its parser reads it, before it becomes states.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "expr/match.hpp"

namespace weft::expr {

struct RegexpTree {
  static constexpr uint32_t unbounded = UINT32_MAX;

  struct Part {
    enum class Kind : uint8_t { empty, range, set, start, end, sequence, choice, repeat };
    Kind kind = Kind::empty;
    char32_t low = 0, high = 0;  // of range
    uint32_t first = 0;          // in lists (sequence, choice), sets (set) or parts (repeat)
    uint32_t count = 0;          // of sequence and choice
    uint32_t least = 0, most = 0;
  };

  std::vector<Part> parts;
  std::vector<uint32_t> lists;  // parts of sequences and choices
  std::vector<CodePoints> sets;
  uint32_t root = 0;
};

Result<RegexpTree> parse_regexp(std::string_view pattern, Dialect dialect);

}  // namespace weft::expr
