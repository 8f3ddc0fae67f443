// Sides: which way the conditions of a block have led, in the words in which its plan is explained.
#pragma once

#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "state/state.hpp"

namespace weft::engine {

struct Taken {
  std::string_view label;
  Value steps;  // list of nodes
};

// Of a pattern that compiles to sides[[label, condition or null, steps[]]], where those that belong
// together end with one that has no condition. Such are blocks of a flow, branches and switches.
class Sides final {
 public:
  Sides(const state::State& state, const state::Frame& frame);

  // Of those that the condition belongs to; empty while nothing is decided, and in other blocks.
  std::string_view taken(uint32_t condition) const;
  // In their order, one for each block of a flow.
  std::vector<Taken> all() const;

 private:
  uint32_t end_of(uint32_t first) const;
  uint32_t chosen(uint32_t first, uint32_t end) const;
  bool has_begun(Value side) const;
  bool is_true(Value side) const;

  const state::Frame& frame_;
  Value sides_;
  bool takes_all_;
};

}  // namespace weft::engine
