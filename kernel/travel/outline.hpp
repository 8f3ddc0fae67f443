// Outline: what a condition is joined of, so that its operands can change places and its thresholds
// their values.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::travel {

// A number that something is compared with, as it stands in a text.
struct Threshold {
  uint32_t begin = 0, end = 0;
  double value = 0;
  std::string compared;     // the other side, an expression
  std::string_view symbol;  // < <= > >=, as if the number stood behind it
};

// A condition or an operand of one: a value of its own in the definition, or a stretch of a text.
struct Clause {
  enum class Kind : uint8_t { leaf, all, any };
  Kind kind = Kind::leaf;
  Value written;                // of a value of its own; else missing
  std::string_view text;        // that it stands in; empty where it is an object
  uint32_t begin = 0, end = 0;  // in the text
  std::string expression;       // what it means
  std::vector<Clause> parts;    // as they are written
  std::vector<uint32_t> order;  // in which they are written out; empty: as they are
  std::optional<Threshold> threshold;
  std::string instead;  // of the number of the threshold; or of all of a leaf of a text
  bool replaces_all = false;
};

// Requires: the condition was checked. What is not understood is a leaf.
Clause outline(Value condition);

// The condition with all that was changed in the outline. May link to what it was made of.
Value written(const Clause& part, Arena arena);

}  // namespace weft::travel
