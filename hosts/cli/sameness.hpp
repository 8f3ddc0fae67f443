// Sameness: whether two outputs mean the same, and where they part.
#pragma once

#include <optional>
#include <string>

#include <weft/value.hpp>

namespace weft::cli {

// What does not count unless the form of an output is kept: blanks at the ends of lines and of the
// text, and how a line ends. The order of members, and 1.0 for 1, never does.
enum class Strictness : uint8_t { normalised, exact };

struct Parting {
  std::string pointer;        // to the first part that differs
  std::string before, after;  // as JSON, from shortly before where texts part
};

// Nothing when they are the same.
std::optional<Parting> parting_of(Value before, Value after, Strictness strictness);

}  // namespace weft::cli
