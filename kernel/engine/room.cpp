// Room for calls: who is let in, who waits, and what a later process knows of what was used.
#include <algorithm>

#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

// A queued step of which only the call is missing.
bool is_queued(const run::Run& run, const Command& call) {
  if (call.is_compensation) return false;
  const state::Frame& frame = run.state.frames[call.frame];
  return !frame.closed && frame.status[call.node] == WEFT_NODE_READY &&
         frame.visit[call.node] == call.visit && (frame.traits[call.node] & event::for_room) != 0;
}

bool ends_wait(event::Type type) {
  using event::Type;
  return type >= Type::step_succeeded && type <= Type::step_doubted;
}

}  // namespace

bool Engine::admit(void* self, const run::Run& run, const Command& call) {
  auto& engine = *static_cast<Engine*>(self);
  const Gate::Answer answer = engine.gate_.ask(run, call, engine.tick_);
  if (answer == Gate::Answer::given) engine.admitted_.push_back(call);
  return answer != Gate::Answer::waits;
}

bool Engine::wants(const Slot& slot, const Command& call) {
  return !slot.is_gone && (is_queued(*slot.run, call) || is_current(*slot.run, call));
}

// What was let in by a decision and did not come of it, and who left the line by it.
void Engine::check_room(const Slot& slot) {
  for (const Command& call : admitted_) {
    if (!wants(slot, call)) gate_.drop(slot.number, call);
  }
  admitted_.clear();
  if (gate_.is_idle()) return;
  for (const event::Event& e : decision_.events) {
    const bool is_left = ends_wait(e.type) || e.type == event::Type::step_waiting ||
                         e.type == event::Type::step_diverted;
    if (!is_left || e.frame == event::no_frame || e.node == event::no_node) continue;
    Command call;
    call.attempt = e.attempt;
    call.frame = e.frame;
    call.node = e.node;
    call.visit = e.visit;
    if (!wants(slot, call)) gate_.drop(slot.number, call);
  }
}

// Whoever stands first in line and has all it needs now begins, in the commit of this turn.
void Engine::give_room() {
  for (Gate::Turn turn = gate_.next(tick_); turn.claim != Permits::none; turn = gate_.next(tick_)) {
    Slot* slot = slot_of(turn.run);
    if (slot != nullptr && is_queued(*slot->run, turn.call)) {
      Input input = reply_to(turn.call, slot->number);
      input.kind = Input::Kind::granted;
      decide(*slot, input);
      if (!is_current(*slot->run, turn.call)) gate_.drop(turn.run, turn.call);
    } else if (slot != nullptr && wants(*slot, turn.call)) {
      perform(*slot, turn.call);
    } else {
      gate_.drop(turn.run, turn.call);
    }
  }
  for (const Gate::Late& late : gate_.take_late(tick_)) refuse_late(late);
}

void Engine::refuse_late(const Gate::Late& late) {
  Slot* slot = slot_of(late.run);
  if (slot == nullptr || !wants(*slot, late.call)) return;
  say(error_, 0, late.why.message);
  error_.detail = detail_of(late.why.code, late.why.hint).raw();
  if (!is_queued(*slot->run, late.call)) return refuse(*slot, late.call, WEFT_LIMIT);
  Input input = reply_to(late.call, slot->number);
  input.kind = Input::Kind::granted;
  input.status = WEFT_LIMIT;
  input.error = &error_;
  input.was_not_called = true;
  decide(*slot, input);
}

// A call has come to its end.
void Engine::free_room(Call& call) {
  if (call.claim != Permits::none) gate_.give_back(std::exchange(call.claim, Permits::none));
}

}  // namespace weft::engine
