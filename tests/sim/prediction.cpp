// What is predicted of a run against what it takes in virtual time.
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "catch.hpp"
#include "plan/forecast.hpp"
#include "sim_trace.hpp"

namespace weft::tests {
namespace {

constexpr uint32_t cores = 4;

// Steps that read what a few of those before them wrote.
Trace drawn(std::mt19937_64& random) {
  Trace trace;
  trace.name = "drawn";
  const auto count = static_cast<uint32_t>(5 + random() % 40);
  for (uint32_t i = 0; i < count; ++i) {
    Recorded& step = trace.steps.emplace_back();
    step.id = "s" + std::to_string(i);
    step.ns = static_cast<int64_t>(1'000'000 * (1 + random() % 500));
    step.writes.push_back("f" + std::to_string(i));
    for (uint32_t b = i - std::min(i, 6U); b < i; ++b) {
      if (random() % 4 != 0) continue;
      step.reads.push_back("f" + std::to_string(b));
      step.before.push_back(b);
    }
  }
  return trace;
}

// What twenty runs before have left: each step took up to a tenth more or less.
std::map<std::string, double, std::less<>> remembered(const Trace& trace, std::mt19937_64& random) {
  std::uniform_real_distribution<double> noise(0.9, 1.1);
  std::map<std::string, double, std::less<>> means;
  for (int run = 0; run < 20; ++run) {
    for (const Recorded& step : trace.steps) {
      double& mean = means[step.id];
      mean = plan::mean_with(mean, static_cast<double>(step.ns) * noise(random), run == 0);
    }
  }
  return means;
}

}  // namespace

TEST_CASE("prediction_error_stays_below_ten_percent", "[sim]") {
  SimPlans plans;
  std::mt19937_64 random(11);
  for (int i = 0; i < 150; ++i) {
    const Trace trace = drawn(random);
    const auto plan = plans.build(trace.definition());
    std::string broken;
    const auto took = static_cast<double>(play_ns(plan, cores, broken));
    REQUIRE(broken == "");
    const auto means = remembered(trace, random);
    const plan::Forecast made = plan::forecast(
        *plan, {.of_step = [&](const plan::Node& node) { return means.find(node.id)->second; },
                .cores = cores});
    INFO(trace.definition());
    REQUIRE(took > 0);
    REQUIRE(std::abs(made.elapsed / took - 1) < 0.1);
  }
}

}  // namespace weft::tests
