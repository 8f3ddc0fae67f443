// The process ends after any commit, and a new one goes on with what the store has.
#include <cstdlib>
#include <map>

#include "catch.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

uint64_t runs() {
  const char* more = std::getenv("WEFT_SIM_RUNS");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 60;
}

struct Undisturbed {
  std::string outcome;
  uint64_t commits = 0;
};

Undisturbed play(const SimWorld::Plan& plan, uint64_t seed) {
  SimWorld world({.seed = seed, .has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  return {tell(ticket->report), world.store.commits};
}

// When the process ends: as the store answers, so that nothing that waited for the commit happens;
// or after the turn, when calls have begun.
enum class Moment { at_commit, after_turn };

void play_until(SimWorld& world, uint64_t commit, Moment moment) {
  world.store.on_commit = [&world, commit, moment] {
    if (moment == Moment::at_commit && world.store.commits == commit) world.tools.is_dead = true;
  };
  while (world.store.commits < commit && world.step()) {
  }
  REQUIRE(world.store.commits == commit);
  world.store.on_commit = nullptr;
  world.crash();
}

// How often each step was called whose tool must not be called twice.
std::map<std::string, int> once_calls(const SimWorld& world) {
  std::map<std::string, int> counts;
  for (const SimCall& call : world.tools.calls) {
    if (call.tool == "once" || call.tool == "slow_once") ++counts[call.name];
  }
  return counts;
}

bool has_unknown(const engine::Report& report) {
  return tell(report).find(" unknown ") != std::string::npos;
}

TEST_CASE("a run that may repeat its steps ends the same wherever the process ended", "[sim]") {
  SimPlans plans;
  uint64_t crashes = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const RandomShape shape{.depth = 3, .steps = 12, .may_fail = false, .repeats_only = true};
    const std::string definition = RandomDefinition(seed, shape).make();
    const auto plan = plans.build(definition);
    const Undisturbed whole = play(plan, seed);
    for (uint64_t k = 1; k < whole.commits; ++k) {
      for (const Moment moment : {Moment::at_commit, Moment::after_turn}) {
        INFO("seed " << seed << ", crash at commit " << k << " of " << whole.commits << "\n"
                     << definition);
        SimWorld world({.seed = seed, .has_sink = false});
        world.submit(plan);
        play_until(world, k, moment);
        const auto ticket = world.resume(plan);
        world.settle();
        REQUIRE(ticket->is_done);
        REQUIRE(tell(ticket->report) == whole.outcome);
        REQUIRE(world.store.broken_rule == "");
        ++crashes;
      }
    }
  }
  CHECK(crashes > 8 * runs());
}

TEST_CASE("a run that crashes again and again still ends the same", "[sim]") {
  SimPlans plans;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const RandomShape shape{.depth = 3, .steps = 12, .may_fail = false, .repeats_only = true};
    const std::string definition = RandomDefinition(seed, shape).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    const Undisturbed whole = play(plan, seed);
    SimWorld world({.seed = seed, .has_sink = false});
    auto ticket = world.submit(plan);
    // Each process lives for three commits.
    for (uint64_t until = 3; !ticket->is_done && until < 500; until += 3) {
      while (world.store.commits < until && world.step()) {
      }
      if (ticket->is_done || world.store.commits < until) break;
      world.crash();
      if (world.store.runs["run-1"].status == "completed") break;
      ticket = world.resume(plan);
    }
    if (!ticket->is_done) ticket = world.resume(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    REQUIRE(tell(ticket->report) == whole.outcome);
  }
}

TEST_CASE("a call that must not be repeated is not, and a person decides about it", "[sim]") {
  SimPlans plans;
  uint64_t doubts = 0, crashes = 0;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const RandomShape shape{.depth = 3, .steps = 12, .may_fail = false};
    const std::string definition = RandomDefinition(seed, shape).make();
    const auto plan = plans.build(definition);
    const Undisturbed whole = play(plan, seed);
    for (uint64_t k = 1; k < whole.commits; ++k) {
      for (const Moment moment : {Moment::at_commit, Moment::after_turn}) {
        INFO("seed " << seed << ", crash at commit " << k << " of " << whole.commits << "\n"
                     << definition);
        SimWorld world({.seed = seed, .has_sink = false});
        world.submit(plan);
        play_until(world, k, moment);
        auto ticket = world.resume(plan);
        world.settle();
        REQUIRE(ticket->is_done);
        for (const auto& [name, count] : once_calls(world)) {
          INFO(name);
          REQUIRE(count == 1);
        }
        ++crashes;
        const bool waits = ticket->report.status == state::RunStatus::waiting;
        REQUIRE(waits == has_unknown(ticket->report));
        if (waits) {
          ++doubts;
          REQUIRE(world.store.runs["run-1"].status == "waiting");
          ticket = world.resume(plan, run::Settle::again);
          world.settle();
          REQUIRE(ticket->is_done);
        }
        REQUIRE(tell(ticket->report) == whole.outcome);
      }
    }
  }
  CHECK(doubts > runs() / 2);
  CHECK(doubts < crashes);
}

