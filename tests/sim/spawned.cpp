// Runs that hooks want beside one: kept with what they said, started once, and named after whoever
// caused them.
#include "base/json.hpp"
#include "catch.hpp"
#include "journal/recover.hpp"
#include "sim_hook.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Says = SimHook::Says;

constexpr uint64_t bit(uint32_t point) { return uint64_t{1} << point; }

constexpr std::string_view parent = R"({"id":"x","steps":[
  {"id":"a","tool":"once","parameters":{"name":"a","do":"later","ms":5}},
  {"id":"b","tool":"once","parameters":{"name":"b","do":"later","ms":5}}]})";
constexpr std::string_view beside = R"({"id":"beside","steps":[
  {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{$input.of}}"}}]})";
constexpr const char* fork_it = R"({"operations":[
  {"workflow":"beside","input":{"of":"a hook"}},{"workflow":"beside","input":{"of":2}}]})";

SimHook::Answers forks_at(uint32_t point, std::string step, std::string value = fork_it) {
  return [=](uint32_t asked, Value about) {
    const bool is_it = asked == point && about["step"_k].as_text() == step;
    return is_it ? Says{WEFT_VERDICT_FORK, value} : Says{};
  };
}

uint64_t children(SimWorld& world) {
  uint64_t count = 0;
  for (const auto& [id, run] : world.store.runs) {
    if (id.starts_with("child-") && !run.records.empty()) ++count;
  }
  return count;
}

Value acceptance_of(SimWorld& world, const std::string& id, base::Doc& keeps) {
  auto found = journal::acceptance_of(world.store.runs[id].records.front(), {});
  REQUIRE(found);
  keeps = std::move(*found);
  return keeps.view();
}

TEST_CASE("what a hook forks is started once and knows who caused it", "[sim][hooks][fork]") {
  SimPlans plans;
  const auto plan = plans.build(parent);
  for (const uint32_t point :
       {uint32_t{WEFT_AT_AFTER_TOOL_EXECUTION}, uint32_t{WEFT_AT_AFTER_STAGE}}) {
    SimHook hook(bit(point), forks_at(point, "a"));
    SimWorld world({.hooks = {hook.bound()}, .loaded = {plans.build(beside)}});
    const auto ticket = world.submit(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report).starts_with("completed"));
    CHECK(children(world) == 2);
    CHECK(world.store.runs["child-1"].status == "completed");
    CHECK(world.store.entries.empty() == false);
    for (const auto& [key, bytes] : world.store.entries) CHECK_FALSE(key.starts_with("spawn/"));
    base::Doc keeps;
    const Value accepted = acceptance_of(world, "child-1", keeps);
    CHECK(accepted["caused_by"_k]["run"_k].as_text() == "run-1");
    CHECK(accepted["caused_by"_k]["relation"_k].as_text() == "caused_by");
    CHECK(accepted["caused_by"_k]["correlation"_k].as_text() == "run-1");
    CHECK(accepted["input"_k]["of"_k].as_text() == "a hook");
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("a fork at the last step is not lost with the end of the run", "[sim][hooks][fork]") {
  SimPlans plans;
  for (const uint32_t flags : {0U, uint32_t{WEFT_BLOCKING}}) {
    SimHook hook(bit(WEFT_AT_AFTER_STAGE), forks_at(WEFT_AT_AFTER_STAGE, "b"), flags);
    SimWorld world({.hooks = {hook.bound()}, .loaded = {plans.build(beside)}});
    world.submit(plans.build(parent));
    world.settle();
    CHECK(children(world) == 2);
  }
}

TEST_CASE("whenever the process ends, what a hook forked exists exactly once",
          "[sim][hooks][fork]") {
  SimPlans plans;
  const auto plan = plans.build(parent);
  const auto other = plans.build(beside);
  uint64_t crashes = 0;
  for (uint64_t crash_at = 1; crash_at < 40; ++crash_at) {
    INFO("crash after commit " << crash_at);
    SimHook hook(bit(WEFT_AT_AFTER_TOOL_EXECUTION), forks_at(WEFT_AT_AFTER_TOOL_EXECUTION, "a"),
                 WEFT_BLOCKING);
    SimWorld world({.seed = crash_at, .hooks = {hook.bound()}, .loaded = {other}});
    const auto ticket = world.submit(plan);
    while (world.store.commits < crash_at && world.step()) {
    }
    if (world.store.commits < crash_at) break;
    world.crash();
    ++crashes;
    for (const std::string id : {"run-1", "child-1", "child-2"}) {
      const auto& run = world.store.runs[id];
      const bool is_over = run.status == "completed" || run.status == "failed";
      if (!run.records.empty() && !is_over) {
        world.resume(id == "run-1" ? plan : other, run::Settle::again, id);
      }
    }
    world.start_left();
    world.settle();
    CHECK(world.store.runs["run-1"].status == "completed");
    CHECK(children(world) == 2);
    CHECK(world.store.runs["child-1"].status == "completed");
    CHECK(world.store.runs["child-2"].status == "completed");
    for (const auto& [key, bytes] : world.store.entries) CHECK_FALSE(key.starts_with("spawn/"));
    CHECK(world.store.broken_rule == "");
  }
  CHECK(crashes >= 5);
}

TEST_CASE("what cannot be started is an illegal result with the reason", "[sim][hooks][fork]") {
  SimPlans plans;
  const auto journal_with = [&](const char* value) {
    SimHook hook(bit(WEFT_AT_AFTER_TOOL_EXECUTION),
                 forks_at(WEFT_AT_AFTER_TOOL_EXECUTION, "a", value));
    SimWorld world({.hooks = {hook.bound()}, .loaded = {plans.build(beside)}});
    const auto ticket = world.submit(plans.build(parent));
    world.settle();
    CHECK(tell(ticket->report).starts_with("completed"));
    CHECK(children(world) == 0);
    std::string journal;
    for (const std::string& line : world.sink.lines) journal += line + '\n';
    CHECK_THAT(journal, ContainsSubstring("hook.illegal_result"));
    return journal;
  };
  CHECK_THAT(journal_with("[]"), ContainsSubstring("without a list of what to start"));
  CHECK_THAT(journal_with(R"({"operations":[]})"),
             ContainsSubstring("without a list of what to start"));
  CHECK_THAT(journal_with(R"({"operations":[{"workflow":"beside"},{"workflow":"nowhere"}]})"),
             ContainsSubstring("cannot be started: nobody knows it"));
}

TEST_CASE("nothing is forked before a thing has happened", "[sim][hooks][fork]") {
  SimPlans plans;
  SimHook hook(bit(WEFT_AT_BEFORE_TOOL_EXECUTION), forks_at(WEFT_AT_BEFORE_TOOL_EXECUTION, "a"));
  SimWorld world({.hooks = {hook.bound()}, .loaded = {plans.build(beside)}});
  const auto ticket = world.submit(plans.build(parent));
  world.settle();
  CHECK(tell(ticket->report).starts_with("failed hook.illegal_result"));
  CHECK(children(world) == 0);
}

}  // namespace
}  // namespace weft::tests
