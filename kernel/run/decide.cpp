#include "run/decide.hpp"

#include <algorithm>
#include <string>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"
#include "run/fault.hpp"
#include "run/reason.hpp"
#include "run/retry.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

void Run::close_cache(const Frame& frame) {
  if (frame.number >= caches.size() || !caches[frame.number].open) return;
  const spec::BoundPattern& bound = pattern(frame);
  bound.table->close(bound.self, caches[frame.number].decoded);
  caches[frame.number] = {};
}

void Run::close_caches() {
  for (const Frame& frame : state.frames) close_cache(frame);
}

void Decider::decide(Run& run, const Input& input, int64_t tick, Decision& out) {
  run_ = &run;
  out_ = &out;
  tick_ = tick;
  bindings_ = {};
  scratch_.reset();
  was_asked_ = false;
  told_shared_.clear();
  if (state::is_ended(run.state.status)) {
    ++out.ignored;
    return;
  }
  switch (input.kind) {
    case Input::Kind::submit: accept(input); break;
    case Input::Kind::reply: reply(input); break;
    case Input::Kind::verdict: verdict(input); break;
    case Input::Kind::wake: wake(input); break;
    case Input::Kind::granted: granted(input); break;
    case Input::Kind::fired: fired(input); break;
    case Input::Kind::cancel: cancel(input.value, {}); break;
    case Input::Kind::expire: expire(input.value); break;
    case Input::Kind::resume: resume(); break;
    case Input::Kind::settle: settle(input); break;
    case Input::Kind::message: message(input); break;
    case Input::Kind::fork: fork(input); break;
    case Input::Kind::move: move(input); break;
  }
  deliver();
  if (run.state.plan->has_milestones) look_at_milestones(input.kind);
  if (!state::is_ended(run.state.status) && run.state.busy <= run.state.waits.size()) rest();
  if (!out.events.empty()) out.events.back().flags |= event::is_last;
}

void Decider::accept(const Input& input) {
  Error why;
  const bool kept = emit(Type::run_accepted, {}, {input.value}, &why);
  base::check(kept, "an acceptance was checked before it was submitted");
  if (const Value said = state().acceptance["hook"_k]; said.exists()) {
    of_start(said);
    if (state::is_ended(state().status)) return;
  }
  const Value at = input.value["start_ns"_k];
  if (!at.exists() || at.as_i64() <= tick_) return open_frame(0, {});
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("start"));
  b.set("due_ns"_k, at);
  b.end_object();
  emit(Type::step_waiting, {}, {b.take_value()});
  command(Command::Kind::wake_at, {}, {}, at.as_i64());
}

// Nothing runs. The run rests until what it waits for comes; if it waits for nothing, it waits for
// a person who knows what became of a step, or the pattern forgot a node.
void Decider::rest() {
  const bool is_asked = std::any_of(state().waits.begin(), state().waits.end(), [](const auto& w) {
    return w.kind == state::Wait::Kind::hook;
  });
  if (is_asked) return;
  // A block that waits to be tried again is not among what is busy.
  const auto is_of_node = [this](const state::Wait& w) {
    return w.kind != state::Wait::Kind::pattern && w.kind != state::Wait::Kind::compensation &&
           w.kind != state::Wait::Kind::start && node({w.frame, w.node}).kind != plan::Kind::block;
  };
  const auto& waits = state().waits;
  const auto of_nodes = std::count_if(waits.begin(), waits.end(), is_of_node);
  const bool undoes = std::any_of(state().undo.begin(), state().undo.end(), [](const auto& u) {
    return u.stage == state::Undo::Stage::running;
  });
  if (state().busy > static_cast<uint32_t>(of_nodes) || undoes) return;
  if (state().status == state::RunStatus::paused)
    return command(Command::Kind::parked, {}, {}, state::never);
  if (!waits.empty()) return rest_waiting();
  if (state().doubted > 0) {
    if (state().status == state::RunStatus::waiting)
      return command(Command::Kind::parked, {}, {}, state::never);
    Builder b(scratch_.arena());
    b.begin_object();
    b.set("for"_k, std::string_view("decision"));
    b.set("message"_k, std::string_view("a step may or may not have had its effect; "
                                        "'weft resume --unknown' decides"));
    b.end_object();
    emit(Type::run_waiting, {}, {b.take_value()});
    command(Command::Kind::parked, {}, {}, state::never);
    return;
  }
  const Error stuck{Status::failed,
                    "run.stuck",
                    "nothing runs, nothing can start and nothing is awaited",
                    "this is a fault of the pattern",
                    {},
                    WEFT_ERR_BUG};
  finish(Type::run_failed, explain({}, stuck));
}

