// Runs that begin where another one was.
#include <set>

#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"
#include "travel/checkpoints.hpp"
#include "travel/replay.hpp"

namespace weft::tests {
namespace {

base::Doc how_at(uint64_t seq, std::string_view input) {
  Text json;
  std::string text = R"({"run":"run-1","seq":)" + std::to_string(seq) + R"(,"seed":9)";
  if (!input.empty()) text.append(R"(,"input":)").append(input);
  return base::pack(json.json(text + "}"));
}

// The records of the base, as far as a fork shares them.
travel::History shared_with(SimWorld& world, uint64_t seq) {
  travel::History history;
  history.run = "run-1";
  history.records = world.store.runs["run-1"].records;
  travel::cut_behind(history.records, seq);
  return history;
}

std::set<std::string> ended_by(const travel::History& history, const SimWorld::Plan& plan) {
  std::set<std::string> ended;
  REQUIRE(travel::fold(history, plan, [&](const state::State& state, const event::Event& e) {
    if (e.type == event::Type::step_succeeded && travel::is_of_step(state, e)) {
      ended.insert(std::string(state.node(state.frames[e.frame], e.node).id));
    }
  }));
  return ended;
}

TEST_CASE("a fork from any point ends as its base did and repeats nothing that had ended",
          "[sim]") {
  SimPlans plans;
  uint64_t forks = 0;
  for (uint64_t seed = 1; seed <= 25; ++seed) {
    const RandomShape shape{.depth = 3, .steps = 10, .may_fail = false};
    const std::string definition = RandomDefinition(seed, shape).make();
    const auto plan = plans.build(definition);
    SimWorld world({.seed = seed, .has_sink = false});
    const auto first = world.submit(plan);
    world.settle();
    REQUIRE(first->is_done);
    const travel::History base = shared_with(world, UINT64_MAX);
    const auto points = travel::checkpoints(base, plan);
    REQUIRE(points);
    for (const Checkpoint& point : *points) {
      if (state::is_ended(static_cast<state::RunStatus>(point.state))) continue;
      INFO("seed " << seed << ", fork at " << point.seq << "\n" << definition);
      const travel::History shared = shared_with(world, point.seq);
      const auto ended = ended_by(shared, plan);
      world.tools.calls.clear();
      const std::string id = "fork-" + std::to_string(point.seq);
      const auto ticket = world.fork(plan, shared.records, how_at(point.seq, {}), id);
      world.settle();
      REQUIRE(ticket->is_done);
      REQUIRE(tell(ticket->report) == tell(first->report));
      for (const SimCall& call : world.tools.calls) REQUIRE_FALSE(ended.contains(call.name));
      REQUIRE(world.store.broken_rule == "");
      REQUIRE(world.store.runs["run-1"].records == base.records);
      REQUIRE(world.store.entries.contains("fork/run-1/" + id));

      travel::History own = shared_with(world, point.seq);
      own.run = id;
      for (const std::string& piece : world.store.runs[id].records) own.records.push_back(piece);
      travel::Replay replay(own, plan);
      const auto played = replay.play();
      INFO((played ? std::string() : played.error().message));
      REQUIRE(played);
      REQUIRE_FALSE(replay.has_difference());
      ++forks;
    }
  }
  CHECK(forks > 60);
}

TEST_CASE("a fork with another input makes the arguments of what it begins anew", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","value":"{{$input.number}}"}},
    {"id":"b","tool":"once","parameters":{"name":"b","value":"{{$input.number}}"}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  const travel::History base = shared_with(world, UINT64_MAX);
  const auto point = travel::point_of(base, plan, "b");
  REQUIRE(point);
  const travel::History shared = shared_with(world, *point);
  world.tools.calls.clear();
  const auto ticket = world.fork(plan, shared.records, how_at(*point, R"({"number":8})"), "fork-1");
  world.settle();
  REQUIRE(ticket->is_done);
  const std::string told = tell(ticket->report);
  CHECK(told.find(R"(a succeeded {"name":"a","value":7})") != std::string::npos);
  CHECK(told.find(R"(b succeeded {"name":"b","value":8})") != std::string::npos);
  REQUIRE(world.tools.calls.size() == 1);
  CHECK(world.tools.calls.front().key.starts_with("fork-1/"));
}

}  // namespace
}  // namespace weft::tests
