// What durability costs, against bare commits on the same disk in the same minute.
#include "bare_commits.hpp"
#include "bench.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;

std::vector<Figure> step_ratio() {
  const std::string path = scratch_file("steps.db");
  World world("sqlite:" + path);
  constexpr int n = 50;
  const auto bindings = world.load(sequence_of(n, "once"));
  BareCommits bare;
  std::vector<double> ratios, steps;
  // Side by side, because the disk of a shared machine changes its mind by the second.
  for (int round = 0; round < 40; ++round) {
    std::vector<double> commits;
    for (int i = 0; i < n; ++i) commits.push_back(bare.one_ns());
    const auto start = Clock::now();
    const auto ticket = world.submit(bindings);
    world.wait(*ticket);
    steps.push_back(ns_since(start) / n);
    double sum = 0;
    for (const double c : commits) sum += c;
    ratios.push_back(steps.back() / (sum / n));
  }
  const double ratio = median(ratios);
  remove_store(path);
  return {{"durable.step_ratio", ratio, "x", 1, "a bare commit", 1.3}};
}

double steps_per_s(World& world, const std::shared_ptr<const engine::Bindings>& bindings,
                   uint32_t runs, uint32_t steps) {
  std::vector<std::shared_ptr<engine::Ticket>> tickets;
  const auto start = Clock::now();
  for (uint32_t i = 0; i < runs; ++i) tickets.push_back(world.submit(bindings));
  for (const auto& ticket : tickets) world.wait(*ticket);
  return runs * steps / (ns_since(start) / 1e9);
}

std::vector<Figure> throughput(uint32_t runs, const char* name, double floor, double share) {
  const std::string path = scratch_file("many.db");
  World world("sqlite:" + path);
  constexpr uint32_t n = 100;
  const auto bindings = world.load(sequence_of(n, "once"));
  BareCommits bare;
  std::vector<double> rates, commits;
  for (int round = 0; round < 5; ++round) {
    for (int i = 0; i < 100; ++i) commits.push_back(bare.one_ns());
    rates.push_back(steps_per_s(world, bindings, runs, n));
  }
  const double bare_per_s = 1e9 / median(commits);
  const double bar = std::min(floor, share * runs * bare_per_s);
  remove_store(path);
  return {{name, median(rates), "steps/s", bare_per_s, "bare commits per second", bar, false}};
}

std::vector<Figure> fifty() { return throughput(50, "durable.steps_per_s", 150'000, 0.5); }

std::vector<Figure> thousand() {
  return throughput(1000, "durable.steps_1000_per_s", 500'000, 0.3);
}

std::vector<Figure> empty_run() {
  const std::string path = scratch_file("empty.db");
  World world("sqlite:" + path);
  const auto bindings = world.load(sequence_of(1, "noop"));
  BareCommits bare;
  std::vector<double> runs, commits;
  for (int i = 0; i < 200; ++i) {
    commits.push_back(bare.one_ns());
    const auto start = Clock::now();
    const auto ticket = world.submit(bindings);
    world.wait(*ticket);
    runs.push_back(ns_since(start));
  }
  const double commit = median(commits) / 1e6;
  remove_store(path);
  return {
      {"durable.empty_run_ms", median(runs) / 1e6, "ms", commit, "a bare commit", 1.5 * commit}};
}

constexpr Case cases[] = {{"durable.step_ratio", step_ratio},
                          {"durable.steps_per_s", fifty},
                          {"durable.steps_1000_per_s", thousand},
                          {"durable.empty_run_ms", empty_run}};

}  // namespace

std::span<const Case> durable_cases() { return cases; }

}  // namespace bench
