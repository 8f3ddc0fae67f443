// Skip, cancellation and failure at every depth of every stack of patterns, by generation.
#include <algorithm>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "catch.hpp"
#include "nest.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Kind = Happening::Kind;

constexpr uint32_t depth_max = 4;
constexpr int64_t ms = 1'000'000;

std::string joined(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  std::string text;
  for (const std::string& name : names) text += name + ' ';
  return text;
}

std::string_view last_part(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  return path.substr(0, path.find_first_of("[#"));
}

// What became of a nest: how it ended, who was called, who was asked to end, who is not over yet.
struct Outcome {
  std::string status, calls, cancelled, open;
  bool operator==(const Outcome&) const = default;
};

Outcome read(const SimWorld& world, const engine::Report& report) {
  Outcome outcome;
  outcome.status = report.error.code.empty() ? std::string(state::to_text(report.status))
                                             : "given up: " + report.error.message;
  std::vector<std::string> called, cancelled, open;
  for (const SimCall& call : world.tools.calls) called.push_back(call.name);
  const Value steps = report.detail.view()["step_results"_k];
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const std::string_view status = steps[i]["status"_k].as_text();
    const std::string name(last_part(steps.key(i)));
    const bool is_tool = !name.starts_with('L');
    if (status == "cancelled" && is_tool) cancelled.push_back(name);
    if (status == "running" || status == "ready" || status == "waiting") open.push_back(name);
  }
  outcome.calls = joined(called);
  outcome.cancelled = joined(cancelled);
  outcome.open = joined(open);
  return outcome;
}

// crash_at: the commit behind which the process ends and another one goes on; 0 for never.
Outcome play(SimPlans& plans, const Nest& nest, uint64_t crash_at, uint64_t* commits = nullptr) {
  const SimTable acts = nest.acts();
  const auto plan = plans.build(nest.definition());
  SimWorld world({.seed = 1 + crash_at, .has_sink = false});
  world.tools.table = &acts;
  const int64_t began = world.env.now();
  auto ticket = world.submit(plan);
  if (crash_at != 0) {
    while (world.store.commits < crash_at && world.step(began + 29 * ms)) {
    }
    world.crash();
    ticket = world.resume(plan);
  }
  if (nest.happening.kind == Kind::cancel) {
    world.settle(std::max(began, world.env.now()) + 30 * ms);
    world.cancel(ticket);
  }
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(world.store.broken_rule == "");
  if (commits != nullptr) *commits = world.store.commits;
  return read(world, ticket->report);
}

}  // namespace

TEST_CASE("skip, cancellation and failure reach what they mean at every depth", "[sim][nesting]") {
  SimPlans plans;
  uint32_t played = 0;
  for (uint32_t depth = 1; depth <= depth_max; ++depth) {
    for (const Nest& nest : nests(depth)) {
      INFO(nest.definition() << "\nhappening " << static_cast<int>(nest.happening.kind)
                             << " at level " << nest.happening.level);
      const Outcome wanted{nest.status(), joined(nest.calls()), joined(nest.cancelled()), ""};
      const Outcome outcome = play(plans, nest, 0);
      CHECK(outcome.status == wanted.status);
      CHECK(outcome.calls == wanted.calls);
      CHECK(outcome.cancelled == wanted.cancelled);
      REQUIRE(outcome.open == "");
      ++played;
    }
  }
  CHECK(played > 5'000);
}

TEST_CASE("skip, cancellation and failure are the same when the process ends on the way",
          "[sim][nesting]") {
  SimPlans plans;
  uint32_t crashes = 0;
  for (uint32_t depth = 1; depth < depth_max; ++depth) {
    for (const Nest& nest : nests(depth)) {
      INFO(nest.definition() << "\nhappening " << static_cast<int>(nest.happening.kind)
                             << " at level " << nest.happening.level);
      uint64_t commits = 0;
      const Outcome whole = play(plans, nest, 0, &commits);
      const uint64_t k = 1 + crashes % std::max<uint64_t>(1, commits - 1);
      if (k >= commits) continue;
      ++crashes;
      INFO("crash behind commit " << k << " of " << commits);
      const Outcome again = play(plans, nest, k);
      CHECK(again.status == whole.status);
      CHECK(again.calls == whole.calls);
      CHECK(again.cancelled == whole.cancelled);
      REQUIRE(again.open == "");
    }
  }
  CHECK(crashes > 500);
}

}  // namespace weft::tests
