// A benchmark: a figure with its bar and a reference measured in the same run.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace bench {

struct Figure {
  std::string name;
  double value = 0;
  std::string unit;
  double reference = 0;  // in the same unit, or as said
  std::string reference_name;
  double bar = 0;
  bool lower_is_better = true;

  double ratio() const { return reference != 0 ? value / reference : 0; }
  bool is_ok() const { return lower_is_better ? value <= bar : value >= bar; }
};

struct Case {
  std::string_view name;
  std::vector<Figure> (*measure)();
};

std::span<const Case> abi_cases();
std::span<const Case> definition_cases();
std::span<const Case> run_cases();
std::span<const Case> overlap_cases();
std::span<const Case> state_cases();
std::span<const Case> durable_cases();
std::span<const Case> checkpoint_cases();
std::span<const Case> recovery_cases();
std::span<const Case> parked_cases();
std::span<const Case> host_cases();
std::span<const Case> crash_cases();

// What this program does when it is started again, so that nothing else is in its process.
int print_idle_memory();
// What one of many runs takes that rest, each at a step that says so.
int print_parked_memory(const std::string& step);
// Runs whose process is killed when each has done so many steps; prints their ids.
[[noreturn]] void leave_runs(const std::string& path, uint32_t runs, uint32_t steps);

using Clock = std::chrono::steady_clock;

inline double ns_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

// The sample below which this share of all of them lies.
inline double quantile(std::vector<double> samples, double share) {
  std::sort(samples.begin(), samples.end());
  return samples[static_cast<size_t>(share * static_cast<double>(samples.size() - 1))];
}

inline double median(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  return samples[samples.size() / 2];
}

// The median of some rounds, each the mean of n calls of f.
template <class F>
double ns_per_call(int rounds, int n, F f) {
  std::vector<double> samples;
  for (int r = 0; r < rounds; ++r) {
    const auto start = Clock::now();
    for (int i = 0; i < n; ++i) f();
    samples.push_back(ns_since(start) / n);
  }
  return median(std::move(samples));
}

}  // namespace bench
