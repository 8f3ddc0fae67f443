// Course: which steps of a run have begun, in the order in which they did.
#pragma once

#include <cstdint>
#include <vector>

#include "state/state.hpp"

namespace weft::engine {

// A visit of a step. It has run if something was done for it, so that its result was not just
// given.
struct Ran {
  uint64_t order;  // the sequence of the event with which it began
  uint32_t frame, node, visit;
  uint16_t attempts;  // of the latest visit: of the one before that had some, if it had none
  bool is_latest, has_run;
};

// Steps of a block that was entered again are told of the last time only, steps that were visited
// again in one block as long as State::passes has them.
std::vector<Ran> course_of(const state::State& state);

}  // namespace weft::engine