TEST_CASE("a run that has ended is told again and records nothing", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}}]})");
  SimWorld world({});
  const auto first = world.submit(plan);
  world.settle();
  const std::string before = world.store.written;
  world.crash();
  const auto again = world.resume(plan, run::Settle::again);
  world.settle();
  REQUIRE(again->is_done);
  CHECK(tell(again->report) == tell(first->report));
  CHECK(world.store.written == before);
  CHECK(world.tools.count("a") == 1);
}

TEST_CASE("a step that is given up after a doubt fails with a code of its own", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","timeout":"none","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"never"},"timeout":"none"},
    {"id":"b","tool":"pure","parameters":{"name":"b"}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  REQUIRE(world.tools.count("a") == 1);
  world.crash();
  auto ticket = world.resume(plan);
  world.settle();
  REQUIRE(ticket->report.status == state::RunStatus::waiting);
  // Asking again changes nothing as long as nobody decides.
  ticket = world.resume(plan);
  world.settle();
  REQUIRE(ticket->report.status == state::RunStatus::waiting);
  ticket = world.resume(plan, run::Settle::fail);
  world.settle();
  REQUIRE(ticket->report.status == state::RunStatus::failed);
  CHECK(tell(ticket->report).starts_with("failed effect.doubted in a"));
  CHECK(world.tools.count("a") == 1);
  CHECK(world.tools.count("b") == 0);
}

TEST_CASE("a second doubt about the same step waits for a second decision", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","timeout":"none","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"never","times":2},"timeout":"none"}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  world.crash();
  for (const auto& decision : {std::optional<run::Settle>(), std::optional(run::Settle::again)}) {
    const auto ticket = world.resume(plan, decision);
    world.settle();
    REQUIRE(ticket->is_done == !decision.has_value());
    if (decision) world.crash();
  }
  auto ticket = world.resume(plan);
  world.settle();
  REQUIRE(ticket->report.status == state::RunStatus::waiting);
  ticket = world.resume(plan, run::Settle::again);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("a") == 3);
}

// A commit that fails drops its turn, and nothing of it is seen or has an effect.
TEST_CASE("event_never_precedes_durability", "[sim]") {
  SimPlans plans;
  const std::string definition = R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a","do":"later","ms":5}},
    {"id":"b","tool":"once","parameters":{"name":"b","do":"later","ms":5}},
    {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{b}}"}}]})";
  const auto plan = plans.build(definition);
  const Undisturbed whole = play(plan, 1);
  REQUIRE(whole.commits >= 4);
  for (uint64_t k = 1; k <= whole.commits; ++k) {
    INFO("commit " << k);
    SimWorld world({});
    world.store.fail_at = k;
    auto ticket = world.submit(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report) == "given up: the disk is gone");
    CHECK(world.store.commits == k - 1);
    const auto& run = world.store.runs["run-1"];
    CHECK(world.sink.lines.size() == run.last);
    // A call is made only when its intent is durable.
    CHECK(world.tools.calls.size() <= k - 1);
    if (k == 1) continue;
    world.crash();
    ticket = world.resume(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    if (ticket->report.status == state::RunStatus::waiting) {
      ticket = world.resume(plan, run::Settle::again);
      world.settle();
    }
    CHECK(tell(ticket->report) == whole.outcome);
  }
}

TEST_CASE("a run that keeps nothing does not mind a commit that fails for another", "[sim]") {
  SimPlans plans;
  const auto kept = plans.build(R"({"id":"kept","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a"}}]})");
  const auto lost = plans.build(R"({"id":"lost","durability":"none","steps":[
    {"id":"b","tool":"pure","parameters":{"name":"b"}}]})");
  SimWorld world({});
  world.store.fail_at = 1;
  const auto of_kept = world.submit(kept, "kept");
  const auto of_lost = world.submit(lost, "lost");
  world.settle();
  REQUIRE(of_kept->is_done);
  CHECK(tell(of_kept->report) == "given up: the disk is gone");
  REQUIRE(of_lost->is_done);
  CHECK(of_lost->report.status == state::RunStatus::completed);
  const auto after = world.submit(kept, "after");
  world.settle();
  REQUIRE(after->is_done);
  CHECK(after->report.status == state::RunStatus::completed);
}

}  // namespace
}  // namespace weft::tests
