// Forecast: how long a plan takes, one step after another and with steps beside each other.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "plan/plan.hpp"

namespace weft::plan {

// What is expected of a run. Times are in the unit of the costs.
struct Forecast {
  double work = 0;            // all steps one after another
  double critical = 0;        // the longest way through them, whatever there is to run them on
  double elapsed = 0;         // on so many cores, steps being taken as they become ready
  uint32_t width = 0;         // how many steps stand beside each other then, at most
  std::vector<uint32_t> way;  // the steps of the longest way in order, as numbers of plan nodes

  double gain() const { return work > 0 ? 1 - elapsed / work : 0; }
  double opportunity() const { return work > 0 ? 1 - critical / work : 0; }
};

struct Costs {
  std::function<double(const Node&)> of_step;  // of each step that is not a block
  double overhead = 0;                         // added to each
  uint32_t cores = UINT32_MAX;
  // How often a block is gone through at a time, as iterations are; null: one after another. Then
  // the costs of its steps are of all times together.
  std::function<uint32_t(const Block&)> at_once{};
};

// A block is expected to be gone through once, all of it. Where its pattern says no edges, what
// stands in it is taken in the order of writing.
Forecast forecast(const Plan& plan, const Costs& costs);

// The mean of what was measured, the latest counting a fifth.
inline constexpr double weight_of_latest = 0.2;
double mean_with(double mean, double latest, bool is_first);

}  // namespace weft::plan
