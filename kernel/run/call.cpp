// Steps that call another definition, or start it as a run of its own: what it is begun with, how
// deep it may go, and when it is out of time.
#include <algorithm>
#include <array>
#include <string>

#include "base/id.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "run/decide.hpp"
#include "run/retry.hpp"
#include "run/scope.hpp"
#include "spec/schema.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

namespace {

// Ids that one run makes differ for as long as its events do; of several, as random ones do.
std::string new_id(const Run& run, int64_t tick) {
  constexpr uint64_t odd = 0x9e3779b1;  // a step through all that the random part of an id can be
  uint64_t drawn = run.state.seed;
  for (const char c : run.id) drawn = mix(drawn, static_cast<uint8_t>(c), 0, 0);
  drawn += (run.state.seq + 1) * odd;
  std::array<uint8_t, 10> random{};
  for (size_t i = 0; i < 4; ++i) random[i] = static_cast<uint8_t>(drawn >> (24 - 8 * i));
  return base::id_text(base::id_bytes(tick / 1'000'000, random));
}

}  // namespace

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

// {input, params}, the input as its schema wants it; of another attempt, those of the first.
Result<Value> Decider::called_with(const At& at) {
  if (at.attempt > 1) return Value(frame(at).value[at.node]);
  const plan::Node& n = node(at);
  const plan::Plan& plan = *state().plan;
  const FrameScope names = scope(at);
  auto said = plan.templates[n.arguments].evaluate(names.lend(tick_, seed(at)), scratch_.arena());
  const auto& schema = plan.definitions[plan.calls[n.call].definition].input;
  if (!said || schema == nullptr) return said;
  auto input = schema->check_and_complete((*said)["input"_k], scratch_.arena());
  if (!input) return input.error();
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("input"_k, *input);
  b.set("params"_k, (*said)["params"_k]);
  b.end_object();
  return b.take_value();
}

// Records what the definition is called with, which is what it was called with where this is not
// the first attempt. False when the step failed for it.
bool Decider::begin_call(const At& at) {
  const plan::Node& n = node(at);
  const plan::Plan& plan = *state().plan;
  const plan::Call& call = plan.calls[n.call];
  const auto refuse = [&](const Error& why) {
    fail(at, why);
    return false;
  };
  auto said = called_with(at);
  if (!said) return refuse(said.error());
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("input"_k, (*said)["input"_k]);
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

// The run that it starts has its id here, so whatever is tried again starts no other. Runs that
// start runs end somewhere, too.
void Decider::start_detached(const At& at) {
  const uint64_t depth = state().acceptance["caused_by"_k]["depth"_k].as_u64();
  if (depth + 1 >= base::limits::depth) {
    return fail(at, Error{Status::limit,
                          "workflow.depth",
                          "more than " + std::to_string(base::limits::depth) +
                              " runs would have started each other",
                          "end the recursion earlier, with an 'if' at the step that starts",
                          {},
                          WEFT_ERR_BAD_INPUT});
  }
  auto said = called_with(at);
  if (!said) return fail(at, said.error());
  const Value before = (*said)["run"_k];
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("input"_k, (*said)["input"_k]);
  b.set("params"_k, (*said)["params"_k]);
  b.set("run"_k, before.exists() ? before : text(new_id(*run_, tick_)));
  b.end_object();
  const At now{at.frame, at.node, at.visit, std::max<uint16_t>(at.attempt, 1)};
  Error why;
  if (!emit(Type::step_started, now, {b.take_value()}, &why)) return fail(at, why);
  bindings_ = {};
  command(Command::Kind::call, now, arguments(now));
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
