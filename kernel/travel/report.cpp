#include "travel/report.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace weft::travel {

using namespace weft::lit;

namespace {

int64_t rounded(double ns) { return std::llround(ns); }

std::string path_of(const plan::Plan& plan, const plan::Block& block) {
  if (block.parent == plan::none) return {};
  const plan::Block& outer = plan.blocks[block.parent];
  const std::string before = path_of(plan, outer);
  const std::string id(plan.node(outer, block.parent_node).id);
  return before.empty() ? id : before + '/' + id;
}

// The least that is not below so many of a hundred.
int64_t rank(const std::vector<int64_t>& sorted, size_t of_hundred) {
  const size_t place = (sorted.size() * of_hundred + 99) / 100;
  return sorted[std::max<size_t>(place, 1) - 1];
}

std::optional<Percentiles> percentiles_of(std::vector<int64_t> samples) {
  if (samples.empty()) return {};
  std::sort(samples.begin(), samples.end());
  return Percentiles{rank(samples, 50), rank(samples, 90), rank(samples, 95), rank(samples, 99)};
}

// What the results from the cache would have taken; unknown where such a step was never called.
std::optional<int64_t> cached_ns(const Measured& measured) {
  double all = 0;
  for (const Timed& step : measured.steps) {
    if (step.cached == 0) continue;
    if (step.latencies.empty()) return {};
    double sum = 0;
    for (const int64_t one : step.latencies) sum += static_cast<double>(one);
    all += sum / static_cast<double>(step.latencies.size()) * static_cast<double>(step.cached);
  }
  return rounded(all);
}

void add_steps(const Measured& measured, RunReport& report) {
  for (const Timed& step : measured.steps) {
    if (step.is_block) continue;
    StepReport& row = report.steps.emplace_back();
    row.step = step.path;
    row.visits = step.visits;
    row.calls = step.calls;
    row.failed = step.failed;
    row.cached = step.cached;
    row.spent = step.spent;
    row.latency = percentiles_of(step.latencies);
    report.cached_calls += step.cached;
  }
  if (report.cached_calls > 0) report.cached_ns = cached_ns(measured);
}

// One visit each: otherwise a span from first to last says nothing of the group.
void add_gains(const std::vector<const Timed*>& members, GroupReport& group) {
  double sum = 0, longest = 0;
  int64_t from = INT64_MAX, to = 0;
  for (const Timed* one : members) {
    if (one == nullptr || one->visits != 1 || one->ended == one->began) return;
    const auto took = static_cast<double>(one->ended - one->began);
    sum += took;
    longest = std::max(longest, took);
    from = std::min(from, one->began);
    to = std::max(to, one->ended);
  }
  if (members.empty()) return;
  group.predicted = 1 - longest / sum;
  group.reached = 1 - static_cast<double>(to - from) / sum;
}

void add_groups(const Costs& costs, const plan::Block& block, RunReport& report) {
  uint32_t number = 0;
  for (const Value nodes : block.compiled["groups"_k]) {
    const std::string_view said = block.compiled["groups_said"_k][number++].as_text();
    if (said.empty()) continue;
    GroupReport group;
    group.coordination = said.substr(0, said.find(','));
    std::vector<const Timed*> members;
    for (const Value one : nodes) {
      const auto node = static_cast<uint32_t>(one.as_u64());
      if (node >= block.written()) continue;
      group.steps.emplace_back(costs.plan.node(block, node).id);
      members.push_back(costs.timed(block.first + node));
    }
    add_gains(members, group);
    report.groups.push_back(std::move(group));
  }
}

// The step on the longest way whose tenth counts most. A step that takes less than what another
// one saves can only save less.
std::optional<Bottleneck> bottleneck_of(const Costs& costs, std::vector<uint32_t> way) {
  constexpr double tenth = 0.1;
  constexpr size_t tried_max = 64;
  std::stable_sort(way.begin(), way.end(),
                   [&](uint32_t a, uint32_t b) { return costs.of(a) > costs.of(b); });
  uint32_t node = plan::none;
  double most = 0.5;  // ns
  for (size_t i = 0; i < way.size() && i < tried_max; ++i) {
    const double less = tenth * costs.of(way[i]);
    if (less <= most) break;
    const double saved = costs.saved(way[i], less);
    if (saved <= most) continue;
    most = saved;
    node = way[i];
  }
  if (node == plan::none) return {};
  return Bottleneck{costs.timed(node)->path, rounded(most), 0};
}

void add_way(const Costs& costs, const plan::Forecast& made, RunReport& report) {
  std::unordered_map<std::string_view, StepReport*> rows;
  for (StepReport& row : report.steps) rows.emplace(row.step, &row);
  for (const uint32_t node : made.way) {
    if (costs.of(node) <= 0) continue;
    report.critical_path.push_back(costs.timed(node)->path);
    rows.at(report.critical_path.back())->is_critical = true;
  }
}

}  // namespace

