// Undoing what a block has done when it fails: its variables, and with 'compensate' the effects of
// its steps, the latest first, one at a time.
#include <algorithm>
#include <string>

#include "run/decide.hpp"
#include "run/fault.hpp"
#include "run/retry.hpp"
#include "run/scope.hpp"
#include "run/undone.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;
using state::Undo;

// 'rollback', 'compensate' or nothing. Past a pivot nothing is undone.
std::string_view Decider::undoing(const Frame& f, Value error) const {
  if (f.passed_pivot) return {};
  switch (run_->state.block(f).on_failure) {
    case plan::OnFailure::compensate: return "compensate";
    case plan::OnFailure::rollback: return "rollback";
    case plan::OnFailure::keep: return {};
    case plan::OnFailure::unsaid: break;
  }
  const state::State& s = run_->state;
  const Value now = variables_in(s, state::branch_around(s, f));
  const bool is_changed = variables_before(s, f).slot() != now.slot();
  return is_changed && error["class"_k].as_text() == "configuration" ? "rollback"
                                                                     : std::string_view();
}

// True when the frame fails later, once its effects are undone.
bool Decider::start_rollback(Frame& f, Value error) {
  const std::string_view mode = undoing(f, error);
  if (mode.empty()) return false;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("mode"_k, mode);
  if (error.exists()) b.set("error"_k, error);
  b.end_object();
  emit(Type::rollback_started, {f.number}, {b.take_value()});
  announce({f.parent, f.parent_node, f.parent_visit}, WEFT_AT_ROLLBACK, Phase::rollback,
           Value(out_->events.back().payload));
  if (mode == "rollback") {
    Builder done(scratch_.arena());
    done.begin_object();
    done.end_object();
    put_back(f);
    emit(Type::rollback_done, {f.number}, {done.take_value()});
    return false;
  }
  const Value reason = text("the block failed and is undone");
  for (uint32_t n = 0; f.active > 0 && n < f.count; ++n) {
    if (state::is_node_active(f.status[n])) stop(f, n, reason);
  }
  if (f.active == 0) undo_next(f);
  return true;
}

void Decider::undo_next(Frame& f) {
  for (size_t i = state().undo.size(); i > 0; --i) {
    Undo& u = state().undo[i - 1];
    if (!state().is_within(u.frame, f.number)) continue;
    if (u.stage == Undo::Stage::running || u.stage == Undo::Stage::waiting) return;
    const Value why =
        f.rollback["error"_k].exists() ? f.rollback["error"_k] : state().stopping["reason"_k];
    if (u.stage == Undo::Stage::due && compensate(u, why)) return;
  }
  finish_rollback(f);
}

// False when it could not even be called, which is recorded.
bool Decider::compensate(Undo& u, Value reason) {
  const At at{u.frame, u.node, u.visit, 1, true};
  const Frame& f = frame(at);
  const plan::Node& n = node(at);
  const Called way = called(state(), f, u.node, true);
  Value parameters(u.arguments);
  if (u.arguments == nullptr && n.arguments != plan::none) {
    parameters = state().plan->templates[n.arguments].constant();
  }
  Builder b(scratch_.arena());
  b.begin_object();
  if (n.call != plan::none) {
    b.set("input"_k, parameters["input"_k]);
    parameters = parameters["params"_k];
  }
  b.set("parameters"_k, parameters.exists() ? parameters : null_value());
  b.set("result"_k, u.result != nullptr ? Value(u.result) : null_value());
  b.end_object();
  const FrameScope names{
      &state(), &f, {},      b.take_value(), reason.exists() ? reason : null_value(),
      u.node,   {}, u.visit, shared_reader()};
  Result<Value> made = null_value();
  if (way.arguments != plan::none) {
    made = state().plan->templates[way.arguments].evaluate(names.lend(tick_, seed(at)),
                                                           scratch_.arena());
  }
  const auto& schema = state().plan->tools[way.tool].schema;
  if (made && schema != nullptr) made = schema->check_and_complete(*made, scratch_.arena());
  Error why;
  if (made && !emit(Type::step_compensating, at, {*made}, &why)) made = why;
  if (!made) {
    emit(Type::step_uncompensated, at, {explain(at, made.error())});
    return false;
  }
  command(Command::Kind::call, at, Value(u.compensation));
  announce({u.frame, u.node, u.visit, 1}, WEFT_AT_ROLLBACK, Phase::compensation,
           Value(u.compensation));
  return true;
}

