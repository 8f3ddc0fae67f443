// Added: what the result of a run tells beside its steps, by the pattern of its outermost block.
#pragma once

#include <weft/value.hpp>

#include "state/state.hpp"

namespace weft::engine {

// Every condition that was asked, with what it came to, what it had read, and the side that was
// taken of those it belongs to. Of one asked again, the latest answer.
void add_decisions(Builder& b, const state::State& state, Arena arena);

// What the pattern says about the result, and what the table says in its terms: branches of a
// parallel, the way through a conditional, the groups of a chain, revisions. Of a run that failed
// also what its outermost steps gave.
void add_of_pattern(Builder& b, const state::State& state, Arena arena);

}  // namespace weft::engine
