// Recover: the state of a run from its records; calls no plugin.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "event/record.hpp"
#include "state/state.hpp"

namespace weft::journal {

// Folds the records of a run piece by piece, in order, into a state that nothing was folded into.
class Recovery final {
 public:
  explicit Recovery(state::State& state) : state_(&state) {}

  // The error names the record from which on nothing could be read; what came before it is folded.
  Result<void> take(std::string_view records);

 private:
  static const void* payload_at(const void* self, const event::Origin& origin);

  state::State* state_;
  std::vector<const weft_slot*> payloads_;  // by sequence; null where there is none
};

// What the first record of a run says: the acceptance. Its text is copied out by the caller.
Result<event::Reader::Record> first_record(std::string_view records);

}  // namespace weft::journal
