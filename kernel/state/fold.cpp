// Law of this file: one event, one change, no judgement. What an event means was decided when it
// was made; recovery runs the same lines over the journal and calls nobody.
#include <algorithm>
#include <array>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "state/move.hpp"
#include "state/shown.hpp"
#include "state/state.hpp"
#include "state/undo.hpp"
#include "state/visit.hpp"

namespace weft::state {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

void open_frame(State& state, const Event& e) {
  const auto packed = static_cast<uint64_t>(e.value().as_i64());
  base::check(e.frame == state.frames.size(), "frames are numbered in the order they open");
  Frame& frame = state.frames.add();
  frame.block = static_cast<uint32_t>(packed);
  frame.parent = static_cast<uint32_t>(packed >> 32U);
  frame.parent_node = e.node;
  frame.parent_visit = e.visit;
  const Branch around = branch_around(state, frame);
  frame.before = is_call(state, frame) ? Value(state.frames[frame.parent].value[e.node])
                                       : variables_in(state, around);
  open_table(state, frame);
  touch(state, frame);
}

// What a closed frame waited for, nobody waits for any more.
void close_frame(State& state, Frame& frame) {
  touch(state, frame);
  frame.closed = true;
  drop_layers(state, frame.number);
  std::erase_if(state.waits, [&](const Wait& w) {
    return w.frame == frame.number && w.kind != Wait::Kind::compensation;
  });
  for (uint32_t n = 0; n < frame.count && state.doubted > 0; ++n) {
    if (frame.status[n] == WEFT_NODE_UNKNOWN) --state.doubted;
  }
}

// The node waits no more; or a timer of its pattern has come.
void forget_wait(State& state, const Event& e, bool of_pattern = false) {
  std::erase_if(state.waits, [&](const Wait& w) {
    return w.frame == e.frame && w.node == e.node && w.kind != Wait::Kind::compensation &&
           (w.kind == Wait::Kind::pattern) == of_pattern;
  });
  if (of_pattern) return;
  std::erase_if(state.votes, [&](const Vote& v) { return v.frame == e.frame && v.node == e.node; });
}

// What hooks were asked is decided. Of the run itself it is known by its event, elsewhere by its
// node.
void forget_question(State& state, const Event& e) {
  std::erase_if(state.waits, [&](const Wait& w) {
    if (w.kind != Wait::Kind::hook || w.frame != e.frame || w.node != e.node) return false;
    return e.frame != event::no_frame || static_cast<uint32_t>(Vault::seq_of(w.about)) == e.visit;
  });
}

void set_status(State& state, Frame& frame, uint32_t node, uint8_t status) {
  uint8_t& now = frame.status[node];
  const auto change =
      static_cast<uint32_t>(is_node_active(status)) - static_cast<uint32_t>(is_node_active(now));
  frame.active += change;
  if (state.node(frame, node).kind != plan::Kind::block) state.busy += change;
  now = status;
}

// Whether a visit begins. What was held up before its first attempt has no arguments yet.
bool begins(const Frame& frame, uint32_t node) {
  const uint8_t before = frame.status[node];
  return before == WEFT_NODE_PENDING || is_node_ended(before) ||
         (before == WEFT_NODE_WAITING && frame.attempt[node] == 0);
}

// It is called, or queues: before hooks have said whether, or for room.
void announce(State& state, Frame& frame, const Event& e) {
  const uint8_t before = frame.status[e.node];
  const bool is_called = e.type == Type::step_started;
  const bool for_room = !is_called && (e.flags & event::for_room) != 0;
  const bool is_new = begins(frame, e.node) || (!is_called && !for_room);
  if (before == WEFT_NODE_WAITING) forget_wait(state, e);
  if (before == WEFT_NODE_UNKNOWN) forget_doubt(state, e);
  if (is_new) {
    begin_visit(state, frame, e);
    frame.value[e.node] = nullptr;
    frame.traits[e.node] = 0;
  }
  frame.attempt[e.node] = is_called || for_room ? e.attempt : 0;
  frame.traits[e.node] &= static_cast<uint8_t>(~event::for_room);
  if (for_room) frame.traits[e.node] |= event::for_room;
  if (e.payload != nullptr) frame.value[e.node] = e.payload;
  set_status(state, frame, e.node, is_called ? WEFT_NODE_RUNNING : WEFT_NODE_READY);
}

// What the result says that it took, where somebody counts that.
void count_use(State& state, const Event& e) {
  if ((e.flags & event::is_envelope) == 0 || !state.plan->budget.counts()) return;
  const Value said = e.value()["metadata"_k];
  state.tokens += std::max<int64_t>(said["tokens"_k].as_i64(), 0);
  state.cost += spec::Budget::cost_of(said["cost"_k].as_f64());
}

void end(State& state, Frame& frame, const Event& e, uint8_t status) {
  const uint8_t before = frame.status[e.node];
  if (before == WEFT_NODE_WAITING) forget_wait(state, e);
  if (before == WEFT_NODE_UNKNOWN) forget_doubt(state, e);
  if (before == WEFT_NODE_PENDING || is_node_ended(before)) {
    begin_visit(state, frame, e);
    frame.attempt[e.node] = 0;
  }
  frame.ended[e.node] = e.tick;
  const bool is_rare = state.node(frame, e.node).rarity != plan::none;
  if (is_rare && status == WEFT_NODE_SUCCEEDED) remember_undo(state, frame, e);
  frame.value[e.node] = e.payload;
  frame.traits[e.node] = e.flags & static_cast<uint8_t>(~event::is_last);
  set_status(state, frame, e.node, status);
}

void end_run(State& state, const Event& e, RunStatus status) {
  state.status = status;
  state.outcome = e.value();
  state.ended = e.tick;
}

// What it takes of its time limit; a run that rests takes nothing.
void count_time(State& state, int64_t until) {
  const bool counts = state.status == RunStatus::running || state.status == RunStatus::compensating;
  if (counts) state.spent += until - state.since;
}

void rest(State& state, const Event& e, RunStatus status) {
  count_time(state, e.tick);
  state.status = status;
  state.reason = e.value();
}

void accept(State& state, const Event& e) {
  state.acceptance = e.value();
  state.input = e.value()["input"_k];
  state.params = e.value()["params"_k];
  state.seed = e.value()["seed"_k].as_u64();
  state.accepted = state.since = e.tick;
  state.status = RunStatus::running;
  state.variables = e.value()["variables"_k];
}

// What a step, or with no frame the run, waits for.
void wait(State& state, const Event& e, Wait::Kind kind) {
  const Value about = e.value();
  Wait made{kind, e.frame, e.node, about["due_ns"_k].as_i64(never), e.tick, e.payload};
  if (e.frame == event::no_frame) return state.waits.push_back(made);
  Frame& frame = state.frames[e.frame];
  const uint8_t before = frame.status[e.node];
  if (const Wait* now = state.wait_of(e.frame, e.node)) made.since = now->since;
  forget_wait(state, e);
  if (before == WEFT_NODE_PENDING || is_node_ended(before)) {
    begin_visit(state, frame, e);
    frame.value[e.node] = nullptr;
    frame.traits[e.node] = 0;
  }
  frame.attempt[e.node] = e.attempt;
  state.waits.push_back(made);
  set_status(state, frame, e.node, WEFT_NODE_WAITING);
}

Wait::Kind wait_kind(Value about) {
  using Kind = Wait::Kind;
  constexpr std::array<std::pair<std::string_view, Kind>, 8> kinds{
      {{"time", Kind::time},
       {"signal", Kind::signal},
       {"resource", Kind::resource},
       {"pause", Kind::pause},
       {"compensation", Kind::compensation},
       {"start", Kind::start},
       {"hook", Kind::hook},
       {"milestone", Kind::milestone}}};
  for (const auto& [word, kind] : kinds) {
    if (about["for"_k].as_text() == word) return kind;
  }
  return Kind::time;
}

void receive(State& state, const Event& e) {
  state.signals.push_back({e.seq, e.payload});
  if (!e.value()["id"_k].exists()) return;
  if (state.signal_ids.size() >= base::limits::signals) {
    state.signal_ids.erase(state.signal_ids.begin());
  }
  state.signal_ids.push_back(e.payload);
}

void start_rollback(State& state, const Event& e) {
  Frame& frame = state.frames[e.frame];
  forget_join(state, frame);
  frame.stopping = true;
  frame.rollback = e.value();
  touch(state, frame);
  if (e.frame == 0) state.status = RunStatus::compensating;
}

// The approval goes to others, with a new deadline.
void escalate(State& state, const Event& e) {
  for (Wait& w : state.waits) {
    if (w.frame != e.frame || w.node != e.node || w.kind != Wait::Kind::approval) continue;
    w.about = e.payload;
    w.due = e.value()["due_ns"_k].as_i64(never);
  }
}

// Those of a branch were put back by an event of their own.
void end_rollback(State& state, const Event& e) {
  const Frame& frame = state.frames[e.frame];
  const Branch branch = branch_around(state, frame);
  if (branch.is_of_run()) state.variables = frame.before;
}

// Of the run or of the branch in which it happened; or what a branch that makes room has changed
// joins what others have.
void change(State& state, const Event& e) {
  const Value joined = e.value()["joined"_k];
  if (joined.exists()) {
    drop_layer(state, e.frame, static_cast<uint32_t>(joined.as_u64()));
    return put_layer(state, {e.frame, joined_branches, e.visit, e.payload});
  }
  const Branch branch = branch_of(state, e.frame, e.node, e.visit);
  if (branch.is_of_run()) {
    state.variables = e.value()["variables"_k];
  } else {
    put_layer(state, {branch.frame, branch.number, branch.visit, e.payload});
  }
}

// The run goes on from here on its own, as if it had been accepted now.
void fork(State& state, const Event& e) {
  const Value how = e.value();
  state.base_seq = e.seq - 1;
  state.status = RunStatus::running;
  state.accepted = state.since = e.tick;
  state.ended = 0;
  state.seed = how["seed"_k].as_u64();
  if (how["input"_k].exists()) state.input = how["input"_k];
  if (how["params"_k].exists()) state.params = how["params"_k];
}

// It goes on under the plan that whoever folds has put there.
void migrate(State& state, const Event& e) {
  base::check(state.arriving != nullptr, "a run moves to a plan");
  const Mapping mapping(*state.plan, *state.arriving, e.value()["map"_k]);
  move_to(state, std::move(state.arriving), mapping);
  state.moved = e.value();
  state.variables = e.value()["variables"_k];
}

// Said by hooks; what follows from it are events of their own, but for where a block is sent.
void hear(State& state, const Event& e) {
  const Value target = e.value()["target"_k];
  const bool of_branch = e.value()["phase"_k].as_text() == "branch_selection";
  if (e.frame == event::no_frame || of_branch) forget_question(state, e);
  if (e.frame == event::no_frame) return;
  Frame& frame = state.frames[e.frame];
  if (e.value()["phase"_k].as_text() == "parallel_join") forget_join(state, frame);
  if (!target.exists()) return;
  frame.detour = static_cast<uint32_t>(target.as_u64());
  touch(state, frame);
}

void fold_step(State& state, const Event& e) {
  Frame& frame = state.frames[e.frame];
  touch(state, frame);
  frame.dirty[e.node / chunk_nodes] = 1;
  if (frame.detour == e.node) frame.detour = event::no_node;
  switch (e.type) {
    case Type::step_queued:
    case Type::step_started: return announce(state, frame, e);
    case Type::step_succeeded:
      count_use(state, e);
      if (const auto kind = state.node(frame, e.node).kind;
          kind != plan::Kind::expression && kind != plan::Kind::record) {
        frame.prev = e.node;
      }
      return end(state, frame, e, WEFT_NODE_SUCCEEDED);
    case Type::step_failed: {
      const bool goes_on = (e.flags & event::is_continued) != 0;
      if (goes_on) ++state.continued;
      return end(state, frame, e, goes_on ? WEFT_NODE_CONTINUED : WEFT_NODE_FAILED);
    }
    case Type::step_skipped: return end(state, frame, e, WEFT_NODE_SKIPPED);
    case Type::step_cancelled: return end(state, frame, e, WEFT_NODE_CANCELLED);
    case Type::step_retried: return wait(state, e, Wait::Kind::attempt);
    case Type::approval_opened: return wait(state, e, Wait::Kind::approval);
    case Type::step_waiting: {
      const Wait::Kind kind = wait_kind(e.value());
      return kind == Wait::Kind::compensation ? fold_undo(state, e) : wait(state, e, kind);
    }
    case Type::step_diverted:
      forget_wait(state, e);
      frame.traits[e.node] = trait_diverted;
      frame.attempt[e.node] = 0;
      frame.value[e.node] = e.value()["arguments"_k].slot();
      return set_status(state, frame, e.node, WEFT_NODE_READY);
    case Type::step_compensating:
    case Type::step_compensated:
    case Type::step_uncompensated: return fold_undo(state, e);
    case Type::step_stopping: {
      frame.traits[e.node] |= trait_stopping;
      Frame* inner = state.child(frame, e.node);
      if (inner == nullptr) return;
      inner->stopping = true;
      return touch(state, *inner);
    }
    case Type::step_doubted:
      ++state.doubted;
      remember_undo(state, frame, e);
      return set_status(state, frame, e.node, WEFT_NODE_UNKNOWN);
    default: return;
  }
}

}  // namespace

