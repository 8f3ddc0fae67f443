// Where hooks are asked and told, and what follows from what they say. HOOKS.md is the law.
#include <algorithm>
#include <string>

#include "base/check.hpp"
#include "run/decide.hpp"
#include "run/fault.hpp"
#include "run/points.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;
using state::Wait;

namespace {

Phase phase_of(uint32_t point) {
  switch (point) {
    case WEFT_AT_BEFORE_STAGE: return Phase::step_boundary;
    case WEFT_AT_BEFORE_STATE_READ: return Phase::shared_data_access;
    case WEFT_AT_BEFORE_STATE_WRITE: return Phase::state_change;
    case WEFT_AT_STAGE_TRANSITION: return Phase::branch_selection;
    case WEFT_AT_STATE_CONFLICT: return Phase::parallel_join;
    default: return Phase::none;
  }
}

}  // namespace

// --- told: the fact is done

void Decider::announce(const At& at, uint32_t point, Phase phase, Value about) {
  if (!listens(point)) return;
  command(Command::Kind::tell, at, about);
  out_->commands.back().point = static_cast<uint16_t>(point);
  out_->commands.back().phase = phase;
}

// A step of a loop that is the first of its iteration.
void Decider::announce_begin(const Frame& f, const At& at) {
  if (form_of(state(), f) != Form::loop || node(at).kind == plan::Kind::expression) return;
  const uint32_t written = state().block(f).written();
  const uint32_t first = at.node / written * written;
  for (uint32_t n = first; n < first + written; ++n) {
    const bool is_step = state().node(f, n).kind != plan::Kind::expression;
    if (is_step && f.status[n] != WEFT_NODE_PENDING && f.visit[n] == at.visit) return;
  }
  announce(at, WEFT_AT_STAGE_TRANSITION, Phase::loop_iteration_start, {});
}

// The step has ended; in a loop, the last that stands in it ends an iteration.
void Decider::announce_end(const Frame& f, const At& at) {
  const auto is_step = [&](uint32_t n) {
    const plan::Kind kind = state().node(f, n).kind;
    return kind != plan::Kind::expression && kind != plan::Kind::record;
  };
  if (!is_step(at.node)) return;
  const Value told(out_->events.back().payload);
  announce(at, WEFT_AT_AFTER_STAGE, Phase::step_boundary, told);
  if (!listens(WEFT_AT_STAGE_TRANSITION) || form_of(state(), f) != Form::loop) return;
  const uint32_t written = state().block(f).written();
  for (uint32_t n = at.node + 1; n % written != 0; ++n) {
    if (is_step(n)) return;
  }
  announce(at, WEFT_AT_STAGE_TRANSITION, Phase::loop_iteration_complete, told);
}

void Decider::announce_frame(const Frame& f, bool opens) {
  const Form form = form_of(state(), f);
  if (form == Form::plain || (form == Form::loop && opens)) return;
  const Phase phase = form == Form::loop ? Phase::loop_termination
                      : opens            ? Phase::parallel_fork
                                         : Phase::parallel_join;
  announce({f.parent, f.parent_node, f.parent_visit}, WEFT_AT_STAGE_TRANSITION, phase, {});
}

// --- asked: what is to happen waits for the verdict

void Decider::ask_hooks(const At& at, uint32_t point, Phase phase, Value about) {
  command(Command::Kind::ask, at, about);
  out_->commands.back().point = static_cast<uint16_t>(point);
  out_->commands.back().phase = phase;
}

// The step waits, so that it can be asked to end meanwhile; what it waits with is recorded.
void Decider::ask_of_step(const At& at, uint32_t point, Value about) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("hook"));
  b.set("point"_k, point);
  if (about.exists()) b.set("data"_k, about);
  b.end_object();
  Error why;
  if (!emit(Type::step_waiting, {at.frame, at.node, at.visit}, {b.take_value()}, &why)) {
    return fail(at, why);
  }
  ask_hooks(at, point, phase_of(point), Value(out_->events.back().payload)["data"_k]);
}

// The process that asked is gone.
void Decider::ask_again(const Wait& w) {
  const Value about(w.about);
  const auto point = static_cast<uint32_t>(about["point"_k].as_u64());
  const bool of_run = w.frame == event::no_frame;
  const uint32_t visit = of_run ? static_cast<uint32_t>(state::Vault::seq_of(w.about))
                         : w.node != event::no_node ? state().frames[w.frame].visit[w.node]
                                                    : 0;
  ask_hooks({w.frame, w.node, visit}, point, phase_of(point), about["data"_k]);
}

