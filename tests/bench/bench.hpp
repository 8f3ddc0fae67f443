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
std::span<const Case> state_cases();
std::span<const Case> durable_cases();
std::span<const Case> host_cases();
std::span<const Case> crash_cases();

// Run in a process of its own, so that nothing but an idle host is in it.
int print_idle_memory();

using Clock = std::chrono::steady_clock;

inline double ns_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
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
