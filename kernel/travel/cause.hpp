// Cause: the input that a recorded decision answered, found from its events.
#pragma once

#include <memory>
#include <optional>
#include <span>

#include <weft/host.h>

#include "base/doc.hpp"
#include "run/input.hpp"
#include "state/state.hpp"

namespace weft::travel {

// Values are those of the events, or of the message that was put together again.
struct Cause {
  run::Input input;
  weft_error error{};                      // of a reply that failed: whether it may be tried again
  std::shared_ptr<const base::Doc> words;  // the message; shared by copies of the cause
  std::shared_ptr<const base::Doc> notes;  // of hooks; shared likewise

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

// The same for a decision before which no hook said anything.
std::optional<Cause> cause_of_others(const state::State& before,
                                     std::span<const event::Event> decision);

// What is the same for every input to a step: where it stands, as the state has it.
Cause begin_cause(const state::State& before, const event::Event& e, run::Input::Kind kind);

// The status of the node that an event is about.
inline constexpr uint8_t any_status = 255;  // there is no such node
uint8_t status_of(const state::State& state, const event::Event& e);

// A reply that failed with a fault as it was recorded; flags say whether another attempt may help.
void fail(Cause& cause, Value fault, uint32_t flags);

}  // namespace weft::travel