// A short wait is not worth a word.
void Decider::rest_waiting() {
  int64_t due = state::never;
  for (const state::Wait& w : state().waits) due = std::min(due, w.due);
  if (due != state::never && due - tick_ < base::limits::short_wait_ns) return;
  if (state().status != state::RunStatus::waiting &&
      state().status != state::RunStatus::compensating) {
    Builder b(scratch_.arena());
    b.begin_object();
    b.set("message"_k, std::string_view(waiting_text(state())));
    if (due != state::never) b.set("due_ns"_k, due);
    b.end_object();
    emit(Type::run_waiting, {}, {b.take_value()});
  }
  command(Command::Kind::parked, {}, {}, due);
}

// Something happens in a run that has only waited.
void Decider::awake(std::string_view why) {
  if (state().status == state::RunStatus::waiting) emit(Type::run_resumed, {}, {text(why)});
}

void Decider::finish(Type type, Value outcome) {
  Error why;
  if (!emit(type, {}, {outcome}, &why)) {
    emit(Type::run_failed, {}, {explain({}, why)});
  }
  const bool failed = out_->events.back().type == Type::run_failed;
  announce({}, failed ? WEFT_AT_WORKFLOW_ERROR : WEFT_AT_AFTER_WORKFLOW_COMPLETE,
           failed ? Phase::error_handling : Phase::workflow_complete, state().outcome);
  command(Command::Kind::finished, {});
}

void Decider::cancel(Value reason, Value error, Value grace) {
  if (state().stopping.exists()) return;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("reason"_k, reason);
  if (error.exists()) b.set("error"_k, error);
  if (const auto ns = base::parse_duration(grace); ns) b.set("grace_ns"_k, *ns);
  b.end_object();
  emit(Type::run_stopping, {}, {b.take_value()});
  stop_frame(state().frames.front(), reason);
}

void Decider::resume() {
  if (state().status != state::RunStatus::paused && state().status != state::RunStatus::waiting) {
    emit(Type::run_resumed, {}, {text("read back from the journal")});
  }
  go_on(false);
}

void Decider::fork(const Input& input) {
  emit(Type::run_forked, {}, {input.value});
  go_on(true);
}

// Patterns are told, since there may be steps that wait for nothing any more.
void Decider::move(const Input& input) {
  run_->close_caches();
  emit(Type::run_migrated, {}, {input.value});
  announce({}, WEFT_AT_STATE_MIGRATION, Phase::state_change, state().variables);
  awake("moved to another definition");
  const auto frames = state().frames.size();
  go_on(false);
  for (uint32_t f = 0; f < frames; ++f) {
    const Frame& frame = state().frames[f];
    if (!frame.closed && !frame.stopping) tell(f, {WEFT_FACT_MOVED, 0, 0, 0, 0});
  }
}

// Timers are set again, and what was announced is done.
void Decider::go_on(bool is_fork) {
  for (const state::Wait& w : state().waits) {
    if (w.kind == state::Wait::Kind::hook) ask_again(w);
    if (w.due == state::never) continue;
    if (w.frame == event::no_frame) {
      command(Command::Kind::wake_at, {}, {}, w.due);
      continue;
    }
    const Frame& f = state().frames[w.frame];
    const bool is_undo = w.kind == state::Wait::Kind::compensation;
    const bool of_pattern = w.kind == state::Wait::Kind::pattern;
    if (f.closed && !is_undo) continue;
    command(of_pattern ? Command::Kind::timer_at : Command::Kind::wake_at,
            {w.frame, w.node, f.visit[w.node], f.attempt[w.node], is_undo}, {}, w.due);
  }
  for (const state::Undo& u : state().undo) {
    if (u.stage != state::Undo::Stage::running) continue;
    const At at{u.frame, u.node, u.visit, static_cast<uint16_t>(u.attempt + 1), true};
    emit(Type::step_compensating, at);
    command(Command::Kind::call, at, Value(u.compensation));
  }
  // Frames that open meanwhile are new and need nothing; so the count is taken before.
  const auto frames = state().frames.size();
  for (uint32_t f = 0; f < frames; ++f) {
    Frame& frame = state().frames[f];
    if (frame.closed) continue;
    for (uint32_t n = 0; n < frame.count; ++n) {
      if (state::is_node_active(frame.status[n])) resume_step(frame, n, is_fork);
    }
    if (frame.stopping) tell(f, {WEFT_FACT_CANCEL, 0, 0, 0, 0});
  }
}

