// Values beside runs: written once however often the process ends, read once however often the run
// is decided.
#include "base/json.hpp"
#include "catch.hpp"

#include "base/json.hpp"
#include "sim_world.hpp"
#include "travel/imagine.hpp"
#include "travel/replay.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr const char* counts =
    R"({"id": "counts", "steps": [
      {"id": "a", "set": {"$global.count": "{{ default($global.count, 0) + 1 }}"}},
      {"id": "b", "tool": "idem", "parameters": {"name": "b", "value": "{{ $global.count }}",
       "do": "later", "ms": 5}},
      {"id": "c", "set": {"$global.count": "{{ $global.count + 10 }}", "$step.seen.last": 7}},
      {"id": "d", "state": {"set": "$workflow.total", "value": "{{ $global.count * 2 }}",
       "expect": null}},
      {"id": "e", "tool": "idem", "parameters": {"name": "e", "value": ["{{ $global }}",
       "{{ d.changed }}", "{{ $workflow.total }}"]}},
      {"id": "f", "state": {"move": "$global", "to": "$custom.attic"}},
      {"id": "g", "tool": "idem", "parameters": {"name": "g", "value":
       ["{{ exists($global.count) }}", "{{ $custom.attic.count }}", "{{ f.keys }}"]}}]})";

// What a store has under a key of state.
std::string kept(const SimWorld& world, const std::string& key) {
  const auto found = world.store.entries.find(key);
  if (found == world.store.entries.end()) return "nothing";
  const auto* slot = reinterpret_cast<const weft_slot*>(found->second.data());
  return base::json_text(Value(slot)["value"_k]);
}

travel::History history_of(SimWorld& world) {
  travel::History history;
  history.run = "run-1";
  history.records = world.store.runs["run-1"].records;
  return history;
}

TEST_CASE("what a run writes beside itself is there once wherever the process ended", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(counts);
  SimWorld whole({.has_sink = false});
  const auto ended = whole.submit(plan);
  whole.settle();
  REQUIRE(ended->is_done);
  const std::string outcome = tell(ended->report);
  CHECK(outcome.find("[false,11,1]") != std::string::npos);
  CHECK(outcome.find(R"([{"count":11},true,22])") != std::string::npos);
  REQUIRE(whole.store.commits > 3);
  for (uint64_t k = 1; k < whole.store.commits; ++k) {
    INFO("crash at commit " << k << " of " << whole.store.commits);
    SimWorld world({.has_sink = false});
    world.submit(plan);
    while (world.store.commits < k && world.step()) {
    }
    world.crash();
    const auto ticket = world.resume(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report) == outcome);
    CHECK(kept(world, "state/custom/attic/count") == "11");
    CHECK(kept(world, "state/global//count") == "nothing");
    CHECK(kept(world, "state/step/counts%2Fc/seen") == R"({"last":7})");
  }
}

TEST_CASE("a commit that fails leaves nothing of what was written beside runs", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(counts);
  SimWorld world({.has_sink = false});
  world.store.fail_at = 1;
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.error.code != "");
  CHECK(kept(world, "state/global//count") == "nothing");
  // The same process goes on from what the store has, and not from what was lost.
  const auto second = world.submit(plan, "run-2");
  world.settle();
  REQUIRE(second->is_done);
  CHECK(kept(world, "state/custom/attic/count") == "11");
}

TEST_CASE("what was read beside a run is not asked for when it is decided again", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(counts);
  SimWorld world({.has_sink = false});
  world.submit(plan);
  world.settle();
  const travel::History history = history_of(world);
  travel::Replay replay(history, plan);
  REQUIRE(replay.play());
  const Replayed replayed = replay.take_result();
  CHECK(replayed.differences.empty());
  CHECK(replayed.state == RunState::completed);
  CHECK(replayed.events > 20);
}

TEST_CASE("another definition reads what the run has read, and what it writes itself", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(counts);
  SimWorld world({.has_sink = false});
  world.submit(plan);
  world.settle();
  const travel::History history = history_of(world);
  travel::Replay replay(history, plan);
  REQUIRE(replay.play());
  const auto other = plans.build(
      R"({"id": "counts", "output": "{{ $global.count }}", "steps": [
        {"id": "a", "set": {"$global.count": "{{ default($global.count, 0) + 5 }}"}}]})");
  travel::Imagined imagined(replay, "run-1", other);
  imagined.play();
  Replayed told;
  imagined.tell(told);
  CHECK(told.state == RunState::completed);
  CHECK(told.result.to_json() == "5");
}

TEST_CASE("runs of one process see what others wrote as it was decided", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(
      R"({"id": "adds", "steps": [
        {"id": "a", "tool": "slow", "parameters": {"name": "a"}},
        {"id": "b", "set": {"$global.sum": "{{ default($global.sum, 0) + 1 }}"}}]})");
  SimWorld world({.seed = 3, .has_sink = false});
  for (int i = 1; i <= 20; ++i) world.submit(plan, "run-" + std::to_string(i));
  world.settle();
  CHECK(kept(world, "state/global//sum") == "20");
}

TEST_CASE("branches beside each other write what lies beside the run at once", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(
      R"({"id": "fan", "type": "parallel", "branches": [
        {"id": "a", "steps": [{"id": "a1", "set":
          {"$global.sum": "{{ default($global.sum, 0) + 1 }}"}}]},
        {"id": "b", "steps": [{"id": "b1", "set":
          {"$global.sum": "{{ default($global.sum, 0) + 1 }}"}}]}]})");
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(tell(ticket->report).find("completed") == 0);
  CHECK(kept(world, "state/global//sum") == "2");
}

TEST_CASE("a value that is ephemeral is gone with the process, and its readings are not", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(
      R"({"id": "brief", "steps": [
        {"id": "a", "state": {"set": "$global.note", "value": "hush", "class": "ephemeral"}},
        {"id": "b", "tool": "idem", "parameters": {"name": "b", "value": "{{ $global.note }}"}},
        {"id": "c", "wait": "10s"},
        {"id": "d", "tool": "idem", "parameters": {"name": "d",
         "value": ["{{ b.value }}", "{{ exists($global.note) }}"]}}]})");
  for (const bool crashes : {false, true}) {
    SimWorld world({.has_sink = false});
    auto ticket = world.submit(plan);
    if (crashes) {
      world.settle(world.tick() + 1'000'000'000);
      REQUIRE_FALSE(ticket->is_done);
      world.crash();
      ticket = world.resume(plan);
    }
    world.settle();
    REQUIRE(ticket->is_done);
    const std::string wanted = crashes ? R"(["hush",false])" : R"(["hush",true])";
    INFO(tell(ticket->report));
    CHECK(tell(ticket->report).find(wanted) != std::string::npos);
    CHECK(kept(world, "state/global//note") == "nothing");
  }
}

}  // namespace
}  // namespace weft::tests
