// Verify: reads back everything that a store keeps of a run.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <weft/travel.hpp>

#include "plan/plan.hpp"
#include "travel/history.hpp"

namespace weft::travel {

// An error only when the store has no such run; damage is part of the answer.
Result<Verified> verify(journal::Store& store, std::string_view run, const plan::PlanOf& plan_of);

}  // namespace weft::travel
