// Workflows that really ran: the edges that a chain derives from the files which steps read and
// write are those that were recorded, and how long a run takes on virtual cores is as predicted.
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <random>

#include "plan/forecast.hpp"
#include "sim_trace.hpp"
#include "suite.hpp"

namespace {

using namespace weft;
using namespace weft::lit;

constexpr uint32_t cores = 16;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f", value);
  return text;
}

// What twenty earlier runs were measured to take, each step a fifth longer or shorter at most.
std::map<std::string_view, double> remembered(const tests::Trace& trace) {
  std::mt19937 random(7);
  std::uniform_real_distribution<double> noise(0.8, 1.2);
  std::map<std::string_view, double> means;
  for (int run = 0; run < 20; ++run) {
    for (const tests::Recorded& step : trace.steps) {
      double& mean = means[step.id];
      mean = plan::mean_with(mean, static_cast<double>(step.ns) * noise(random), run == 0);
    }
  }
  return means;
}

struct Summary {
  std::vector<double> over_bound, error;
};

void check(suite::Run& run, tests::SimPlans& plans, const tests::Trace& trace, Summary& summary) {
  const auto plan = plans.build(trace.definition());
  run.expect(tests::edges_of(*plan) == trace.edges(), trace.name, "other edges than recorded");

  std::string broken;
  const auto took = static_cast<double>(tests::play_ns(plan, cores, broken));
  run.expect(broken.empty(), trace.name, broken);
  // No core rests while a step is ready, which bounds what any order of them can cost.
  const double critical = trace.critical_ns();
  const double most = trace.work_ns() / cores + critical * (1 - 1.0 / cores);
  run.expect(took <= most * (1 + 1e-9) && took >= trace.least_ns(cores) * (1 - 1e-9), trace.name,
             "it took " + number(took / trace.least_ns(cores)) + " of the least");
  run.expect(trace.least_of_any_part_ns(cores) <= took * (1 + 1e-9), trace.name,
             "it was faster than is possible");

  const auto means = remembered(trace);
  const plan::Forecast made = plan::forecast(
      *plan,
      {.of_step = [&](const plan::Node& node) { return means.at(node.id); }, .cores = cores});
  const double error = took > 0 ? std::abs(made.elapsed / took - 1) : 0;
  run.expect(error <= 0.10, trace.name, "predicted with an error of " + number(error));
  summary.over_bound.push_back(took / trace.least_ns(cores));
  summary.error.push_back(error);
}

double quantile(std::vector<double> values, double share) {
  std::sort(values.begin(), values.end());
  return values[static_cast<size_t>(share * static_cast<double>(values.size() - 1))];
}

}  // namespace

int main() {
  suite::Run run("wfinstances");
  if (run.has_data()) {
    tests::SimPlans plans;
    Summary summary;
    for (const std::string& file : run.files("traces", ".json")) {
      check(run, plans, tests::Trace::read(run.json(file)), summary);
    }
    run.expect(summary.error.size() >= 100, "traces", "too few of them");
    if (!summary.error.empty()) {
      std::printf(
          "%zu traces on %u cores: makespan p50 %.3f, p95 %.3f of max(critical path, work / "
          "cores); prediction off by %.3f at most\n",
          summary.error.size(), cores, quantile(summary.over_bound, 0.5),
          quantile(summary.over_bound, 0.95), quantile(summary.error, 1));
    }
  }
  return run.end();
}
