// Breakers: tools that failed too often are left alone for a while, whatever run asks for them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/doc.hpp"
#include "plan/plan.hpp"

namespace weft::engine {

// One breaker per tool of the registry. Closed, it counts failures in a row; the
// limits::breaker_failures-th opens it for limits::breaker_open_ns; after that one call at a time
// may try whether the tool works again.
class Breakers final {
 public:
  struct Answer {
    bool may_call = true;
    int64_t wait_ns = 0;  // until a call may be tried
  };
  enum class Outcome : uint8_t { success, failure, neither };

  // Asked before a call.
  Answer admit(const plan::Component& tool, int64_t tick) {
    if (all_.empty()) return {};
    if (tool.component >= all_.size() || all_[tool.component].stage == Stage::closed) return {};
    return admit_open(all_[tool.component], tick);
  }
  // Told after it. True when the breaker opened or closed, which is to be kept: see kept().
  bool record(const plan::Component& tool, Outcome outcome, int64_t tick) {
    const bool is_calm = tool.component < all_.size() && all_[tool.component].failures == 0 &&
                         all_[tool.component].stage == Stage::closed;
    if (outcome != Outcome::failure && (is_calm || tool.component >= all_.size())) return false;
    return change(tool, outcome, tick);
  }

  // As long as no tool has failed, successes teach nothing.
  bool are_calm() const { return all_.empty(); }

  // The state of a breaker as a value, and back, for the store.
  base::Doc kept(const plan::Component& tool) const;
  void restore(const plan::Component& tool, Value kept);

 private:
  enum class Stage : uint8_t { closed, open, half_open };
  struct Breaker {
    Stage stage = Stage::closed;
    bool is_probing = false;
    uint32_t failures = 0;
    int64_t opened = 0;
  };
  static Answer admit_open(Breaker& breaker, int64_t tick);
  bool change(const plan::Component& tool, Outcome outcome, int64_t tick);
  Breaker& of(const plan::Component& tool);

  std::vector<Breaker> all_;  // by component
};

// The key of a breaker in a store.
std::string breaker_key(const plan::Component& tool);

}  // namespace weft::engine
