// Runs that do things again and again, and what they hold of it.
#include <malloc.h>

#include <algorithm>

#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

size_t allocated() { return mallinfo2().uordblks; }

// A hundred times a hundred times, each with a result that is 8 kB of its own.
std::string definition(std::string_view durability) {
  const std::string again =
      R"("retry":{"max_attempts":100,"initial":"1ms","cap":"1ms","jitter":0},"timeout":"none")";
  return R"({"id":"again","timeout":"none","durability":")" + std::string(durability) +
         R"(","steps":[{"id":"outer",)" + again + R"(,"steps":[{"id":"inner",)" + again +
         R"(,"steps":[
           {"id":"a","tool":"pure","parameters":{"name":"a","value":")" +
         std::string(8'000, 'a') + R"("}},
           {"id":"b","tool":"pure","parameters":{"name":"b","value":["{{a}}"]}},
           {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{b}}","do":"fail"}}]}]}]})";
}

TEST_CASE("what is done ten thousand times takes the memory of a few times", "[sim]") {
  const std::string_view durability = GENERATE("none", "sync");
  const bool has_sink = GENERATE(false, true);
  INFO(durability << (has_sink ? ", watched" : ""));
  SimPlans plans;
  const auto plan = plans.build(definition(durability));
  SimWorld world({.has_sink = has_sink});
  world.sink.writes = false;
  world.store.keeps_bytes = false;
  // What is in the store takes no memory of the engine.
  uint64_t recorded = 0;
  world.store.on_commit = [&] {
    for (std::string& record : world.store.runs["run-1"].records) recorded += record.size();
    world.store.runs["run-1"].records.clear();
  };
  const auto ticket = world.submit(plan);
  uint64_t largest = 0, steps = 0;
  const size_t before = allocated();
  while (!ticket->is_done && world.step()) {
    world.tools.calls.clear();
    largest = std::max<uint64_t>(largest, allocated() - std::min(allocated(), before));
    ++steps;
  }
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::failed);
  CHECK(steps > 10'000);
  if (durability == "sync") CHECK(recorded > 80'000'000);
  CHECK(largest < 3'000'000);
}

}  // namespace
}  // namespace weft::tests
