// Input, Command and Decision: what comes to the deciding thread and what it answers.
#pragma once

#include <cstdint>
#include <vector>

#include <weft/host.h>
#include <weft/value.hpp>

#include "event/event.hpp"

namespace weft::run {

// What of the run goes on while hooks are asked; the words are in points.cpp.
enum class Phase : uint8_t {
  none,
  workflow_start,
  workflow_complete,
  step_boundary,
  state_change,
  condition_evaluation,
  branch_selection,
  loop_iteration_start,
  loop_iteration_complete,
  loop_termination,
  parallel_fork,
  parallel_join,
  error_handling,
  checkpoint,
  rollback,
  compensation,
  shared_data_access,
};

// Something that happened outside. Values are borrowed until the input is decided.
struct Input {
  enum class Kind : uint8_t {
    submit,   // value: the acceptance {id, definition, workflow, version, input, params, seed, ...}
    reply,    // a call ended: status, value or error
    verdict,  // hooks answered at a point: result, value, notes
    wake,     // the next attempt of a waiting step is due
    granted,  // there is room for the call of a queued step; or status says that it waited too long
    fired,    // a timer that a pattern set
    cancel,   // value: reason
    expire,   // the run is out of time, or of what value says: an error
    resume,   // the run was read back from its journal
    settle,   // what a person says of a doubted step: result is a Settle
    message,  // value: {verb, ...}, what somebody outside wants of the run; MESSAGES.md
    move,     // to the plan that arrives in the state: value is {definition, map, variables}
    fork,     // the run begins where another one was: value is {run, seq, base, ...}
  };
  Kind kind{};
  uint8_t flags = 0;  // of a reply: event::is_envelope, is_cached or as_recorded
  bool is_compensation = false;
  bool was_not_called = false;  // of a reply: the tool never saw the call
  uint16_t attempt = 0;
  uint32_t run = 0;  // number in the engine
  uint32_t frame = event::no_frame;
  uint32_t node = event::no_node;
  uint32_t visit = 0;
  int32_t status = WEFT_OK;
  uint32_t result = 0;
  uint32_t point = 0;  // of a verdict, and of a reply that hooks were asked about
  Value value;
  Value notes;  // what hooks said or why they were not asked, as it is recorded; or missing
  const weft_error* error = nullptr;
};

// Result of a verdict that nobody waited for: only what is noted of it matters.
inline constexpr uint32_t only_told = UINT32_MAX;

enum class Settle : uint32_t { again, fail };

// Flag of a reply or verdict that is made from the journal: the field 'output' was applied to its
// value, and a failure stands in value as it was recorded; with result 1 nothing more was tried.
inline constexpr uint8_t as_recorded = 128;

// Something to do. Arguments live in the vault or the plan of the run.
struct Command {
  enum class Kind : uint8_t {
    call,      // the tool of the node
    ask,       // hooks; a verdict is awaited
    tell,      // hooks; nobody waits
    stop,      // a running call
    wake_at,   // due: a wake input
    timer_at,  // due: a fired input
    limit,     // when the run or a call is out of time may have changed
    finished,  // the run has ended
    parked,    // nothing happens before due, or before somebody outside wants something
  };
  Kind kind{};
  bool is_compensation = false;  // of a call: the one that undoes the step
  uint16_t attempt = 0;
  uint32_t frame = event::no_frame;
  uint32_t node = event::no_node;
  uint32_t visit = 0;
  uint16_t point = 0;  // of hooks
  Phase phase = Phase::none;
  Value args;
  int64_t due = 0;
};

// What one input led to; the buffers are reused.
struct Decision {
  std::vector<event::Event> events;
  std::vector<Command> commands;
  uint64_t ignored = 0;  // inputs that came too late to matter

  void clear() {
    events.clear();
    commands.clear();
  }
};

}  // namespace weft::run
