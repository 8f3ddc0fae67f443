// The life of a step: everything between a pattern's START and the ENDED that it hears.
#include <algorithm>
#include <string>

#include <weft/draft/hook.h>

#include "run/decide.hpp"
#include "run/fault.hpp"
#include "run/retry.hpp"
#include "run/scope.hpp"
#include "run/ways.hpp"
#include "spec/schema.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

bool Decider::asks_before_calls() const {
  constexpr uint64_t before =
      uint64_t{1} << WEFT_AT_BEFORE_TOOL_EXECUTION | uint64_t{1} << WEFT_AT_TOOL_VALIDATION;
  return (hook_points_ & before) != 0;
}

void Decider::start(const At& at) {
  const plan::Node& n = node(at);
  if (frame(at).status[at.node] == WEFT_NODE_WAITING) {  // the run was paused
    const state::Wait* held = state().wait_of(at.frame, at.node);
    bindings_ = held != nullptr ? Value(held->about)["bindings"_k] : Value();
  }
  if (n.kind == plan::Kind::expression) return evaluate(at);
  if (n.condition != plan::none && !may_begin(at)) return;
  go_in(at);
}

void Decider::go_in(const At& at) {
  if (listens(WEFT_AT_BEFORE_STAGE)) return ask_of_step(at, WEFT_AT_BEFORE_STAGE, bindings_);
  begin_step(at);
}

void Decider::begin_step(const At& at) {
  const plan::Node& n = node(at);
  if (n.kind == plan::Kind::block) return start_block(at);
  if (n.kind != plan::Kind::tool) return start_own(at);
  start_tool(at);
}

void Decider::start_block(const At& at) {
  if (node(at).call != plan::none) return start_call(at);
  const At first{at.frame, at.node, at.visit, std::max<uint16_t>(at.attempt, 1)};
  // What its steps may speak of stands where the arguments of a call would.
  Error why;
  if (!bindings_.exists()) {
    emit(Type::step_started, first);
  } else if (!emit(Type::step_started, first, {bindings_}, &why)) {
    return fail(first, why);
  }
  bindings_ = {};
  open_frame(node(at).block, first);
}

void Decider::start_tool(const At& at) {
  const plan::Node& n = node(at);
  const plan::Plan& plan = *state().plan;
  Value args;
  const bool queued = frame(at).status[at.node] == WEFT_NODE_READY;
  if (!queued && n.arguments != plan::none && !plan.templates[n.arguments].is_constant()) {
    const FrameScope names = scope(at);
    auto made = plan.templates[n.arguments].evaluate(names.lend(tick_, seed(at)), scratch_.arena());
    if (!made) return fail(at, made.error());
    args = *made;
    const auto& schema = plan.tools[n.tool].schema;
    if (schema != nullptr) {
      auto complete = schema->check_and_complete(args, scratch_.arena());
      if (!complete) {
        fail(at, complete.error());
        return announce(at, WEFT_AT_TOOL_VALIDATION, Phase::error_handling,
                        Value(out_->events.back().payload));
      }
      args = *complete;
    }
  }
  const At first{at.frame, at.node, at.visit, 1};
  if (!asks_before_calls()) return enter(first, args);
  Error why;
  if (!queued && !args.exists()) {
    emit(Type::step_queued, first);
  } else if (!queued && !emit(Type::step_queued, first, {args}, &why)) {
    return fail(at, why);
  }
  ask_hooks(first, WEFT_AT_BEFORE_TOOL_EXECUTION, Phase::none, arguments(first));
}

// A call that nothing stands before but room: it is announced, or the step queues for it. With the
// arguments of the attempt before where none are given.
void Decider::enter(const At& at, Value args) {
  if (const plan::Kind kind = node(at).kind; kind != plan::Kind::tool) {
    return kind == plan::Kind::block ? start_block(at) : start_own(at);
  }
  if (const char* what = used_up(); what != nullptr) {
    return fail(at, Error{Status::limit,
                          std::string("limit.") + what,
                          std::string("the run has used up its budget of ") + what,
                          "raise 'budget' in the definition",
                          {},
                          0});
  }
  const bool has_room =
      room_.is_endless() || room_.has(*run_, {Command::Kind::call, false, at.attempt, at.frame,
                                              at.node, at.visit, 0, Phase::none, args, 0});
  const Type type = has_room ? Type::step_started : Type::step_queued;
  const uint8_t flags = has_room ? uint8_t{0} : event::for_room;
  if (!args.exists()) {
    emit(type, at, flags);
  } else if (!emit(type, at, {args, flags}, &refused_)) {
    return fail(at, refused_);
  }
  if (has_room) command(Command::Kind::call, at, arguments(at));
}

// What the run may use no more of; null when there is nothing.
const char* Decider::used_up() const {
  const spec::Budget& budget = run_->state.plan->budget;
  if (run_->state.cost >= budget.cost) return "cost";
  return run_->state.tokens >= budget.tokens ? "tokens" : nullptr;
}

