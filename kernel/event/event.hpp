// Event: one fact of a run, as a fixed record; and the closed list of what can happen.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include <weft/value.hpp>

namespace weft::event {

inline constexpr uint32_t no_node = UINT32_MAX;
inline constexpr uint32_t no_frame = UINT32_MAX;

// Numbers are on disk and never change; new ones are appended. The payload is named behind each.
enum class Type : uint8_t {
  run_accepted = 1,             // {definition, workflow, version, input, params, seed, ...}
  run_started = 2,              // none
  run_waiting = 3,              // reason
  run_paused = 4,               // reason
  run_resumed = 5,              // reason
  run_completed = 6,            // final result
  run_partially_completed = 7,  // final result
  run_failed = 8,               // error
  run_cancelled = 9,            // reason
  frame_opened = 10,            // parent frame << 32 | block; node and visit are the parent's
  frame_advanced = 11,          // memo
  frame_closed = 12,            // none
  step_queued = 13,             // arguments, or none when they are the plan's
  step_started = 14,            // arguments, or none when they are the plan's or those queued
  step_succeeded = 15,          // result
  step_failed = 16,             // error
  step_retried = 17,            // {error, due_ns}
  step_skipped = 18,            // reason
  step_cancelled = 19,          // reason
  step_doubted = 20,            // reason
  branch_selected = 21,         // {taken, alternatives}
  timer_set = 22,               // due in ns
  timer_fired = 23,             // none
  run_stopping = 24,            // {reason, error?}: asked to end; running steps finish first
  step_stopping = 25,           // reason: asked to end
  step_waiting = 26,            // {for, due_ns?, ...}: for a time, a signal, a resource, a pause
  step_diverted = 27,           // {error, arguments?}: goes on with its alternative
  step_compensating = 28,       // arguments of its compensation
  step_compensated = 29,        // result of its compensation
  step_uncompensated = 30,      // error of its compensation: the effect remains
  signal_received = 31,         // {name, data, id?}
  signal_consumed = 32,         // {name, seq}: of the signal that the step got
  signal_lost = 33,             // {name, reason}
  approval_opened = 34,         // {title, form?, people?, quorum, due_ns?, on_deadline}
  approval_decided = 35,        // {by, approve, data?, comment?}
  approval_escalated = 36,      // {people, due_ns?, reason}
  rollback_started = 37,        // {mode, error}; of a frame
  rollback_done = 38,           // {remaining[]}; of a frame
  state_changed = 39,           // {variables, changes[{path, old?, new?}], writes?}
  run_migrated = 40,            // {definition, pins, map[{from, to}], variables}
  run_forked = 41,              // {run, seq, base, at, input?, params?, seed}
  hook_asked = 42,              // {for, point, data}: what is to happen waits for a verdict
  hook_executed = 43,           // {hook, point, phase?, result, value?, error?}
  hook_bypassed = 44,           // {hook, point, phase?, reason}
  state_read = 47,              // {scope, owner?, key?, class?, value?, classes?}: beside the run
  scope_changed = 48,           // {scope, owner?, key, class?, old?, new?}: beside the run
};
inline constexpr uint8_t type_count = 49;

// The dotted name of RUNTIME's event table, and its area as in weft/draft/sink.h.
std::string_view name(Type type);
uint32_t area(Type type);

// Whether the event ends its run.
bool ends_run(Type type);

// Flags of a record.
inline constexpr uint8_t has_payload = 1;
inline constexpr uint8_t has_links = 2;     // the payload refers to payloads of earlier events
inline constexpr uint8_t is_envelope = 4;   // the result is {result, message?, metadata?}
inline constexpr uint8_t is_continued = 8;  // the failure is under the strategy 'continue'
inline constexpr uint8_t is_cached = 16;    // the result came from the cache, no call was made
inline constexpr uint8_t for_room = 16;  // of step_queued: only room is waited for, nobody is asked
inline constexpr uint8_t is_blob = 32;   // on disk: the payload lies under "blob/" and its SHA-256
inline constexpr uint8_t is_last = 64;   // of its decision: a run can go on from here

// In memory. The payload lies in the vault of its run (or in the plan) and outlives the event.
struct Event {
  Type type{};
  uint8_t flags = 0;
  uint16_t attempt = 0;
  uint32_t frame = no_frame;
  uint32_t node = no_node;
  uint32_t visit = 0;
  uint64_t seq = 0;
  int64_t tick = 0;  // wall time of the turn in ns, advanced by the monotonic clock
  const weft_slot* payload = nullptr;

  Value value() const { return Value(payload); }
  // What observers get. A memo is its pattern's own, and links to whatever came before.
  weft_val shown() const { return {type != Type::frame_advanced ? payload : nullptr, 0}; }
};
static_assert(sizeof(Event) == 40);

}  // namespace weft::event
