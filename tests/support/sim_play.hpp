// Plays one run of a definition to its end, and keeps what there is to look at.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {

struct PlayedOut {
  std::string outcome, journal, difference;
  std::vector<SimCall> calls;
};

inline PlayedOut play_out(SimWorld::Setup setup, std::string_view definition) {
  SimPlans plans;
  SimWorld world(std::move(setup));
  const auto plan = plans.build(definition);
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  std::string journal;
  for (const std::string& line : world.sink.lines) journal += line + '\n';
  return {tell(ticket->report), journal, replayed(plan, world), world.tools.calls};
}

}  // namespace weft::tests
