// Slot: a run as the engine holds it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/engine.hpp"

namespace weft::engine {

inline constexpr unsigned slot_bits = 20;  // runs that one engine holds at a time

struct Engine::Slot {
  uint32_t number = 0;  // index and generation, so that what is late finds nobody
  std::unique_ptr<run::Run> run;
  std::shared_ptr<Ticket> ticket;            // shared with the host
  std::shared_ptr<const Bindings> bindings;  // shared with other runs of the plan
  base::Doc grants;
  base::Doc acceptance;                 // until hooks have said whether it begins
  std::vector<Posted> early;            // what came for it before that
  std::string started_by;               // key of the store that its acceptance takes away
  std::vector<base::Doc> shown;         // payloads that sinks get in place of the recorded ones
  std::vector<base::Doc> shown_before;  // those before them,
  std::vector<uint64_t> shown_until;    // and by channel what must be consumed until they may go
  bool is_durable = false;
  bool is_touched = false;
  bool is_gone = false;  // retired; what was queued for it is dropped
  uint32_t open_calls = 0;
  uint32_t open_hooks = 0;  // that are asked on other threads
  uint32_t kept_runs = 0;   // so far, which hooks or steps wanted beside it
  // By call of the plan: what its detached steps start, once one has.
  std::vector<std::shared_ptr<const Bindings>> detached;
  int64_t expires = INT64_MAX;
  state::RunStatus known_status = state::RunStatus::pending;  // expires belongs to it
  std::vector<uint64_t> published;  // by channel: what must be consumed before the run is forgotten
};

// Whether the run still wants what was commanded.
inline bool is_current(const run::Run& run, const run::Command& c) {
  if (c.is_compensation) return !state::is_ended(run.state.status);
  const state::Frame& frame = run.state.frames[c.frame];
  return !frame.closed && frame.visit[c.node] == c.visit &&
         frame.status[c.node] == WEFT_NODE_RUNNING && frame.attempt[c.node] == c.attempt;
}

// Only what says that there is no error; the text is 484 bytes that nobody reads then.
inline void clear(weft_error& error) {
  error.size = sizeof error;
  error.status = WEFT_OK;
  error.flags = error.retry_after_ms = error.msg_len = 0;
  error.detail = {nullptr, 0};
}

inline void say(weft_error& error, uint32_t flags, std::string_view message) {
  clear(error);
  error.flags = flags;
  error.msg_len = static_cast<uint32_t>(message.copy(error.msg, sizeof error.msg - 1));
}

// The reply to a command, to be filled in.
inline run::Input reply_to(const run::Command& command, uint32_t run) {
  run::Input input;
  input.kind = run::Input::Kind::reply;
  input.is_compensation = command.is_compensation;
  input.attempt = command.attempt;
  input.run = run;
  input.frame = command.frame;
  input.node = command.node;
  input.visit = command.visit;
  return input;
}

// A command that waits for the end of the turn, or for the commit.
struct Engine::Held {
  Slot* slot;
  run::Command command;
};

// A run that is not in memory, and when it comes back.
struct Engine::Parked {
  int64_t due;
  std::array<char, 32> run;  // its id, filled up with zeros
  std::string_view id() const;
  bool operator<(const Parked& other) const { return due > other.due; }
};

// Something that becomes due; the earliest is on top of the heap.
struct Engine::Due {
  int64_t at;
  uint64_t order;  // ties are taken as they were set
  uint32_t run;
  run::Input input;
  bool operator<(const Due& other) const {
    return at != other.at ? at > other.at : order > other.order;
  }
};

}  // namespace weft::engine
