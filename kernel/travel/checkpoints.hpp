// Checkpoints: the points of a run that one can go back to, found by folding its records.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <weft/travel.hpp>

#include "journal/recover.hpp"
#include "plan/plan.hpp"
#include "travel/history.hpp"

namespace weft::travel {

// Told of each event after it was folded.
using Each = std::function<void(const state::State&, const event::Event&)>;

// Folds all records into a state of its own. The error names the record that cannot be.
Result<void> fold(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                  const Each& each);

inline bool ends_step(event::Type type) {
  return type >= event::Type::step_succeeded && type <= event::Type::step_cancelled &&
         type != event::Type::step_retried;
}
// Whether the event speaks of a step that has a name, so that it has a path.
bool is_of_step(const state::State& state, const event::Event& e);

Result<std::vector<Checkpoint>> checkpoints(const History& history,
                                            const std::shared_ptr<const plan::Plan>& plan);

// The name of the checkpoint behind the first success of a step is this before its path.
inline constexpr std::string_view completion_prefix = "step_completion_";

// The end of the decision in which a step, named by its path or its name, was started for the first
// time, so that it begins anew; or with that prefix, in which it succeeded.
Result<uint64_t> point_of(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                          std::string_view name);

// Whether a run can go on behind an event; the latest such event before it is put into *before.
bool ends_decision(const History& history, uint64_t seq, uint64_t* before);

}  // namespace weft::travel