void fold(State& state, const Event& e) {
  base::check(e.seq == state.seq + 1, "events are folded in order");
  const int64_t before = state.updated;
  state.seq = e.seq;
  state.updated = e.tick;
  switch (e.type) {
    case Type::run_accepted: return accept(state, e);
    case Type::run_started:
      state.status = RunStatus::running;
      std::erase_if(state.waits, [](const Wait& w) { return w.kind == Wait::Kind::start; });
      return;
    case Type::run_resumed:
      count_time(state, before);
      if (state.status != RunStatus::compensating) state.status = RunStatus::running;
      state.since = e.tick;
      state.reason = {};
      return;
    case Type::run_waiting:
      if (e.value()["due_ns"_k].exists()) state.had_timer = true;
      return rest(state, e, RunStatus::waiting);
    case Type::run_paused: return rest(state, e, RunStatus::paused);
    case Type::run_completed: return end_run(state, e, RunStatus::completed);
    case Type::run_partially_completed: return end_run(state, e, RunStatus::partially_completed);
    case Type::run_failed: return end_run(state, e, RunStatus::failed);
    case Type::run_cancelled: return end_run(state, e, RunStatus::cancelled);
    case Type::run_stopping:
      state.stopping = e.value();
      state.frames.front().stopping = true;
      return touch(state, state.frames.front());
    case Type::frame_opened: return open_frame(state, e);
    case Type::frame_advanced:
      state.frames[e.frame].memo = e.value();
      return touch(state, state.frames[e.frame]);
    case Type::frame_closed: return close_frame(state, state.frames[e.frame]);
    case Type::timer_set:
      state.waits.push_back(
          {Wait::Kind::pattern, e.frame, e.node, e.value().as_i64(), e.tick, e.payload});
      return;
    case Type::timer_fired: return forget_wait(state, e, true);
    case Type::branch_selected: return forget_question(state, e);
    case Type::hook_asked:
      state.waits.push_back({Wait::Kind::hook, e.frame, e.node, never, e.tick, e.payload});
      return mark_join(state, state.waits.back());
    case Type::hook_executed: return hear(state, e);
    case Type::hook_bypassed: return;
    case Type::signal_received: return receive(state, e);
    case Type::signal_consumed:
      std::erase_if(state.signals,
                    [&](const Signal& s) { return s.seq == e.value()["seq"_k].as_u64(); });
      return;
    case Type::signal_lost: return;
    case Type::approval_decided: state.votes.push_back({e.frame, e.node, e.payload}); return;
    case Type::approval_escalated: return escalate(state, e);
    case Type::rollback_started: return start_rollback(state, e);
    case Type::rollback_done: return end_rollback(state, e);
    case Type::state_changed:
      change(state, e);
      return e.visit != 0 ? forget_question(state, e) : void();
    case Type::state_read:
    case Type::scope_changed: return confide(state, e);
    case Type::run_migrated: return migrate(state, e);
    case Type::run_forked: return fork(state, e);
    default: break;
  }
  const bool is_of_run = e.type == Type::step_waiting && e.frame == event::no_frame;
  is_of_run ? wait(state, e, wait_kind(e.value())) : fold_step(state, e);
}

}  // namespace weft::state
