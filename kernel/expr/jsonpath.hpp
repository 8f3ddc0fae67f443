// JsonPath: queries of RFC 9535, compiled once and bounded when they run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "base/blocks.hpp"
#include "expr/match.hpp"

namespace weft::expr {

class JsonPath final {
 public:
  // expr.syntax with the column of what is wrong, counted in code points from 1.
  static Result<JsonPath> compile(std::string_view query);

  // Counts work; false when the budget is used up.
  using Spend = std::function<bool(uint64_t operations)>;
  // Appends what the query selects, in order; each value is a view of the root. False when the
  // budget was used up.
  bool select(Value root, const Spend& spend, std::vector<Value>& out) const;

  // How a query lies in memory, for parser and walk. Numbers are places in the lists below.
  struct Selector {
    enum class Kind : uint8_t { name, wildcard, index, slice, filter };
    Kind kind = Kind::name;
    bool has_begin = false, has_end = false;  // of slice
    uint32_t term = 0;                        // of filter
    Value name;
    int64_t begin = 0, end = 0, step = 1;  // begin is the index, too
  };
  struct Segment {
    bool descends = false;
    uint32_t first = 0, count = 0;  // selectors
  };
  struct Query {
    bool of_current = false;  // begins with @
    bool is_singular = true;
    uint32_t first = 0, count = 0;  // segments
  };
  enum class Function : uint8_t { length, count, match, search, value };
  // Something of a filter: what is true or false, or what is compared.
  struct Term {
    enum class Kind : uint8_t { any_of, all_of, inverse, exists, compare, literal, query, call };
    enum class Order : uint8_t { equal, unequal, less, less_equal, greater, greater_equal };
    Kind kind = Kind::literal;
    Order order = Order::equal;  // of compare
    Function function = Function::length;
    uint32_t first = 0, count = 0;  // of any_of, all_of and call: places in operands
    uint32_t a = 0, b = 0;          // terms of compare and inverse; a: query of exists and query
    int32_t regexp = -1;            // of a call with a literal pattern
    Value value;                    // of literal
  };

 private:
  friend class JsonPathParser;
  friend class JsonPathWalk;
  JsonPath() : kept_(std::make_unique<base::Blocks>(512)) {}

  std::unique_ptr<base::Blocks> kept_;  // names and literals
  std::vector<Selector> selectors_;
  std::vector<Segment> segments_;
  std::vector<Query> queries_;
  std::vector<Term> terms_;
  std::vector<uint32_t> operands_;
  std::vector<Regexp> regexps_;
  uint32_t root_ = 0;  // query
};

// The pattern of match() without the signs for both ends, which others write and I-Regexp reads as
// letters: a match is of the whole text anyway.
std::string_view without_ends(std::string_view pattern);

}  // namespace weft::expr
