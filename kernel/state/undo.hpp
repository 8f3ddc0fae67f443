// Undo: what fold keeps of effects that can be undone, and what becomes of them.
#pragma once

#include "state/state.hpp"

namespace weft::state {

// A node has succeeded, or may have. Requires: it still holds its arguments.
void remember_undo(State& state, Frame& frame, const event::Event& event);
// It was found out what became of a node in doubt.
void forget_doubt(State& state, const event::Event& event);
// A compensation began, waits, or ended.
void fold_undo(State& state, const event::Event& event);

}  // namespace weft::state