void Decider::compensated(const Input& input) {
  const auto is_it = [&](const Undo& u) {
    return u.frame == input.frame && u.node == input.node && u.visit == input.visit &&
           u.stage == Undo::Stage::running && u.attempt == input.attempt;
  };
  const auto found = std::find_if(state().undo.begin(), state().undo.end(), is_it);
  if (found == state().undo.end()) {
    ++out_->ignored;
    return;
  }
  Undo& u = *found;
  const At at{u.frame, u.node, u.visit, u.attempt, true};
  Error why;
  if (input.status != WEFT_OK) return uncompensated(u, at, input);
  if (!emit(Type::step_compensated, at, {input.value, input.flags}, &why)) {
    emit(Type::step_compensated, at, {null_value()});
  }
  goes_on_after(u);
}

void Decider::uncompensated(Undo& u, const At& at, const Input& input) {
  const std::string path = state::step_path(state(), at.frame, at.node);
  const Value error = (input.flags & as_recorded) != 0
                          ? input.value
                          : fault(input.status, input.error, {path, at.attempt}, scratch_.arena());
  const plan::Policy& policy = *called(state(), frame(at), at.node, true).policy;
  if (is_retryable(input.status, input.error) && at.attempt < policy.attempts_max) {
    const int64_t due = tick_ + static_cast<int64_t>(delay_ns(policy, at.attempt, seed(at)));
    Builder b(scratch_.arena());
    b.begin_object();
    b.set("for"_k, std::string_view("compensation"));
    b.set("due_ns"_k, due);
    b.set("error"_k, error);
    b.end_object();
    emit(Type::step_waiting, at, {b.take_value()});
    return command(Command::Kind::wake_at, at, {}, due);
  }
  emit(Type::step_uncompensated, at, {error});
  goes_on_after(u);
}

// The block that is being undone goes on; else it was undone only to be run again.
void Decider::goes_on_after(const Undo& u) {
  for (uint32_t f = u.frame; f != event::no_frame; f = state().frames[f].parent) {
    Frame& owner = state().frames[f];
    if (owner.rollback.exists() && !owner.closed) return undo_next(owner);
  }
  const Frame& f = state().frames[u.frame];
  const At at{u.frame, u.node, u.visit, 1};
  if (f.closed || f.visit[u.node] != u.visit) return;
  if (u.stage != Undo::Stage::done) return;
  Error why;
  const Value parameters(u.arguments);
  const bool kept = u.arguments == nullptr ? (emit(Type::step_started, at), true)
                                           : emit(Type::step_started, at, {parameters}, &why);
  if (!kept) return fail(at, why);
  command(Command::Kind::call, at, arguments(at));
}

void Decider::finish_rollback(Frame& f) {
  Builder b(scratch_.arena());
  bool is_whole = true;
  b.begin_object();
  for (const auto& [name, stage] : {std::pair{"compensated"_k, Undo::Stage::done},
                                    std::pair{"remaining"_k, Undo::Stage::failed}}) {
    b.key(name);
    b.begin_array();
    for (const std::string& path : undone(state(), stage, f.number)) {
      b.text(path);
      if (stage == Undo::Stage::failed) is_whole = false;
    }
    b.end_array();
  }
  b.end_object();
  const Value done = b.take_value();
  Value error = f.rollback["error"_k];
  put_back(f);
  emit(Type::rollback_done, {f.number}, {done});
  if (!is_whole) {
    Builder e(scratch_.arena());
    e.begin_object();
    e.set("code"_k, std::string_view("compensation_failed"));
    e.set("class"_k, std::string_view("configuration"));
    e.set("message"_k,
          std::string_view("the run failed, and not all of its effects could be undone"));
    e.set("hint"_k, std::string_view("undo what remains by hand; 'details' lists it"));
    e.key("details"_k);
    e.begin_object();
    e.set("remaining"_k, done["remaining"_k]);
    if (error.exists()) e.set("cause"_k, error);
    e.end_object();
    e.end_object();
    error = e.take_value();
  }
  if (error.exists()) return close_failed(f, error);
  close_stopped(f);
}

}  // namespace weft::run
