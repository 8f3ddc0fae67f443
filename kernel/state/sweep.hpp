// Sweep: the memory of what no part of a state leads to any more is given back.
#pragma once

#include "state/state.hpp"

namespace weft::state {

// Gives back pages of payloads and the headers of released frames; answers how many bytes of
// payloads that were. Worth its time when the vault is full.
//
// Requires: whatever else holds an address of this run's payloads or frames is done with it. No
// call runs but those of running steps, whose arguments are in the state; no command of the run
// waits to be performed; every sink has consumed what was published.
uint64_t sweep(State& state);

}  // namespace weft::state
