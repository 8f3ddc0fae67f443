// Recover: the state of a run from its records; calls no plugin.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "event/record.hpp"
#include "state/state.hpp"

namespace weft::journal {

// Folds the records of a run piece by piece, in order, into a state that nothing was folded into.
class Recovery final {
 public:
  // each is told of every event after it was folded; it may be null and outlives the recovery.
  using Each = std::function<void(const event::Event&)>;
  explicit Recovery(state::State& state, const Each* each = nullptr)
      : state_(&state), each_(each) {}

  // The error names the record from which on nothing could be read; what came before it is folded.
  Result<void> take(std::string_view records);

 private:
  static const void* payload_at(const void* self, const event::Origin& origin);

  state::State* state_;
  const Each* each_;
  std::vector<const weft_slot*> payloads_;  // by sequence; null where there is none
};

// What a run was accepted with, from the first of its records.
Result<base::Doc> acceptance_of(std::string_view records);

}  // namespace weft::journal
