// The life of a step: its condition, its call, its attempts, its end.
#include "reference.hpp"

namespace weft::tests {
namespace {

constexpr int64_t never = INT64_MAX;
constexpr int64_t step_limit_ms = 30'000;  // where a step says none
constexpr int64_t grace_ns = 5'000'000'000;
constexpr int64_t run_grace_ns = 30'000'000'000;  // of a run that is cancelled
constexpr int64_t ms_ns = 1'000'000;

}  // namespace

void Reference::start(Slot& slot) {
  const Step& step = *slot.step;
  if (step.condition) {
    const Result answer = holds(*slot.home, *step.condition);
    if (!answer.json) return fail(slot, answer.failure.of(slot.path));
    if (*answer.json == "false") return end(slot, Status::skipped);
  }
  if (step.is_block()) {
    slot.attempt = 1;
    slot.status = Status::running;
    return open(&slot, step);
  }
  if (step.is_wait()) {
    slot.status = Status::waiting;
    slot.due = tick() + step.wait_ms * ms_ns;
    return;
  }
  const Result value = evaluate(*slot.home, step.value, nullptr);
  if (!value.json) return fail(slot, value.failure.of(slot.path));
  slot.json = R"({"name":")" + step.id + R"(","value":)" + *value.json + '}';
  slot.attempt = 1;
  slot.began = tick();
  call(slot);
}

// Every attempt is given the same.
void Reference::call(Slot& slot) {
  slot.status = Status::running;
  const auto acts = table_.find(slot.name());
  const bool is_told = acts != table_.end() && slot.attempt <= acts->second.size();
  const SimAct act = is_told ? acts->second[slot.attempt - 1] : SimAct{};
  const auto& said = slot.is_diverted ? slot.step->alternative->timeout_ms : slot.step->timeout_ms;
  const int64_t limit_ms = said.value_or(step_limit_ms);
  slot.how = act.how;
  slot.called_at = now_;
  slot.answers_at =
      act.how == SimHow::hang || act.how == SimHow::never ? never : now_ + act.after_ns;
  slot.late_at = limit_ms == 0 ? never : now_ + limit_ms * ms_ns;
  slot.left_at = never;
  slot.was_told = slot.is_late = false;
  if (is_left_alone(slot)) wait_for_room(slot);
}

void Reference::answered(Slot& slot) {
  const bool is_cancelled = slot.how == SimHow::hang;
  const bool is_free = is_cancelled && slot.called_at == now_;
  calls_.push_back({slot.name(), slot.attempt, slot.called_at, is_free});
  switch (slot.how) {
    case SimHow::fail: return failed(slot, {"tool.failed", "transient", slot.path, true});
    case SimHow::busy:
      return failed(slot, {"tool.failed", "transient", slot.path, true, 250 * ms_ns});
    case SimHow::refuse: return failed(slot, {"tool.invalid_argument", "configuration", slot.path});
    case SimHow::deny: return failed(slot, {"permission.denied", "configuration", slot.path});
    case SimHow::full: return failed(slot, {"limit.count", "resource", slot.path});
    case SimHow::bad: return failed(slot, {"bug", "bug", slot.path});
    case SimHow::hang:
      if (slot.is_late) return failed(slot, {"timeout", "transient", slot.path, true});
      learn(slot, nullptr);
      return cancelled(slot);
    default: {
      const Failure none{"", "success"};
      learn(slot, &none);
      return give_result(slot, slot.json);
    }
  }
}

// An attempt failed. Nothing is tried again in a block, or by a step, that was asked to end.
void Reference::failed(Slot& slot, const Failure& failure) {
  learn(slot, &failure);
  const bool is_stopping = slot.is_stopping || slot.home->is_stopping;
  if (is_stopping) return fail(slot, failure);
  if (!failure.may_help || !again(slot, failure)) give_up(slot, failure);
}

// When attempts did not help: another call, then what is declared in place of a result, then
// nothing, where the step is not required.
void Reference::give_up(Slot& slot, const Failure& failure) {
  const Step& step = *slot.step;
  if (step.alternative && !slot.is_diverted) return divert(slot);
  if (!step.recover) return fail(slot, failure);
  if (step.recover->otherwise) {
    const Result made = evaluate(*slot.home, *step.recover->otherwise, nullptr);
    if (made.json) return give_result(slot, *made.json);
  }
  if (!step.recover->is_required) return end(slot, Status::skipped);
  fail(slot, failure);
}

void Reference::divert(Slot& slot) {
  const Result value = evaluate(*slot.home, slot.step->alternative->value, nullptr);
  if (!value.json) return fail(slot, value.failure.of(slot.path));
  slot.is_diverted = true;
  slot.json = R"({"name":")" + slot.name() + R"(","value":)" + *value.json + '}';
  slot.attempt = 1;
  call(slot);
}

// d(n) = min(cap, initial * multiplier^(n-1)), and not before the tool said; within the time limit
// of the run, or not at all.
bool Reference::again(Slot& slot, const Failure& failure) {
  const Step& step = *slot.step;
  std::optional<Retry> said = step.retry;
  if (step.recover) said = Retry{.attempts = 4, .by_strategy = true};
  if (slot.is_diverted) said = Retry{step.alternative->attempts, way_wait_ms, way_wait_ms, 1};
  const bool may = step.is_block() ? step.may_repeat() : may_repeat(slot.tool());
  if (!said || slot.attempt >= said->attempts || !may) return false;
  const Retry standard{.attempts = 0, .initial_ms = 1000, .cap_ms = 10'000};
  const Retry& retry = said->by_strategy ? standard : *said;
  int64_t wait = retry.initial_ms;
  for (uint32_t n = 1; n < slot.attempt && !wrong_.backs_off_once; ++n) wait *= retry.multiplier;
  wait = std::min(wait, retry.cap_ms) * ms_ns;
  int64_t due = tick() + std::max(wait, failure.not_before_ns);
  if (said->by_strategy) due = drawn_due(slot, wait - wait / 10, wait + wait / 10);
  if (due > expires_) return false;
  slot.status = Status::waiting;
  slot.due = due;
  return true;
}

// The wait is drawn from a range, and the journal has what was drawn; unless it was too long for
// the run, or the process ended before it was durable.
int64_t Reference::drawn_due(const Slot& slot, int64_t low, int64_t high) {
  for (size_t i = life_->first; i < life_->last; ++i) {
    const Fact& f = facts_[i];
    if (f.kind != Fact::Kind::retried || f.step != slot.path || f.attempt != slot.told_attempt() ||
        f.tick != tick()) {
      continue;
    }
    ++choices_;
    const int64_t wait = f.due - tick();
    if (wait < low || wait > high) {
      broken_rule_ = slot.path + " waits for " + std::to_string(wait) + " ns";
    }
    return f.due;
  }
  return tick() + high;
}

void Reference::give_result(Slot& slot, std::string json) {
  if (!slot.step->is_block() && slot.step->output) {
    const Result made = evaluate(*slot.home, *slot.step->output, &json);
    if (!made.json) return fail(slot, made.failure.of(slot.path));
    json = *made.json;
  }
  slot.json = std::move(json);
  end(slot, Status::succeeded);
}

void Reference::fail(Slot& slot, Failure failure) {
  const bool proceeds =
      slot.step->on_error == OnError::proceed ||
      (slot.step->on_error == OnError::unsaid && flow_.proceeds && !slot.step->recover &&
       !(slot.step->retry && slot.step->retry->by_strategy));
  const bool is_continued = proceeds && !slot.home->is_stopping;
  if (is_continued) ++continued_;
  slot.failure = std::move(failure);
  end(slot, is_continued ? Status::continued : Status::failed);
}

void Reference::cancelled(Slot& slot) { end(slot, Status::cancelled); }

// What waits ends at once; what runs is told, and ends as it will, or is left after the grace.
void Reference::stop(Slot& slot) {
  if (slot.status == Status::waiting) return cancelled(slot);
  if (slot.status != Status::running || slot.is_stopping) return;
  slot.is_stopping = true;
  if (slot.step->is_block()) return stop_block(*slot.inner);
  if (slot.was_told) return;
  slot.was_told = true;
  slot.left_at = now_ + (is_stopping_ && !is_late_ ? run_grace_ns : grace_ns);
  if (slot.how == SimHow::hang) slot.answers_at = now_;
}

void Reference::end(Slot& slot, Status status) {
  slot.status = status;
  news_.push_back({slot.home, &slot});
}

}  // namespace weft::tests