Costs::Costs(const Measured& measured, const plan::Plan& the_plan)
    : plan(the_plan), took_(plan.nodes.size(), 0), timed_(plan.nodes.size(), nullptr) {
  for (const plan::Block& block : plan.blocks) {
    const std::string outer = path_of(plan, block);
    for (uint32_t n = 0; n < block.written(); ++n) {
      const std::string id(plan.node(block, n).id);
      const Timed* timed =
          id.empty() ? nullptr : measured.find(outer.empty() ? id : outer + '/' + id);
      timed_[block.first + n] = timed;
      if (timed == nullptr || timed->is_block) continue;
      const Spent& spent = timed->spent;
      took_[block.first + n] = static_cast<double>(spent.run + spent.retry + spent.wait);
    }
  }
}

// Iterations of a loop beside each other: as many as it may, but not more than there were.
uint32_t Costs::at_once(const plan::Block& block) const {
  const uint64_t most = block.compiled["concurrency"_k].as_u64(1);
  uint64_t visits = 1;
  for (uint32_t n = 0; n < block.written() && most > 1; ++n) {
    const Timed* timed = timed_[block.first + n];
    if (timed != nullptr) visits = std::max(visits, timed->visits);
  }
  return static_cast<uint32_t>(std::min(most, visits));
}

plan::Forecast Costs::forecast(const std::vector<double>& costs) const {
  const auto of_step = [&](const plan::Node& node) {
    return costs[static_cast<size_t>(&node - plan.nodes.data())];
  };
  return plan::forecast(
      plan, {.of_step = of_step, .at_once = [&](const plan::Block& b) { return at_once(b); }});
}

plan::Forecast Costs::forecast_of_calls() const {
  std::vector<double> costs = took_;
  for (size_t n = 0; n < costs.size(); ++n) {
    const Timed* timed = timed_[n];
    if (timed != nullptr) costs[n] -= static_cast<double>(timed->spent.wait);
  }
  return forecast(costs);
}

double Costs::saved(uint32_t node, double less) const {
  std::vector<double> costs = took_;
  const double before = forecast(costs).critical;
  costs[node] = std::max(0.0, costs[node] - less);
  return before - forecast(costs).critical;
}

RunReport report(const Measured& measured, const plan::Plan* relaxed) {
  const plan::Plan& plan = *measured.plan;
  RunReport made;
  made.workflow = plan.id;
  made.state = measured.state;
  made.wall_ns = measured.ended - measured.began;
  made.spent = measured.spent;
  made.execution_ns = made.wall_ns - made.spent.people;
  made.other_ns = made.wall_ns - made.spent.all();
  made.kept_calls = measured.kept_calls;
  add_steps(measured, made);
  const Costs costs(measured, plan);
  for (const plan::Block& block : plan.blocks) add_groups(costs, block, made);
  const plan::Forecast forecast = costs.forecast();
  if (forecast.work <= 0 || made.execution_ns <= 0) return made;
  const auto execution = static_cast<double>(made.execution_ns);
  made.work_ns = rounded(forecast.work);
  made.critical_ns = rounded(forecast.critical);
  add_way(costs, forecast, made);
  made.bottleneck = bottleneck_of(costs, forecast.way);
  if (made.bottleneck) {
    made.bottleneck->gain = static_cast<double>(made.bottleneck->saves_ns) / execution;
  }
  made.gain_predicted = forecast.gain();
  made.gain_reached = 1 - execution / forecast.work;
  const plan::Forecast calls = costs.forecast_of_calls();
  const uint32_t width = std::max(calls.width, measured.beside);
  if (calls.work > 0) made.parallel_efficiency = calls.work / (execution * width);
  const double least =
      relaxed != nullptr ? Costs(measured, *relaxed).forecast().critical : forecast.critical;
  made.unused = std::max(0.0, 1 - std::min(least, forecast.critical) / execution);
  made.advice = advice({measured, costs, forecast, least}, made);
  return made;
}

}  // namespace weft::travel
