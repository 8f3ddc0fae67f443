// Steps that call another definition: what it is begun with, how deep it may go, and when it is out
// of time.
#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "run/decide.hpp"
#include "run/scope.hpp"
#include "spec/schema.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

// Blocks in blocks end somewhere, and so does what calls itself.
bool Decider::is_too_deep(const At& at) {
  const plan::Plan& plan = *state().plan;
  uint32_t depth = plan.definitions[plan.calls[node(at).call].definition].depth + 1;
  for (const Frame* f = &frame(at); f->parent != event::no_frame; f = f->outer) ++depth;
  return depth >= base::limits::depth;
}

void Decider::start_call(const At& at) {
  if (is_too_deep(at)) {
    return fail(at, Error{Status::limit,
                          "workflow.depth",
                          "the call would nest blocks more than " +
                              std::to_string(base::limits::depth) + " deep",
                          "end the recursion earlier, with an 'if' at the step that calls",
                          {},
                          WEFT_ERR_BAD_INPUT});
  }
  if (begin_call(at)) open_frame(node(at).block, at);
}

// Records what the definition is called with, which is what it was called with where this is not
// the first attempt. False when the step failed for it.
bool Decider::begin_call(const At& at) {
  const plan::Node& n = node(at);
  const plan::Plan& plan = *state().plan;
  const plan::Call& call = plan.calls[n.call];
  const plan::Definition& called = plan.definitions[call.definition];
  const Value before(at.attempt > 1 ? frame(at).value[at.node] : nullptr);
  const auto refuse = [&](const Error& why) {
    fail(at, why);
    return false;
  };
  Result<Value> said = before;
  if (!before.exists()) {
    const FrameScope names = scope(at);
    said = plan.templates[n.arguments].evaluate(names.lend(tick_, seed(at)), scratch_.arena());
    if (!said) return refuse(said.error());
  }
  Result<Value> input = (*said)["input"_k];
  if (called.input != nullptr && !before.exists()) {
    input = called.input->check_and_complete(*input, scratch_.arena());
    if (!input) return refuse(input.error());
  }
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("input"_k, *input);
  b.set("params"_k, (*said)["params"_k]);
  b.key("variables"_k);
  b.begin_object();
  for (const plan::Variable& v : plan.variables_of(call.definition)) {
    if (v.initial.exists()) b.set(Key(v.name), v.initial);
  }
  b.end_object();
  if (call.timeout_ns != 0) b.set("counted_ns"_k, state().counted(tick_));
  b.end_object();
  Error why;
  const At first{at.frame, at.node, at.visit, std::max<uint16_t>(at.attempt, 1)};
  if (!emit(Type::step_started, first, {b.take_value()}, &why)) return refuse(why);
  bindings_ = {};
  if (call.timeout_ns != 0) command(Command::Kind::limit, first);
  return true;
}

// 'end' stands in what was called and ends only that.
void Decider::end_call(Frame& f, const At& at, Value said) {
  const std::string status = base::fold_name(said["status"_k].as_text());
  if (status == "failed") {
    return close_failed(f, explain(at, Error{Status::failed,
                                             "ended.failed",
                                             "the definition ends the call as failed",
                                             {},
                                             {},
                                             0}));
  }
  if (status == "cancelled") return close_stopped(f);
  const Value result = said["result"_k];
  const uint16_t attempt = state().frames[f.parent].attempt[f.parent_node];
  leave(f);
  succeed({f.parent, f.parent_node, f.parent_visit, attempt},
          {result.exists() ? result : null_value()});
}

// The run is out of time, or a call in it. Of calls in calls the outermost is meant; where it is
// neither, what was out of time has ended meanwhile.
void Decider::expire(Value error) {
  const state::State& s = state();
  const bool is_other = error.exists() && error["code"_k].as_text() != "timeout";
  if (is_other) return cancel(text("the run is out of its budget"), error);
  if (!s.plan->has_limits || s.expires() <= tick_) {
    const Error late{Status::timeout,
                     "timeout",
                     "the run took longer than its time limit",
                     "raise 'timeout' in the definition",
                     {},
                     WEFT_ERR_TIMEOUT};
    return cancel(text("the run is out of time"), explain({}, late));
  }
  for (Frame& f : state().frames) {
    if (state::limit_of(s, f) > s.counted(tick_)) continue;
    out_of_time(f);
    break;
  }
  command(Command::Kind::limit, {});
}

void Decider::out_of_time(Frame& f) {
  if (f.closed || f.stopping || !state::is_call(state(), f)) {
    ++out_->ignored;
    return;
  }
  const At at{f.parent, f.parent_node, f.parent_visit};
  const plan::Plan& plan = *state().plan;
  const plan::Call& call = plan.calls[node(at).call];
  emit(Type::timer_fired, {f.number});
  const Error late{Status::timeout,
                   "timeout",
                   "the workflow " + base::quoted(plan.definitions[call.definition].id) +
                       " took longer than its time limit of " +
                       base::duration_text(static_cast<int64_t>(call.timeout_ns)),
                   "raise 'timeout' of the step that calls, or in what it calls",
                   {},
                   WEFT_ERR_TIMEOUT};
  fail_frame(f, explain(at, late));
}

}  // namespace weft::run
