// Report: what became of the time of a run, and what would make it shorter. REPORT.md defines every
// number.
#pragma once

#include <cstdint>
#include <vector>

#include <weft/travel.hpp>

#include "plan/forecast.hpp"
#include "travel/measure.hpp"

namespace weft::travel {

// What the steps of a plan took, as the costs of a forecast.
class Costs final {
 public:
  Costs(const Measured& measured, const plan::Plan& the_plan);

  plan::Forecast forecast() const { return forecast(took_); }
  // Of calls alone, without what was waited for.
  plan::Forecast forecast_of_calls() const;
  // How much shorter the longest way becomes when a node of the plan takes so much less.
  double saved(uint32_t node, double less) const;

  const plan::Plan& plan;
  double of(uint32_t node) const { return took_[node]; }
  const Timed* timed(uint32_t node) const { return timed_[node]; }  // null: it was not begun

 private:
  plan::Forecast forecast(const std::vector<double>& costs) const;
  uint32_t at_once(const plan::Block& block) const;

  std::vector<double> took_;         // by node, ns
  std::vector<const Timed*> timed_;  // by node
};

// relaxed: the same definition where the order of writing does not count; or null.
RunReport report(const Measured& measured, const plan::Plan* relaxed);

// What would make the run shorter, the most gain first.
struct Findings {
  const Measured& measured;
  const Costs& costs;
  const plan::Forecast& made;
  double relaxed;  // the longest way through the relaxed plan
};
std::vector<Advice> advice(const Findings& found, const RunReport& report);

}  // namespace weft::travel