// A pattern wants to take a branch. One that hooks have sent it to is taken unasked.
void Decider::offer(Frame& f, const At& at, Value choice) {
  const Value said = choice["taken"_k];
  const uint64_t taken = said.exists() ? said.as_u64(WEFT_NO_NODE) : at.node;
  if (f.detour != event::no_node && is_offered(choice, f.detour)) {
    return take_branch(at, choice, f.detour);
  }
  if (!listens(WEFT_AT_STAGE_TRANSITION)) return take_branch(at, choice, taken);
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("branch"));
  b.set("point"_k, WEFT_AT_STAGE_TRANSITION + 0U);
  b.set("data"_k, choice);
  b.end_object();
  emit(Type::hook_asked, at, {b.take_value()});
  ask_hooks(at, WEFT_AT_STAGE_TRANSITION, Phase::branch_selection,
            Value(out_->events.back().payload)["data"_k]);
}

// What is recorded names the branch that is taken, and the one that the pattern wanted beside the
// others.
void Decider::take_branch(const At& at, Value choice, uint64_t taken) {
  const uint64_t number = uint64_t{at.visit} << 32U | at.node;
  const Value wanted = choice["taken"_k];
  if (wanted.exists() && wanted.as_u64(WEFT_NO_NODE) != taken) {
    Builder b(scratch_.arena());
    b.begin_object();
    for (uint32_t i = 0; i < choice.size(); ++i) {
      const Key name(choice.key(i));
      if (name.view() == "taken") {
        b.set(name, taken);
      } else if (name.view() != "alternatives") {
        b.set(name, choice[i]);
      }
    }
    b.key("alternatives"_k);
    b.begin_array();
    if (wanted.is_number()) b.link(wanted);
    const Value others = choice["alternatives"_k];
    for (uint32_t i = 0; others.is_array() && i < others.size(); ++i) {
      if (others[i].as_u64() != taken) b.link(others[i]);
    }
    b.end_array();
    b.end_object();
    choice = b.take_value();
  }
  emit(Type::branch_selected, at, {choice});
  tell(at.frame, {WEFT_FACT_SELECTED, 0, number, taken, 0});
}

// The message stays with the question: a patch applies to the variables as they are then.
void Decider::write_update(Value message, Value changes) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("write"));
  b.set("point"_k, WEFT_AT_BEFORE_STATE_WRITE + 0U);
  b.set("data"_k, changes);
  b.set("message"_k, message);
  b.end_object();
  At at;
  at.visit = static_cast<uint32_t>(state().seq + 1);
  Error why;
  if (!emit(Type::hook_asked, at, {b.take_value()}, &why)) {
    ++out_->ignored;
    return;
  }
  ask_hooks(at, WEFT_AT_BEFORE_STATE_WRITE, Phase::state_change,
            Value(out_->events.back().payload)["data"_k]);
}

// --- answered

// What hooks said is recorded before what follows from it.
void Decider::note(const Input& input, const At& at) {
  if (!input.notes.exists()) return;
  for (const Value one : input.notes) {
    Error why;
    const bool is_said = !one["reason"_k].exists();
    if (!emit(is_said ? Type::hook_executed : Type::hook_bypassed, at, {one}, &why)) return;
  }
}

Error Decider::refusal(const Input& input) const {
  const Value said = input.value;
  const std::string_view code = said["code"_k].as_text();
  if (!code.empty()) {
    const bool is_fault = code == "hook.illegal_result";
    return {is_fault ? Status::failed : Status::denied,
            std::string(code),
            std::string(said["message"_k].as_text()),
            std::string(said["hint"_k].as_text()),
            {},
            is_fault ? WEFT_ERR_BUG : WEFT_ERR_DENIED};
  }
  const bool is_call = input.point == WEFT_AT_BEFORE_TOOL_EXECUTION;
  return {Status::denied,
          "hook.cancelled",
          std::string(is_call ? "a hook refused the call: " : "a hook refused it: ") +
              reason_text(said),
          {},
          {},
          WEFT_ERR_DENIED};
}

void Decider::refuse(const At& at, const Input& input) {
  (input.flags & as_recorded) != 0 ? fail(at, input.value) : fail(at, refusal(input));
}

void Decider::verdict(const Input& input) {
  if (input.result == only_told) return note(input, {input.frame, input.node, input.visit});
  if (input.point == WEFT_AT_BEFORE_TOOL_EXECUTION) return allow(input);
  const auto is_it = [&](const Wait& w) {
    if (w.kind != Wait::Kind::hook || w.frame != input.frame || w.node != input.node) return false;
    if (Value(w.about)["point"_k].as_u64() != input.point) return false;
    return w.frame != event::no_frame ||
           static_cast<uint32_t>(state::Vault::seq_of(w.about)) == input.visit;
  };
  const auto wait = std::find_if(state().waits.begin(), state().waits.end(), is_it);
  if (wait == state().waits.end()) {
    ++out_->ignored;
    return;
  }
  const Value about(wait->about);
  const At at{input.frame, input.node, input.visit};
  note(input, at);
  switch (input.point) {
    case WEFT_AT_BEFORE_STAGE: return of_stage(at, about["data"_k], input);
    case WEFT_AT_BEFORE_STATE_READ:
    case WEFT_AT_BEFORE_STATE_WRITE: return of_write(at, about, input);
    case WEFT_AT_STATE_CONFLICT: return of_join(at, about, input);
    default: return of_branch(at, about["data"_k], input);
  }
}

