// Time: what happens next, and what of it a process that ends leaves behind.
#include "reference.hpp"

namespace weft::tests {
namespace {

constexpr int64_t never = INT64_MAX;
constexpr int64_t run_limit_ms = 300'000;  // where a definition says none
constexpr int64_t grace_ns = 5'000'000'000;
constexpr int64_t short_wait_ns = 30'000'000'000;  // a shorter one is no rest

int64_t later(int64_t tick, int64_t ms) { return ms == 0 ? never : tick + ms * 1'000'000; }

}  // namespace

Reference::Reference(const Flow& flow, const SimTable& table, const std::vector<Fact>& facts,
                     WrongRules wrong)
    : flow_(flow), table_(table), facts_(facts), wrong_(wrong) {}

Reference::~Reference() = default;

bool Reference::has_fact(Fact::Kind kind) const {
  return std::any_of(facts_.begin() + static_cast<std::ptrdiff_t>(life_->first),
                     facts_.begin() + static_cast<std::ptrdiff_t>(life_->last),
                     [kind](const Fact& f) { return f.kind == kind; });
}

// A run whose acceptance is not durable does not exist, and one whose resumption is not durable was
// not resumed. A run that rests is not resumed by being read back.
void Reference::live(const Life& life) {
  life_ = &life;
  cursor_ = life.first;
  now_ = life.began;
  for (size_t i = 0; i < life.first; ++i) floor_ = std::max(floor_, facts_[i].tick);
  cancel_at_ = life.cancel_at;
  // What a process counted it took with it; what it decided is in the store.
  for (auto& [tool, breaker] : breakers_) {
    breaker.is_probing = false;
    if (!breaker.is_open) breaker.failures = 0;
  }
  if (root_ == nullptr) {
    if (!has_fact(Fact::Kind::accepted)) return;
    since_ = tick();
    begin();
  } else {
    const bool is_told = has_fact(Fact::Kind::resumed);
    if (!is_resting_ && !is_told) return;
    if (!is_resting_) {
      rested_ = floor_;
      awake();
    }
    resume();
    if (life.settles && is_told) {
      if (is_resting_) awake();
      settle(life.calls_again);
    }
  }
  const int64_t limit_ms = flow_.root.timeout_ms.value_or(run_limit_ms);
  if (!is_resting_) expires_ = limit_ms == 0 ? never : later(since_ - spent_, limit_ms);
  deliver();
  rest();
  play(life);
}

// Nothing runs, and nothing will for long: the time of the run does not pass.
void Reference::rest() {
  if (is_done_ || is_resting_) return;
  std::vector<Slot*> slots;
  collect_slots(*root_, slots);
  int64_t due = never;
  bool waits = false, doubts = false;
  for (const Slot* slot : slots) {
    if (slot->is_call()) return;
    doubts = doubts || slot->status == Status::unknown;
    if (slot->status != Status::waiting) continue;
    waits = true;
    due = std::min(due, slot->due);
  }
  if (waits ? due - tick() < short_wait_ns : !doubts) return;
  is_resting_ = true;
  rested_ = tick();
  expires_ = never;
}

void Reference::awake() {
  is_resting_ = false;
  spent_ += rested_ - since_;
  since_ = tick();
  const int64_t limit_ms = flow_.root.timeout_ms.value_or(run_limit_ms);
  expires_ = limit_ms == 0 ? never : later(since_ - spent_, limit_ms);
}

void Reference::begin() {
  status_ = "running";
  open(nullptr, flow_.root);
}

// What was called and has not answered is gone: it is called again if it may be, and else nobody
// can say whether it had its effect. Whoever waits for an attempt goes on waiting for it.
void Reference::resume() {
  std::vector<Slot*> slots = slots_in_order_of_facts();
  for (Slot* slot : slots) {
    if (!slot->is_call()) continue;
    if (!may_repeat(slot->tool())) {
      slot->status = Status::unknown;
    } else if (slot->home->is_stopping) {
      cancelled(*slot);
    } else {
      ++slot->attempt;
      call(*slot);
    }
  }
  for (Slot* slot : slots) {
    if (slot->inner != nullptr && slot->inner->is_stopping)
      news_.push_back({slot->inner.get(), nullptr});
  }
  if (root_->is_stopping) news_.push_back({root_.get(), nullptr});
}

void Reference::settle(bool calls_again) {
  for (Slot* slot : slots_in_order_of_facts()) {
    if (slot->status != Status::unknown) continue;
    if (calls_again) {
      ++slot->attempt;
      call(*slot);
    } else {
      fail(*slot, {"effect.doubted", "configuration", slot->path});
    }
  }
}

std::vector<Reference::Next> Reference::earliest(const std::vector<Next>& all) {
  int64_t at = never;
  for (const Next& next : all) at = std::min(at, next.at);
  std::vector<Next> ties;
  std::copy_if(all.begin(), all.end(), std::back_inserter(ties),
               [at](const Next& next) { return next.at == at && at != never; });
  return ties;
}

// Until nothing is left to happen, or the process ends: then what the facts of its last moment do
// not tell has not happened.
void Reference::play(const Life& life) {
  while (!is_done_) {
    std::vector<Next> all = all_next();
    std::optional<Next> next;
    while (!next) {
      const std::vector<Next> ties = earliest(all);
      const bool is_last = life.is_cut && !ties.empty() && ties.front().at == life.ended;
      if (ties.empty() || (life.is_cut && ties.front().at > life.ended)) return;
      if (ties.front().kind == Next::Kind::out_of_time) {
        next = ties.front();
      } else if (is_last || ties.size() > 1 || ties.front().is_free()) {
        next = choose(ties);
      } else {
        next = ties.front();
      }
      if (!next && is_last) return;
      const auto sure =
          std::find_if(ties.begin(), ties.end(), [](const Next& n) { return !n.is_free(); });
      if (!next && sure != ties.end()) next = *sure;
      std::erase_if(all, [](const Next& n) { return n.is_free(); });
    }
    happen(*next);
    deliver();
    rest();
  }
}

std::vector<Reference::Next> Reference::all_next() const {
  std::vector<Next> all;
  collect(*root_, all);
  // A run that only waits for a person is let go, and its time does not pass.
  if (all.empty()) return all;
  if (!is_stopping_) all.push_back({Next::Kind::expire, std::max(now_, expires_), nullptr});
  if (!is_stopping_ && cancel_at_) {
    all.push_back({Next::Kind::cancel, std::max(now_, *cancel_at_), nullptr});
  }
  // What only changes how something else will end comes first.
  std::stable_partition(all.begin(), all.end(),
                        [](const Next& n) { return n.kind == Next::Kind::out_of_time; });
  return all;
}

void Reference::collect(Frame& frame, std::vector<Next>& to) const {
  if (frame.is_closed) return;
  for (Slot& slot : frame.slots) {
    if (slot.status == Status::waiting) {
      to.push_back({Next::Kind::wake, std::max(now_, slot.due), &slot});
    }
    if (slot.status == Status::running && slot.inner != nullptr) collect(*slot.inner, to);
    if (!slot.is_call()) continue;
    if (!slot.was_told) to.push_back({Next::Kind::out_of_time, slot.late_at, &slot});
    if (slot.was_told) to.push_back({Next::Kind::left, slot.left_at, &slot});
    to.push_back({Next::Kind::answer, slot.answers_at, &slot});
    // At the moment when it is to be called it may be too late for the call.
    if (slot.is_stopping && slot.called_at == now_) {
      to.push_back({Next::Kind::refusal, now_, &slot});
    }
  }
}

bool Reference::Next::is_told_by(const Fact& fact) const {
  using Told = Fact::Kind;
  if (slot == nullptr) return fact.kind == Told::stopping;
  if (fact.step != slot->path) return false;
  switch (kind) {
    case Kind::refusal: return fact.kind == Told::cancelled;
    case Kind::wake:
      if (slot->step->is_wait()) return fact.kind == Told::succeeded || fact.kind == Told::failed;
      return fact.kind == Told::started &&
             fact.attempt == slot->told_attempt() + (slot->was_shut ? 0 : 1);
    case Kind::answer:
    case Kind::left:
      if (fact.kind == Told::diverted) return !slot->is_diverted;
      if (fact.attempt != slot->told_attempt()) return false;
      if (fact.kind == Told::cancelled) return kind == Kind::left || slot->how == SimHow::hang;
      return fact.kind == Told::succeeded || fact.kind == Told::failed ||
             fact.kind == Told::retried || fact.kind == Told::skipped;
    default: return false;
  }
}

std::optional<Reference::Next> Reference::choose(const std::vector<Next>& ties) {
  for (size_t i = cursor_; i < life_->last; ++i) {
    for (const Next& next : ties) {
      const int64_t at = std::max(next.at, floor_);
      if (facts_[i].tick != at || !next.is_told_by(facts_[i])) continue;
      cursor_ = i + 1;
      ++choices_;
      return next;
    }
  }
  return {};
}

void Reference::happen(const Next& next) {
  now_ = std::max(now_, next.at);
  Slot* slot = next.slot;
  switch (next.kind) {
    case Next::Kind::out_of_time:
      slot->was_told = slot->is_late = true;
      slot->left_at = now_ + grace_ns;
      if (slot->how == SimHow::hang) slot->answers_at = now_;
      return;
    case Next::Kind::answer: return answered(*slot);
    case Next::Kind::refusal: return cancelled(*slot);
    case Next::Kind::left:
      calls_.push_back({slot->name(), slot->attempt, slot->called_at});
      if (!slot->is_late) {
        learn(*slot, nullptr);
        return cancelled(*slot);
      }
      return failed(*slot, {"timeout", "transient", slot->path, true});
    case Next::Kind::wake:
      if (is_resting_) awake();
      if (slot->step->is_wait()) return give_result(*slot, "null");
      if (!slot->was_shut) ++slot->attempt;
      slot->was_shut = false;
      slot->status = Status::running;
      return slot->step->is_block() ? open(slot, *slot->step) : call(*slot);
    case Next::Kind::expire: is_late_ = true; return stop_run();
    case Next::Kind::cancel: return stop_run();
  }
}

void Reference::stop_run() {
  is_stopping_ = true;
  stop_block(*root_);
}

// What one decision says of several steps has no order but that in which it is told.
std::vector<Reference::Slot*> Reference::slots_in_order_of_facts() {
  std::vector<Slot*> slots;
  collect_slots(*root_, slots);
  const auto place = [this](const Slot* slot) {
    size_t i = life_->first;
    while (i < life_->last && facts_[i].step != slot->path) ++i;
    return i;
  };
  std::stable_sort(slots.begin(), slots.end(),
                   [&](const Slot* a, const Slot* b) { return place(a) < place(b); });
  return slots;
}

void Reference::collect_slots(Frame& frame, std::vector<Slot*>& to) {
  if (frame.is_closed) return;
  for (Slot& slot : frame.slots) {
    to.push_back(&slot);
    if (slot.inner != nullptr) collect_slots(*slot.inner, to);
  }
}

Answer Reference::answer() const {
  Answer answer;
  answer.status = status_;
  answer.outcome = outcome_;
  if (root_ == nullptr) return answer;
  tell(*root_, false, answer);
  const bool has_doubt = std::any_of(answer.steps.begin(), answer.steps.end(),
                                     [](const auto& s) { return s.second.status == "unknown"; });
  if (!is_done_) answer.status = has_doubt ? "waiting" : "running";
  return answer;
}

void Reference::tell(const Frame& frame, bool is_left_out, Answer& answer) {
  static const char* const words[] = {"pending", "running", "waiting",   "succeeded", "failed",
                                      "failed",  "skipped", "cancelled", "unknown"};
  for (const Slot& slot : frame.slots) {
    StepAnswer step;
    step.status = words[static_cast<size_t>(slot.status)];
    step.attempts = slot.attempt;
    const bool was_not_begun = slot.status == Status::pending || slot.status == Status::skipped;
    step.is_left_out = (is_left_out || frame.is_stopping) && was_not_begun;
    if (slot.status == Status::pending && !step.is_left_out) continue;
    if (slot.status == Status::succeeded) step.said = slot.json;
    const bool has_failed = slot.status == Status::failed || slot.status == Status::continued;
    if (has_failed) step.said = slot.failure.code + ' ' + slot.failure.kind;
    answer.steps.emplace(slot.path, std::move(step));
    if (slot.inner != nullptr) tell(*slot.inner, is_left_out, answer);
  }
}

}  // namespace weft::tests
