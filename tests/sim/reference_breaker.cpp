// Breakers: a tool that failed five times in a row is left alone for five minutes; then one call at
// a time tries whether it works again. Meanwhile steps wait, for five minutes at most.
#include "reference.hpp"

namespace weft::tests {
namespace {

constexpr uint32_t failures_max = 5;
constexpr int64_t ms_ns = 1'000'000;
constexpr int64_t second_ns = 1'000 * ms_ns;
constexpr int64_t open_ns = 300 * second_ns;
constexpr int64_t room_ns = 300 * second_ns;

}  // namespace

const Fact* Reference::fact_of(const Slot& slot, Fact::Kind kind) const {
  for (size_t i = life_->first; i < life_->last; ++i) {
    const Fact& f = facts_[i];
    const bool is_it = f.kind == kind && f.step == slot.path && f.tick == tick();
    if (is_it && f.attempt == slot.told_attempt()) return &f;
  }
  return nullptr;
}

// Calls of the moment at which a breaker opens or closes may have been made before or behind it:
// the facts say which. Else the breaker does.
bool Reference::is_left_alone(const Slot& slot) {
  Breaker& breaker = breakers_[slot.tool()];
  const bool is_told = fact_of(slot, Fact::Kind::waiting) != nullptr;
  if (slot.is_stopping || !breaker.is_open) return is_told && breaker.failures > 0;
  // Behind its last try a step waits no more, so there is no fact that tells of it.
  if (breaker.is_probing && tick() >= slot.began + room_ns) return true;
  const bool is_shut = now_ < breaker.opened + open_ns || breaker.is_probing;
  if (now_ == breaker.opened || breaker.is_probing) {
    ++choices_;
    return is_told;
  }
  if (!is_shut) breaker.is_probing = true;
  return is_shut;
}

// The call is not made. The last try comes when the step has waited for five minutes; behind that
// there is only what is left of its attempts, and not before the tool may be tried.
void Reference::wait_for_room(Slot& slot) {
  const int64_t last = slot.began + room_ns;
  if (tick() >= last) {
    const Breaker& breaker = breakers_[slot.tool()];
    const int64_t left = breaker.opened + open_ns - now_;
    const int64_t wait = left > 0 ? left : second_ns;
    const Failure failure{"breaker.open", "resource", slot.path, true, (wait / ms_ns + 1) * ms_ns};
    if (!again(slot, failure)) give_up(slot, failure);
    return;
  }
  const Fact* told = fact_of(slot, Fact::Kind::waiting);
  const int64_t due = told != nullptr ? told->due : last;
  if (due > last || due <= tick()) {
    broken_rule_ = slot.path + " waits for room until " + std::to_string(due);
  }
  slot.status = Status::waiting;
  slot.due = due;
  slot.was_shut = true;
}

// Only what says something about the tool counts. A call that was given up says nothing.
void Reference::learn(const Slot& slot, const Failure* failure) {
  Breaker& breaker = breakers_[slot.tool()];
  const bool was_probing = breaker.is_probing;
  breaker.is_probing = false;
  if (failure == nullptr) return;
  if (failure->kind == "success") {
    breaker = {};
    return;
  }
  if (failure->kind != "transient" && failure->kind != "bug") return;
  ++breaker.failures;
  const bool opens = breaker.is_open ? was_probing : breaker.failures >= failures_max;
  if (!opens) return;
  breaker.is_open = true;
  breaker.opened = now_;
}

}  // namespace weft::tests
