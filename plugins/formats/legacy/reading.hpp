// Reading: what was found in an old text, and the definition that it means.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "parts.hpp"

namespace weft::legacy {

inline constexpr uint32_t steps_max = 10'000;

enum class Dialect : uint8_t { prose, flagged, arrows, commands };
std::string_view name_of(Dialect dialect);   // as reports say it
std::string_view words_of(Dialect dialect);  // as people say it

// step: becomes a step. shape: becomes an order, a choice or a loop. assumed: may mean something
// else, too. lost: the definition does not say it. refused: nothing can be made of the text.
enum class Kind : uint8_t { step, shape, assumed, lost, refused };
std::string_view name_of(Kind kind);

struct Finding {
  Kind kind = Kind::step;
  Span place;
  std::string what, becomes;
  uint32_t confidence = 100;  // of a hundred
  std::string command;        // that a step names
};

struct Reading {
  Dialect dialect = Dialect::prose;
  std::string mode;               // of a flagged chain
  uint32_t confidence = 100;      // of the dialect, and of whatever is least sure
  std::vector<Finding> findings;  // by place
  Tree definition;                // an empty object when nothing can be made of the text
  Fault fault;

  bool is_converted() const { return !definition.items.empty(); }
  const Finding* first(Kind kind) const;
};

// False when the text is no text of these dialects; the fault says why and where.
bool read(std::string_view text, Reading& reading);

}  // namespace weft::legacy
