// People and clocks around a run: what they change, and what they leave alone.
#include <string>

#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr int64_t second = 1'000'000'000;

constexpr std::string_view asks = R"({"id":"asks","steps":[
  {"id":"a","tool":"once","parameters":{"name":"a"}},
  {"id":"consent","approval":"May it go on?"},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a.name}}"}}]})";

}  // namespace

TEST_CASE("approval_does_not_repeat_earlier_effects", "[sim]") {
  SimPlans plans;
  SimWorld world({.has_sink = false});
  const auto plan = plans.build(asks);
  world.submit(plan);
  world.settle();
  CHECK(world.store.runs["run-1"].status == "waiting");
  for (int process = 0; process < 3; ++process) {
    world.crash();
    const auto ticket = world.resume(plan);
    world.settle();
    CHECK(ticket->report.status == state::RunStatus::waiting);
  }
  const auto ticket = world.resume(plan);
  world.send(ticket, R"({"verb":"decide","step":"consent","approve":true,"by":"ada"})");
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("a") == 1);
  CHECK(world.tools.count("b") == 1);
}

TEST_CASE("cancelled_is_reachable_and_final", "[sim]") {
  SimPlans plans;
  const std::string hangs = R"({"id":"x","steps":[{"id":"a","tool":"idem",
    "parameters":{"name":"a","do":"hang"}},{"id":"b","tool":"idem","parameters":{"name":"b"}}]})";
  for (const std::string& definition : {hangs, std::string(asks)}) {
    INFO(definition);
    SimWorld world({.has_sink = false});
    const auto plan = plans.build(definition);
    auto ticket = world.submit(plan);
    world.settle(world.env.now() + second / 100);
    if (ticket->is_done) ticket = world.resume(plan);
    world.cancel(ticket);
    world.settle();
    REQUIRE(ticket->is_done);
    REQUIRE(ticket->report.status == state::RunStatus::cancelled);
    for (const std::string_view verb : {"resume", "pause", "cancel", "terminate"}) {
      world.crash();
      const auto again = world.resume(plan);
      world.send(again, R"({"verb":")" + std::string(verb) + R"("})");
      world.settle();
      CHECK(again->report.status == state::RunStatus::cancelled);
      CHECK(world.tools.count("b") == 0);
    }
  }
}

// Somebody sets the clock on the wall, forward and back, while a step takes ten seconds.
TEST_CASE("durations_survive_a_clock_jump", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[{"id":"a","tool":"idem","timeout":"1m",
    "parameters":{"name":"a","do":"later","ms":10000}}]})");
  for (const int64_t jump : {int64_t{0}, 3600 * second, -3600 * second}) {
    SimWorld world({.has_sink = false});
    const auto ticket = world.submit(plan);
    world.settle(world.env.now() + second);
    world.env.set_wall_clock(jump);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(ticket->report.status == state::RunStatus::completed);
    const Value step = ticket->report.detail.view()["step_results"_k]["a"_k];
    CHECK(step["duration_ms"_k].as_f64() == 10'000);
  }
}

}  // namespace weft::tests