// A step that queued has its turn, or has stood there too long.
void Decider::granted(const Input& input) {
  const Frame& f = state().frames[input.frame];
  const bool is_queued = !f.closed && f.status[input.node] == WEFT_NODE_READY &&
                         f.visit[input.node] == input.visit &&
                         (f.traits[input.node] & event::for_room) != 0;
  if (!is_queued) {
    ++out_->ignored;
    return;
  }
  const At at{input.frame, input.node, input.visit, f.attempt[input.node]};
  if (input.status != WEFT_OK) return failed_attempt(at, input);
  if (state().status == state::RunStatus::paused) return hold(at, false);
  emit(Type::step_started, at);
  command(Command::Kind::call, at, arguments(at));
}

// The very value that was recorded; or the plan's, where nothing in it is made at run time.
Value Decider::arguments(const At& at) {
  const weft_slot* recorded = frame(at).value[at.node];
  if (recorded != nullptr) return Value(recorded);
  const plan::Node& n = node(at);
  return n.arguments != plan::none ? state().plan->templates[n.arguments].constant() : Value();
}

// A scope that remembers what it was asked for.
struct Decider::Reader {
  expr::Scope scope;
  std::vector<Reading>* readings;

  static expr::Found look_up(const void* self, const expr::Asked& asked, Arena arena) {
    const auto& reader = *static_cast<const Reader*>(self);
    const Key first = asked.first;
    const expr::Found found = reader.scope.value(reader.scope.self, asked, arena);
    Value seen = found.code == nullptr ? found.value : Value();
    if (!found.took_first && first.n != 0 && seen[first].exists()) seen = seen[first];
    reader.readings->push_back({asked.name, first.view(), seen});
    return found;
  }
};

// A condition comes with what it has read, so that people see why it was true or false.
void Decider::evaluate(const At& at) {
  const plan::Node& n = node(at);
  const FrameScope names = scope(at, bindings_["result"_k]);
  const expr::Scope lent = names.lend(tick_, seed(at));
  readings_.clear();
  const Reader reader{lent, &readings_};
  const expr::Scope asked =
      n.is_condition ? expr::Scope{&reader, Reader::look_up, lent.now_ns, lent.seed} : lent;
  auto value = n.condition != plan::none
                   ? state().plan->expressions[n.condition].evaluate(asked, scratch_.arena())
                   : state().plan->templates[n.arguments].evaluate(lent, scratch_.arena());
  if (!value) return fail(at, value.error());
  if (!n.is_condition) return succeed(at, {*value});
  if (!value->is_boolean()) {
    return fail(
        at, Error{Status::bad_input,
                  "expr.type",
                  "the condition (" + std::string(state().plan->expressions[n.condition].text()) +
                      ") comes to something that is neither true nor false",
                  "compare explicitly, there is no truthiness",
                  {},
                  WEFT_ERR_BAD_INPUT});
  }
  succeed(at, {explained(at, *value), event::is_envelope});
  announce(at, WEFT_AT_STAGE_TRANSITION, Phase::condition_evaluation,
           Value(out_->events.back().payload));
}

Value Decider::explained(const At& at, Value verdict) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("result"_k, verdict);
  b.key("metadata"_k);
  b.begin_object();
  b.set("condition"_k, state().plan->expressions[node(at).condition].text());
  b.key("read"_k);
  b.begin_object();
  for (size_t i = 0; i < readings_.size(); ++i) {
    const Reading& one = readings_[i];
    const bool is_told =
        std::any_of(readings_.begin(), readings_.begin() + static_cast<std::ptrdiff_t>(i),
                    [&](const Reading& r) { return r.name == one.name && r.member == one.member; });
    if (is_told || !one.value.exists()) continue;
    std::string path(one.name);
    if (!one.member.empty()) path.append(".").append(one.member);
    b.set(Key(path), one.value);
  }
  b.end_object();
  b.end_object();
  b.end_object();
  return b.take_value();
}

// The pattern gives the node its result; nothing is run.
void Decider::settle_node(const At& at, Value result) {
  Error why;
  if (!emit(Type::step_succeeded, at, {result}, &why)) return fail(at, why);
  ended(at, WEFT_NODE_SUCCEEDED);
}

// What hooks said before a call.
void Decider::allow(const Input& input) {
  const Frame& f = state().frames[input.frame];
  if (f.closed || f.status[input.node] != WEFT_NODE_READY || f.visit[input.node] != input.visit ||
      (f.traits[input.node] & event::for_room) != 0) {
    ++out_->ignored;
    return;
  }
  const At at{input.frame, input.node, input.visit, 1};
  note(input, at);
  switch (input.result) {
    case WEFT_VERDICT_CONTINUE: return enter(at);
    case WEFT_VERDICT_MODIFIED: return enter(at, input.value);
    case WEFT_VERDICT_REPLACE: return succeed(at, {input.value, input.flags});
    case WEFT_VERDICT_SKIPPED: return skip(at, input.value);
    case WEFT_VERDICT_REDIRECT: return go_elsewhere(at, input.value, {});
    default: return refuse(at, input);
  }
}

