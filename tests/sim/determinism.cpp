// The same seed twice, and other orders of the same things.
#include <cstdlib>

#include "catch.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

uint64_t runs() {
  const char* more = std::getenv("WEFT_SIM_RUNS");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 300;
}

struct Told {
  std::string journal, events, outcome;
};

Told play(SimPlans& plans, const std::string& definition, uint64_t seed, bool has_threads = true) {
  SimWorld world({.seed = seed, .has_threads = has_threads});
  const auto ticket = world.submit(plans.build(definition));
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(world.store.broken_rule == "");
  std::string events;
  for (const std::string& line : world.sink.lines) events += line + '\n';
  return {world.store.written, events, tell(ticket->report)};
}

TEST_CASE("the same seed gives the same journal and the same events, byte by byte", "[sim]") {
  SimPlans plans;
  size_t ended_well = 0, failed = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const std::string definition = RandomDefinition(seed, {}).make();
    INFO("seed " << seed << "\n" << definition);
    const Told first = play(plans, definition, seed);
    const Told second = play(plans, definition, seed);
    REQUIRE(first.outcome == second.outcome);
    REQUIRE(first.journal == second.journal);
    REQUIRE(first.events == second.events);
    ++(first.outcome.starts_with("failed") ? failed : ended_well);
    REQUIRE_FALSE(first.outcome.starts_with("failed run.stuck"));
    REQUIRE_FALSE(first.outcome.starts_with("failed pattern."));
  }
  CHECK(ended_well > runs() / 5);
  CHECK(failed > runs() / 20);
}

TEST_CASE("the order in which work is done and answered changes no outcome", "[sim]") {
  SimPlans plans;
  for (uint64_t seed = 1; seed <= runs() / 3; ++seed) {
    const std::string definition = RandomDefinition(seed, {.may_fail = false}).make();
    INFO("seed " << seed << "\n" << definition);
    const Told first = play(plans, definition, seed);
    REQUIRE_FALSE(first.outcome.starts_with("failed"));
    for (uint64_t other = 1; other <= 4; ++other) {
      REQUIRE(play(plans, definition, seed + 1000 * other, other % 2 == 0).outcome ==
              first.outcome);
    }
  }
}

}  // namespace
}  // namespace weft::tests
