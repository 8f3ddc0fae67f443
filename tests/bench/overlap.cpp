// Steps beside each other: workflows that really ran on virtual cores, and two real ones.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

#include "base/json.hpp"
#include "bench.hpp"
#include "sim_trace.hpp"
#include "world.hpp"

namespace bench {
namespace {

using namespace weft;
using namespace weft::lit;

constexpr uint32_t trace_cores = 16;

// Makespan against max(critical path, work / cores). No schedule can reach that for a trace whose
// middle is wide and whose ends are narrow, so the reference is what none can beat.
std::vector<Figure> traces() {
  const char* set = std::getenv("WEFT_SUITES");
  const auto folder =
      std::filesystem::path(set != nullptr ? set : WEFT_SUITES_BESIDE) / "wfinstances/traces";
  if (!std::filesystem::is_directory(folder)) {
    std::fprintf(stderr, "traces.makespan_p95 is skipped: no wfinstances (set WEFT_SUITES)\n");
    return {};
  }
  tests::SimPlans plans;
  std::vector<double> reached, least;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    base::Blocks blocks;
    const auto trace = tests::Trace::read(must(base::parse_json(text, blocks.arena())));
    std::string broken;
    const auto took =
        static_cast<double>(tests::play_ns(plans.build(trace.definition()), trace_cores, broken));
    if (!broken.empty()) stop(trace.name + ": " + broken);
    const double bound = trace.least_ns(trace_cores);
    reached.push_back(took / bound);
    least.push_back(trace.least_of_any_part_ns(trace_cores) / bound);
  }
  if (reached.empty()) stop("there are no traces");
  return {{"traces.makespan_p95", quantile(reached, 0.95), "x", quantile(least, 0.95),
           "what no schedule beats", 1.05}};
}

constexpr uint32_t burns = 200, burn_cores = 2;
constexpr uint64_t burn_rounds = 1'000'000;

// The same in the plugin.
uint64_t burn(uint64_t rounds) {
  uint64_t x = rounds;
  for (uint64_t i = 0; i < rounds; ++i) x = x * 6364136223846793005U + 1442695040888963407U;
  return x;
}

double bare_efficiency() {
  double busy[burn_cores] = {};
  uint64_t sink[burn_cores] = {};
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  threads.reserve(burn_cores);
  for (uint32_t t = 0; t < burn_cores; ++t) {
    threads.emplace_back([&, t] {
      for (uint32_t i = 0; i < burns / burn_cores; ++i) {
        const auto begin = Clock::now();
        sink[t] += burn(burn_rounds + i);
        busy[t] += ns_since(begin);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return sink[0] == 0 ? 0 : (busy[0] + busy[1]) / (ns_since(start) * burn_cores);
}

// The time in steps that do nothing but compute, of all the time that two threads had. It means
// something where the cores are otherwise idle: a thread that must wait for a core does so between
// steps, too.
std::vector<Figure> efficiency() {
  KernelOptions options = kernel_options("memory:");
  options.threads = burn_cores;
  auto kernel = must(Kernel::create(std::move(options)));
  std::string text = R"({"id": "burns", "type": "dag", "steps": [)";
  for (uint32_t i = 0; i < burns; ++i) {
    text.append(i > 0 ? ",\n" : "").append(R"({"id": "s)").append(std::to_string(i));
    text.append(R"(", "tool": "burn", "parameters": {"rounds": )");
    text.append(std::to_string(burn_rounds)).append("}}");
  }
  const Workflow workflow = load(*kernel, text + "]}");
  std::vector<double> samples, bare;
  for (int round = 0; round < 9; ++round) {
    RunOptions how;
    how.with_detail = true;
    const auto start = Clock::now();
    const Outcome outcome = must(kernel->run(workflow, how));
    const double elapsed = ns_since(start);
    double busy = 0;
    for (const Value step : outcome.detail.view()["step_results"_k]) {
      busy += step["output"_k]["ns"_k].as_f64();
    }
    samples.push_back(busy / (elapsed * burn_cores));
    bare.push_back(bare_efficiency());
  }
  return {
      {"parallel.efficiency", median(samples), "x", median(bare), "two bare threads", 0.9, false}};
}

constexpr Case cases[] = {{"traces.makespan_p95", traces}, {"parallel.efficiency", efficiency}};

}  // namespace

std::span<const Case> overlap_cases() { return cases; }

}  // namespace bench
