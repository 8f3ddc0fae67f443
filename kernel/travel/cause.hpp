// Cause: the input that a recorded decision answered, found from the first of its events.
#pragma once

#include <optional>
#include <span>

#include <weft/host.h>

#include "run/input.hpp"
#include "state/state.hpp"

namespace weft::travel {

// Values are those of the events.
struct Cause {
  run::Input input;
  weft_error error{};  // of a reply that failed: what it says of another attempt

  // The input with its error in place; valid as long as the cause stays where it is.
  run::Input ready() {
    run::Input made = input;
    if (made.kind == run::Input::Kind::reply && made.status != WEFT_OK) made.error = &error;
    return made;
  }
};

// Requires: the events are those of one decision, and state is as it was before it. Nothing when
// this version does not know what leads to such a decision.
std::optional<Cause> cause_of(const state::State& before, std::span<const event::Event> decision);

}  // namespace weft::travel
