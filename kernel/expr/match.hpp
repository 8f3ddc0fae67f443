// Regexp: regular expressions that match in linear time, whatever pattern and text are.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "expr/match_set.hpp"

namespace weft::expr {

// Which patterns are accepted. Both know Unicode code points and \p{…} by general category.
enum class Dialect : uint8_t {
  i_regexp,     // RFC 9485: no anchors, '^' and '$' are letters like others
  json_schema,  // and ^ $ (?:…) \d \D \w \W \s \S \/ \f \v \0 \xHH \uHHHH and lazy quantifiers
};

// An automaton simulated over sets of states: time is at most states() for every code point, and
// nothing is allocated. Counted repetitions are written out, so states are bounded
// (expr.limit.states). Bytes that are not UTF-8 match as U+FFFD.
class Regexp final {
 public:
  static constexpr uint32_t states_max = 4'096;

  // expr.syntax, expr.limit.depth or expr.limit.states; where.column counts code points from 1.
  static Result<Regexp> compile(std::string_view pattern, Dialect dialect = Dialect::i_regexp);

  bool matches(std::string_view text) const;  // the whole text
  bool search(std::string_view text) const;   // somewhere in it
  uint32_t states() const { return static_cast<uint32_t>(states_.size()); }

  enum class Kind : uint8_t { range, set, split, start, end, accept };
  struct State {
    Kind kind = Kind::accept;
    uint16_t next = 0;
    uint16_t other = 0;          // of split; of set the number of the set
    char32_t low = 0, high = 0;  // of range
  };

 private:
  friend class RegexpBuilder;
  Regexp() = default;
  bool run(std::string_view text, bool anywhere) const;

  std::vector<State> states_;
  std::vector<CodePoints> sets_;
  uint16_t first_ = 0;
};

}  // namespace weft::expr