// What was announced and never answered: what its effect contract allows, and never more.
void Decider::resume_step(Frame& frame, uint32_t n, bool is_fork) {
  const plan::Node& node = state().node(frame, n);
  const At at{frame.number, n, frame.visit[n], frame.attempt[n]};
  if (node.kind == plan::Kind::block) return;
  if (frame.status[n] == WEFT_NODE_WAITING) return;  // its timer was set again already
  if (frame.status[n] == WEFT_NODE_READY) {
    if ((frame.traits[n] & event::for_room) == 0) return start_tool(at);
    return state().status == state::RunStatus::paused ? hold(at, false) : enter(at);
  }
  const spec::Effect effect = called(state(), frame, n).effect;
  // What another run announced, this one has not done yet.
  if (!may_repeat(effect) && !is_fork) {
    emit(Type::step_doubted, at, {text("the process ended while the step was running")});
    const plan::Rarity* rarity = state().plan->rarity(node);
    const bool is_diverted = (frame.traits[n] & state::trait_diverted) != 0;
    const bool undoes = effect == spec::Effect::compensable && rarity != nullptr &&
                        rarity->compensation != plan::none && !is_diverted && !frame.stopping;
    if (undoes) compensate(state().undo.back(), text("the process ended while the step ran"));
    return;
  }
  if (frame.stopping) {
    emit(Type::step_cancelled, at, {text("the run was asked to end")});
    return ended(at, WEFT_NODE_CANCELLED);
  }
  // A fork may have another input, so what it is called with is made again; but for what was made
  // of bindings, which nobody knows any more.
  if (is_fork && !state().block(frame).binds) return start(at);
  enter({at.frame, at.node, at.visit, static_cast<uint16_t>(at.attempt + 1)});
}

void Decider::fired(const Input& input) {
  Frame& f = state().frames[input.frame];
  if (input.node == event::no_node) return out_of_time(f);
  const bool is_set =
      std::any_of(state().waits.begin(), state().waits.end(), [&](const state::Wait& w) {
        return w.kind == state::Wait::Kind::pattern && w.frame == input.frame &&
               w.node == input.node;
      });
  if (f.closed || !is_set) {
    ++out_->ignored;
    return;
  }
  awake("a timer fired");
  emit(Type::timer_fired, {input.frame, input.node, input.visit});
  tell(input.frame, {WEFT_FACT_FIRED, 0, uint64_t{input.visit} << 32U | input.node, 0, 0});
}

void Decider::settle(const Input& input) {
  if (state().status == state::RunStatus::waiting) {
    emit(Type::run_resumed, {}, {text("a person decided")});
  }
  const auto frames = state().frames.size();
  for (uint32_t f = 0; f < frames; ++f) {
    const Frame& frame = state().frames[f];
    if (frame.closed) continue;
    if (input.frame != event::no_frame && input.frame != f) continue;
    for (uint32_t n = 0; n < frame.count; ++n) {
      if (frame.status[n] != WEFT_NODE_UNKNOWN) continue;
      if (input.node != event::no_node && input.node != n) continue;
      settle_doubt({f, n, frame.visit[n], frame.attempt[n]},
                   input.result == static_cast<uint32_t>(Settle::again));
    }
  }
}

void Decider::settle_doubt(const At& at, bool again) {
  if (again) return enter({at.frame, at.node, at.visit, static_cast<uint16_t>(at.attempt + 1)});
  fail(at, Error{Status::failed,
                 "effect.doubted",
                 "the step may have had its effect and was given up by decision",
                 "check its effect by hand",
                 {},
                 0});
}

void Decider::emit(Type type, const At& at, uint8_t flags) {
  state::State& s = state();
  const event::Event e{type,     flags,     at.attempt, at.frame, at.node,
                       at.visit, s.seq + 1, tick_,      nullptr};
  out_->events.push_back(e);
  state::fold(s, e);
}

bool Decider::emit(Type type, const At& at, Payload payload, Error* why) {
  state::State& s = state();
  auto stored = s.vault.store(s.seq + 1, payload.value);
  if (!stored) {
    base::check(why != nullptr, "what the kernel makes itself can be kept");
    *why = stored.error();
    return false;
  }
  const auto flags = static_cast<uint8_t>(event::has_payload | payload.flags |
                                          (stored->has_links ? event::has_links : 0));
  const event::Event e{type,     flags,     at.attempt, at.frame,    at.node,
                       at.visit, s.seq + 1, tick_,      stored->root};
  out_->events.push_back(e);
  state::fold(s, e);
  return true;
}

void Decider::command(Command::Kind kind, const At& at, Value args, int64_t due) {
  out_->commands.push_back({kind, at.is_compensation, at.attempt, at.frame, at.node, at.visit, 0,
                            Phase::none, args, due});
}

uint64_t Decider::seed(const At& at) const {
  return mix(run_->state.seed, at.frame, at.node, at.visit);
}

Value Decider::text(std::string_view words) {
  Builder b(scratch_.arena());
  b.text(words);
  return b.take_value();
}

Value Decider::explain(const At& at, const Error& error) {
  const bool of_step = at.node != event::no_node;
  const std::string path = of_step ? state::step_path(state(), at.frame, at.node) : std::string();
  return fault(error, {path, at.attempt}, scratch_.arena());
}

}  // namespace weft::run
