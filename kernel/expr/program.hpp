// Program: an expression as an array of codes, as the parser makes it and the machine reads it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>
#include <string>
#include <vector>

#include <weft/value.hpp>

#include "expr/match.hpp"
#include "expr/root.hpp"

namespace weft::expr {

inline constexpr uint32_t no_regexp = UINT32_MAX;

enum class Shape : uint8_t {
  literal,   // first: literals
  path,      // first: paths
  list,      // operands
  call,      // operands, of function
  any_of,    // operands joined by 'or'
  all_of,    // operands joined by 'and'
  inverse,   // 'not' first: codes
  negative,  // '-' first: codes
  chain,     // operands from left to right, each with the operator before it
};

enum class Operator : uint8_t {
  none,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  not_in,
  contains,
  matches,
};

struct Code {
  Shape shape = Shape::literal;
  uint16_t function = 0;  // number in functions()
  uint32_t first = 0;
  uint32_t count = 0;  // of operands
  uint32_t at = 0;     // byte in the text
};

struct Operand {
  uint32_t code = 0;
  uint32_t at = 0;  // of the operator
  Operator op = Operator::none;
  uint32_t regexp = no_regexp;  // of 'matches' with a literal pattern
};

struct Segment {
  enum class Kind : uint8_t { name, index, slice, all };
  Kind kind = Kind::name;
  bool has_begin = false, has_end = false;  // of slice
  uint32_t at = 0;                          // byte where it begins
  uint32_t end = 0;                         // and ends
  Key key;
  int64_t begin_index = 0;  // or the index
  int64_t end_index = 0;
};

struct Path {
  Root root;
  std::string_view name;  // of the root, as it was sought
  Key first;              // name of the first segment, or empty
  uint32_t segments = 0;  // the first of them
  uint32_t count = 0;
  uint32_t at = 0;
};

// Values and bytes that stay where they are while the program lives, and the memory of its tables.
// The first piece is lent by the owner, which holds what most need: a definition has thousands of
// programs, and asking the heap for each table took half of the time to compile it.
class Literals final {
 public:
  explicit Literals(std::span<std::byte> first) : memory_(first.data(), first.size()) {}
  Literals(const Literals&) = delete;
  Literals& operator=(const Literals&) = delete;

  const char* bytes(std::string_view text);
  Value text(std::string_view text);
  Value scalar(weft_slot slot);
  // Lasting slots, uninitialised.
  weft_slot* slots(size_t count);
  std::pmr::memory_resource* memory() { return &memory_; }

 private:
  std::pmr::monotonic_buffer_resource memory_;
};

// Invariant: operands, paths and the like are in range, and the tree is at most
// limits::expression_depth deep, so that the machine needs no checks.
struct Program {
  alignas(weft_slot) std::array<std::byte, 192> first;
  Literals kept{first};
  std::string_view text;
  uint32_t root = 0;
  std::pmr::vector<Code> codes{kept.memory()};
  std::pmr::vector<Operand> operands{kept.memory()};
  std::pmr::vector<Path> paths{kept.memory()};
  std::pmr::vector<Segment> segments{kept.memory()};
  std::pmr::vector<Value> literals{kept.memory()};
  std::pmr::vector<Regexp> regexps{kept.memory()};
  std::pmr::vector<Root> roots{kept.memory()};
};

}  // namespace weft::expr
