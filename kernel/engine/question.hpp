// Question: something that hooks are asked or told, on its way from one to the next.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/engine.hpp"
#include "plugin/arena.hpp"

namespace weft::engine {

struct Engine::Question {
  run::Command of;        // args is what the verdict is about
  uint32_t run = 0;       // number of its slot
  uint32_t point = 0;     // of.point, or the one that is asked before it
  bool is_asked = false;  // somebody waits for the verdict
  bool is_alone = false;  // of no run, or of a moment that cannot wait: nothing is recorded
  event::Type event{};    // at the points of events
  Call* held = nullptr;   // a call of a tool whose answer waits
  run::Input reply;       // that answer

  uint32_t next = 0;       // of the hooks, the one to ask
  uint32_t open = 0;       // calls on other threads
  uint32_t answers = 0;    // so far
  bool has_ended = false;  // no other hook is asked
  uint32_t result = WEFT_VERDICT_CONTINUE;
  Value data, value;  // the subject as it is now; the payload of the verdict
  Value about;        // the whole subject; missing until somebody is to be asked
  Value shown;        // the same for those who may not see what is secret; missing likewise
  uint8_t flags = 0;  // of a result that a verdict brings
  base::Doc kept;     // of data that may be gone before every hook has answered
  std::vector<Value> notes;
  std::vector<Vote> votes;  // by hooks that are asked side by side
  struct Voter {
    Hooks::Entry* entry;
    Value value;
  };
  std::vector<Voter> voters;
  std::vector<Wanted> wanted;  // runs that hooks want beside this one
  plugin::CallArena arena;

  void clear() {
    of = {};
    run = point = next = open = answers = 0;
    is_asked = is_alone = has_ended = false;
    held = nullptr;
    event = {};
    reply = {};
    result = WEFT_VERDICT_CONTINUE;
    data = value = about = shown = {};
    flags = 0;
    kept = {};
    notes.clear();
    votes.clear();
    voters.clear();
    wanted.clear();
    arena.reset();
  }
};

// What a hook said, as it said it.
struct Engine::HookAnswer {
  weft_status status;
  uint32_t flags;
  Value value;
  const weft_error* error;
};

}  // namespace weft::engine
