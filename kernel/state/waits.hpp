// Waits: what a run waits for, and what came of it so far.
#pragma once

#include <cstdint>

#include <weft/value.hpp>

#include "event/event.hpp"

namespace weft::state {

inline constexpr int64_t never = INT64_MAX;

// Something that is waited for. A node waits for at most one thing.
struct Wait {
  enum class Kind : uint8_t {
    attempt,       // the next one of a step
    pattern,       // a timer that a pattern set
    time,          // of a wait step
    signal,        // about: {for, name, due_ns?}
    approval,      // about: {title, people?, quorum, ...}
    resource,      // the next attempt, once there may be room
    pause,         // the run is paused
    compensation,  // the next attempt of one
    start,         // of the run itself
    hook,          // a verdict; about: {for, point, data?, bindings?}
    milestone,     // something to hold; about: {for, condition, due_ns?, bindings?}
  };
  Kind kind{};
  uint32_t frame = event::no_frame, node = event::no_node;
  int64_t due = never;
  int64_t since = 0;
  const weft_slot* about = nullptr;  // payload of the event that began it
};

inline constexpr uint8_t wait_kind_count = 11;

// A signal that nobody has waited for yet.
struct Signal {
  uint64_t seq;
  const weft_slot* about;  // {name, data, id?}
};

// What one person said of an approval that is open.
struct Vote {
  uint32_t frame, node;
  const weft_slot* about;  // {by, approve, data?, comment?}
};

}  // namespace weft::state
