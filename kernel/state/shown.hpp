// Shown: what people see of a run, without what its definition hides and what is sensitive of the
// values beside it.
#pragma once

#include <string>
#include <string_view>

#include "event/event.hpp"
#include "state/state.hpp"

namespace weft::state {

// Takes note of an event that tells of a sensitive value.
void confide(State& state, const event::Event& event);

// The very value where nothing in it is hidden. May link to it.
Value shown(const State& state, Value value, Arena arena);
// The same of what stands under a name.
Value shown(const State& state, std::string_view name, Value value, Arena arena);
std::string shown(const State& state, std::string_view text);
// Of the payload of an event.
weft_val shown(const State& state, const event::Event& event, Arena arena);

}  // namespace weft::state
