// What is tried when a call has failed: another attempt, waiting for room, the alternative, a
// declared result, people. The rungs are taken in this order, and each is an event.
#include <algorithm>

#include "base/limits.hpp"
#include "run/decide.hpp"
#include "run/fault.hpp"
#include "run/retry.hpp"
#include "run/scope.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

void Decider::failed_attempt(const At& at, const Input& input) {
  const Frame& f = frame(at);
  const std::string path = state::step_path(state(), at.frame, at.node);
  const bool is_recorded = (input.flags & as_recorded) != 0;
  const Value error = is_recorded
                          ? input.value
                          : fault(input.status, input.error, {path, at.attempt}, scratch_.arena());
  was_asked_ = input.point == WEFT_AT_TOOL_ERROR;
  if (was_asked_ && heed(at, input, error)) return;
  if (is_recorded && input.result == 1) return fail(at, error);
  const bool stopping = f.stopping || (f.traits[at.node] & state::trait_stopping) != 0;
  if (stopping) return fail(at, error);
  if (wait_for_room(at, input, error)) return;
  const uint32_t after_ms = input.error != nullptr ? input.error->retry_after_ms : 0;
  if (is_retryable(input.status, input.error) && again(at, error, after_ms)) return;
  give_up(at, error);
}

// There was no room: a quota, a disk, a tool that is refused for a while. Waits for at most
// limits::resource_wait_ns since the step began; the last attempt comes at that very time.
bool Decider::wait_for_room(const At& at, const Input& input, Value error) {
  if (error["class"_k].as_text() != "resource") return false;
  const std::string_view code = error["code"_k].as_text();
  const bool may_pass = is_retryable(input.status, input.error) || code.starts_with("resource.") ||
                        code.starts_with("breaker.");
  const bool may_repeat_call =
      input.was_not_called || may_repeat(called(state(), frame(at), at.node).effect);
  const int64_t began = frame(at).began[at.node];
  const int64_t last = began + base::limits::resource_wait_ns;
  if (!may_pass || !may_repeat_call || tick_ >= last) return false;
  constexpr int64_t second = 1'000'000'000;
  int64_t wait = std::clamp((tick_ - began) / 2, second, 10 * second);
  if (input.error != nullptr) {
    wait = std::max(wait, int64_t{input.error->retry_after_ms} * 1'000'000);
  }
  const int64_t due = std::min(tick_ + wait, last);
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("resource"));
  b.set("due_ns"_k, due);
  b.set("error"_k, error);
  b.set("was_not_called"_k, input.was_not_called);
  b.end_object();
  emit(Type::step_waiting, at, {b.take_value()});
  command(Command::Kind::wake_at, at, {}, due);
  return true;
}

void Decider::give_up(const At& at, Value error) {
  const plan::Rarity* rarity = state().plan->rarity(node(at));
  if (rarity == nullptr) return fail(at, error);
  const bool was_diverted = (frame(at).traits[at.node] & state::trait_diverted) != 0;
  if (rarity->alternative != plan::none && !was_diverted && divert(at, *rarity, error, true))
    return;
  if (!rarity->recovers) return fail(at, error);
  if (rarity->fallback != plan::none && fall_back(at, *rarity, error)) return;
  if (!rarity->is_required) return skip(at, error);
  if (rarity->escalation.exists()) return ask_people(at, *rarity, error);
  fail(at, error);
}

bool Decider::divert(const At& at, const plan::Rarity& rarity, Value error, bool asks) {
  const Called way = called(state(), state().plan->ways[rarity.alternative]);
  Value arguments;
  if (way.arguments != plan::none) {
    const FrameScope names = scope(at);
    auto made = state().plan->templates[way.arguments].evaluate(names.lend(tick_, seed(at)),
                                                                scratch_.arena());
    const auto& schema = state().plan->tools[way.tool].schema;
    if (made && schema != nullptr) made = schema->check_and_complete(*made, scratch_.arena());
    if (!made) {
      fail(at, made.error());
      return true;
    }
    arguments = *made;
  }
  Builder b(scratch_.arena());
  b.begin_object();
  if (error.exists()) b.set("error"_k, error);
  if (arguments.exists()) b.set("arguments"_k, arguments);
  b.end_object();
  Error why;
  const At first{at.frame, at.node, at.visit, 1};
  if (!emit(Type::step_diverted, first, {b.take_value()}, &why)) {
    fail(at, why);
    return true;
  }
  if (!asks || !asks_before_calls()) {
    enter(first);
  } else {
    ask_hooks(first, WEFT_AT_BEFORE_TOOL_EXECUTION, Phase::none, this->arguments(first));
  }
  return true;
}

// The declared result in place of one that could not be had.
bool Decider::fall_back(const At& at, const plan::Rarity& rarity, Value error) {
  FrameScope names{&state(), &frame(at), {}, {}, error, at.node};
  names.shared = shared_reader();
  auto made = state().plan->templates[rarity.fallback].evaluate(names.lend(tick_, seed(at)),
                                                                scratch_.arena());
  if (!made) return false;
  succeed(at, {*made});
  return true;
}

// The last rung: people see what happened and choose.
void Decider::ask_people(const At& at, const plan::Rarity& rarity, Value error) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("escalation"));
  b.set("title"_k, std::string_view("the step failed; what shall become of it?"));
  b.set("error"_k, error);
  b.key("choices"_k);
  b.begin_array();
  for (const std::string_view choice : {"again", "skip", "fail"}) b.text(choice);
  b.end_array();
  if (rarity.escalation.is_array()) b.set("people"_k, rarity.escalation);
  b.set("quorum"_k, 1);
  b.end_object();
  open_approval(at, b.take_value(), state::never);
}

}  // namespace weft::run
