// Recover: the state of a run from its snapshots and records; calls no plugin but to fetch blobs.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "event/record.hpp"
#include "journal/store.hpp"
#include "state/payloads.hpp"
#include "state/state.hpp"

namespace weft::journal {

// Where a journal ends because what follows cannot be read.
struct Cut {
  uint64_t last;    // the end of the last decision that is whole: a run can go on from there
  uint64_t record;  // the one that is damaged
  Error why;        // names both
};

// Folds what a store has of a run piece by piece, in order, into a state that nothing was folded
// into: first its snapshots, if there are some, then its records.
class Recovery final {
 public:
  // each is told of every event after it was folded; it may be null and outlives the recovery.
  using Each = std::function<void(const event::Event&)>;
  // Without a fetch, a payload that lies under a key of its own is damage; without plan_of, a run
  // that was moved to another definition cannot be read.
  explicit Recovery(state::State& state, const Each* each = nullptr, event::Fetch fetch = {},
                    plan::PlanOf plan_of = {})
      : state_(&state), each_(each), fetch_(std::move(fetch)), plan_of_(std::move(plan_of)) {}

  // The error names the record from which on nothing could be read; what came before it is folded
  // and a run can go on from there. After an error of code snapshot.damaged the state is of no use:
  // the records from the first on may still tell everything.
  Result<void> take(std::string_view piece);
  // Set after a record that could not be read.
  const std::optional<Cut>& cut() const { return cut_; }

 private:
  Result<void> take_snapshot(std::string_view bytes);
  Result<void> take_record(event::Reader::Record& record);
  Error cut_before(uint64_t record, const Error& why);

  state::State* state_;
  const Each* each_;
  event::Fetch fetch_;
  plan::PlanOf plan_of_;
  state::Payloads payloads_;
  uint64_t whole_ = 0;  // where the latest decision ended
  std::optional<Cut> cut_;
};

// What reads the values that a store has under keys of their own.
event::Fetch fetch_from(Store& store);

// Whether the snapshots among these pieces are undamaged and follow each other. When they do not, a
// run is loaded again from its first record.
Result<void> check_snapshots(std::span<const std::string> pieces);

// What a run was accepted with, from the first piece that a store has of it.
Result<base::Doc> acceptance_of(std::string_view piece, const event::Fetch& fetch = {});

}  // namespace weft::journal
