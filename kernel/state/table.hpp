// Table: the memory of a frame's columns, for those who lay them out.
#pragma once

#include "state/state.hpp"

namespace weft::state {

// Columns for the nodes of the frame's block, all pending; what stood there before is forgotten.
void take_table(State& state, Frame& frame);
// A list of inner frames, of which there are none yet.
void take_inner(State& state, Frame& frame);
// Both are given back; the frame goes on pointing at them.
void give_table(State& state, const Frame& frame);

}  // namespace weft::state