void Decider::of_stage(const At& at, Value data, const Input& input) {
  switch (input.result) {
    case WEFT_VERDICT_CONTINUE: bindings_ = data; break;
    case WEFT_VERDICT_MODIFIED: bindings_ = input.value; break;
    case WEFT_VERDICT_REPLACE: return succeed(at, {input.value, input.flags});
    case WEFT_VERDICT_SKIPPED: return skip(at, input.value);
    case WEFT_VERDICT_REDIRECT: return go_elsewhere(at, input.value, {});
    default: return refuse(at, input);
  }
  state().status == state::RunStatus::paused ? hold(at) : begin_step(at);
  bindings_ = {};
}

void Decider::of_branch(const At& at, Value choice, const Input& input) {
  const Value wanted = choice["taken"_k];
  uint64_t taken = wanted.exists() ? wanted.as_u64(WEFT_NO_NODE) : at.node;
  Frame& f = state().frames[at.frame];
  if (input.result == WEFT_VERDICT_CANCEL) return fail_frame(f, explain({}, refusal(input)));
  if (input.result == WEFT_VERDICT_REDIRECT) {
    Command asked;
    asked.frame = at.frame;
    asked.node = at.node;
    asked.point = WEFT_AT_STAGE_TRANSITION;
    asked.phase = Phase::branch_selection;
    asked.args = choice;
    const Target to = target_of(state(), asked, input.value);
    if (to.kind == Target::Kind::branch) taken = to.node;
  }
  take_branch(at, choice, taken);
}

void Decider::of_write(const At& at, Value about, const Input& input) {
  const bool of_run = at.frame == event::no_frame;
  const bool is_modified = input.result == WEFT_VERDICT_MODIFIED;
  const bool is_refused =
      !is_modified && input.result != WEFT_VERDICT_CONTINUE && input.result != WEFT_VERDICT_SKIPPED;
  if (!of_run) {
    if (is_refused) return refuse(at, input);
    return write(at, is_modified ? input.value : about["data"_k]);
  }
  if (!is_refused) {
    is_modified ? void(change_variables(at, input.value)) : update(about["message"_k], at);
  }
  const bool is_open = std::any_of(state().waits.begin(), state().waits.end(),
                                   [&](const Wait& w) { return w.about == about.slot(); });
  if (!is_open) return;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("point"_k, point_name(input.point));
  b.set("result"_k, input.result);
  b.end_object();
  emit(Type::hook_executed, at, {b.take_value()});
}

// Of the whole run, before it began: a refusal or a result in its place.
void Decider::of_start(Value hook) {
  Input input;
  input.kind = Input::Kind::verdict;
  input.point = WEFT_AT_BEFORE_WORKFLOW_START;
  input.result = static_cast<uint32_t>(hook["result"_k].as_u64());
  input.value = hook["value"_k];
  input.notes = hook["notes"_k];
  note(input, {});
  if (input.result == WEFT_VERDICT_REPLACE) return finish(Type::run_completed, input.value);
  if (input.result == WEFT_VERDICT_CANCEL) {
    finish(Type::run_failed, explain({}, refusal(input)));
  }
}

// True when hooks decided what becomes of a failure.
bool Decider::heed(const At& at, const Input& input, Value error) {
  const Frame& f = frame(at);
  if (f.stopping || (f.traits[at.node] & state::trait_stopping) != 0) return false;
  const Value said = followed(input.notes);
  const Value payload = said["value"_k];
  switch (said["result"_k].as_u64()) {
    case WEFT_VERDICT_REDIRECT: go_elsewhere(at, payload, error); return true;
    case WEFT_VERDICT_RETRY: {
      const auto asked = retry_of(payload);
      if (!asked || at.attempt >= asked->attempts_max) return false;
      return try_at(at, error, tick_ + asked->delay_ns);
    }
    default: return false;
  }
}

// The alternative of the step, or another step of the block; a failure counts as one that the
// block goes on after.
void Decider::go_elsewhere(const At& at, Value payload, Value error) {
  Command asked;
  asked.frame = at.frame;
  asked.node = at.node;
  asked.point =
      static_cast<uint16_t>(error.exists() ? WEFT_AT_TOOL_ERROR : WEFT_AT_BEFORE_TOOL_EXECUTION);
  if (frame(at).detour == event::no_node &&
      target_of(state(), asked, payload).kind == Target::Kind::alternative) {
    divert(at, *state().plan->rarity(node(at)), error, error.exists());
    return;
  }
  if (!error.exists()) return skip(at, text("hooks sent the block to another step"));
  emit(Type::step_failed, at, {error, event::is_continued});
  ended(at, WEFT_NODE_CONTINUED);
}

// Whether a node is not where hooks have sent its block; other lanes are not concerned.
bool Decider::passes_over(const Frame& f, uint32_t n) const {
  const uint32_t written = run_->state.block(f).written();
  return n != f.detour && n / written == f.detour / written;
}

}  // namespace weft::run
