// Program: an expression as an array of codes, as the parser makes it and the machine reads it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <forward_list>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>

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

// Values, bytes and tables that stay where they are and are given back together. The first piece is
// lent by the owner and holds what most need: a definition has thousands of programs, and asking
// the heap for each of their tables took half of the time to compile it.
class Literals final {
 public:
  explicit Literals(std::span<std::byte> first)
      : at_(first.data()), end_(first.data() + first.size()) {}
  Literals(const Literals&) = delete;
  Literals& operator=(const Literals&) = delete;

  const char* bytes(std::string_view text);
  Value text(std::string_view text);
  Value scalar(weft_slot slot);
  // Lasting slots, uninitialised.
  weft_slot* slots(size_t count);
  const Regexp* regexp(Regexp made);
  void* allocate(size_t bytes);  // 8-aligned

 private:
  void widen(size_t bytes);

  std::byte *at_, *end_;  // what is left of the piece at hand
  size_t piece_bytes_ = 512;
  std::forward_list<std::unique_ptr<std::byte[]>> pieces_;
  std::forward_list<Regexp> regexps_;
};

// A table that only grows. What it held before lies in the memory as well and is not reused.
template <class T>
class Table final {
 public:
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

  // The number of the item.
  uint32_t add(const T& item, Literals& memory) {
    if (size_ == capacity_) widen(std::max(1U, size_ * 2), memory);
    ::new (items_ + size_) T(item);
    return size_++;
  }
  // The number of the first of them.
  uint32_t add(std::span<const T> items, Literals& memory) {
    const auto n = static_cast<uint32_t>(items.size());
    if (capacity_ - size_ < n) widen(size_ + std::max(size_, n), memory);
    std::uninitialized_copy(items.begin(), items.end(), items_ + size_);
    size_ += n;
    return size_ - n;
  }

  uint32_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const T* data() const { return items_; }
  const T& operator[](uint32_t i) const { return items_[i]; }
  const T* begin() const { return items_; }
  const T* end() const { return items_ + size_; }

 private:
  void widen(uint32_t capacity, Literals& memory) {
    auto* wider = static_cast<T*>(memory.allocate(capacity * sizeof(T)));
    std::uninitialized_copy(begin(), end(), wider);
    items_ = wider;
    capacity_ = capacity;
  }

  T* items_ = nullptr;
  uint32_t size_ = 0, capacity_ = 0;
};

// Invariant: operands, paths and the like are in range, and the tree is at most
// limits::expression_depth deep, so that the machine needs no checks. What it says lies in the
// Literals that it was made with.
struct Program {
  std::string_view text;
  uint32_t root = 0;
  Table<Code> codes;
  Table<Operand> operands;
  Table<Path> paths;
  Table<Segment> segments;
  Table<Value> literals;
  Table<const Regexp*> regexps;
  Table<Root> roots;
};

}  // namespace weft::expr