void Decider::reply(const Input& input) {
  if (input.is_compensation) return compensated(input);
  Frame* f = input.frame < state().frames.size() ? &state().frames[input.frame] : nullptr;
  if (f == nullptr || f->closed || f->status[input.node] != WEFT_NODE_RUNNING ||
      f->visit[input.node] != input.visit || f->attempt[input.node] != input.attempt) {
    ++out_->ignored;
    return;
  }
  const At at{input.frame, input.node, input.visit, input.attempt};
  note(input, at);
  if (input.status == WEFT_OK) return succeed(at, {input.value, input.flags});
  const bool stopping = f->stopping || (f->traits[input.node] & state::trait_stopping) != 0;
  if (input.status == WEFT_CANCELLED && stopping) {
    emit(Type::step_cancelled, at, {text("asked to end")});
    return ended(at, WEFT_NODE_CANCELLED);
  }
  failed_attempt(at, input);
}

// Waits for the next attempt if there is one to wait for.
bool Decider::again(const At& at, Value error, uint32_t after_ms) {
  const plan::Node& n = node(at);
  const Called way = called(state(), frame(at), at.node);
  const plan::Policy& policy = *way.policy;
  if (at.attempt >= policy.attempts_max) return false;
  if (n.kind == plan::Kind::tool && !may_repeat(way.effect)) return false;
  const uint64_t wait =
      std::max(delay_ns(policy, at.attempt, seed(at)), uint64_t{after_ms} * 1'000'000);
  return try_at(at, error, tick_ + static_cast<int64_t>(wait));
}

// The next attempt at that time, if the run lasts that long.
bool Decider::try_at(const At& at, Value error, int64_t due) {
  if (due > state().expires(at.frame)) return false;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("error"_k, error);
  b.set("due_ns"_k, due);
  b.end_object();
  Error why;
  if (!emit(Type::step_retried, at, {b.take_value()}, &why)) return false;
  command(Command::Kind::wake_at, at, {}, due);
  return true;
}

void Decider::succeed(const At& at, Payload result) {
  const plan::Node& n = node(at);
  const bool is_recorded = (result.flags & as_recorded) != 0;
  result.flags &= static_cast<uint8_t>(~as_recorded);
  if (n.output != plan::none && !is_recorded) {
    const Value bare =
        (result.flags & event::is_envelope) != 0 ? result.value["result"_k] : result.value;
    const FrameScope names = scope(at, bare);
    auto made =
        state().plan->templates[n.output].evaluate(names.lend(tick_, seed(at)), scratch_.arena());
    if (!made) return fail(at, made.error());
    result = {*made};
  }
  if (!emit(Type::step_succeeded, at, result, &refused_)) return fail(at, refused_);
  ended(at, WEFT_NODE_SUCCEEDED);
}

void Decider::fail(const At& at, const Error& error) { fail(at, explain(at, error)); }

void Decider::fail(const At& at, Value error) {
  const plan::Node& n = node(at);
  const bool goes_on = n.on_error == plan::OnError::proceed && !frame(at).stopping;
  emit(Type::step_failed, at, {error, goes_on ? event::is_continued : uint8_t{0}});
  const Value told(out_->events.back().payload);
  const bool is_news = n.kind == plan::Kind::tool && !was_asked_;
  if (is_news) announce(at, WEFT_AT_TOOL_ERROR, Phase::error_handling, told);
  if (n.kind != plan::Kind::expression) {
    announce(at, WEFT_AT_STAGE_TRANSITION, Phase::error_handling, told);
  }
  ended(at, goes_on ? WEFT_NODE_CONTINUED : WEFT_NODE_FAILED);
}

void Decider::skip(const At& at, Value reason) {
  emit(Type::step_skipped, at, {reason});
  ended(at, WEFT_NODE_SKIPPED);
}

// Asks a node to end. What has not begun ends at once, what runs when it answers.
void Decider::stop(Frame& f, uint32_t n, Value reason) {
  const At at{f.number, n, f.visit[n], f.attempt[n]};
  switch (f.status[n]) {
    case WEFT_NODE_READY:
    case WEFT_NODE_WAITING:
      emit(Type::step_cancelled, at, {reason});
      return ended(at, WEFT_NODE_CANCELLED);
    case WEFT_NODE_RUNNING: break;
    default: return;
  }
  if ((f.traits[n] & state::trait_stopping) != 0) return;
  emit(Type::step_stopping, at, {reason});
  Frame* inner = state().child(f, n);
  if (inner != nullptr) return stop_frame(*inner, reason);
  command(Command::Kind::stop, at);
}

void Decider::ended(const At& at, uint8_t status) {
  if (hook_points_ != 0) announce_end(frame(at), at);
  const uint64_t number = uint64_t{at.visit} << 32U | at.node;
  tell(at.frame, {WEFT_FACT_ENDED, 0, number, status, 0});
}

}  // namespace weft::run
