// What a process that comes back does with verdicts, how several hooks become one, and hooks around
// a run: its start, its variables, its events.
#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_play.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Says = SimHook::Says;
using Mode = engine::Composition::Mode;
using Ties = engine::Composition::Ties;

constexpr uint64_t bit(uint32_t point) { return uint64_t{1} << point; }

constexpr std::string_view one_step =
    R"({"id":"x","steps":[{"id":"a","tool":"once","parameters":{"name":"a"}}]})";

PlayedOut play(SimWorld::Setup setup, std::string_view definition = one_step) {
  return play_out(std::move(setup), definition);
}

TEST_CASE("verdict_is_repeated_on_recovery_without_a_call", "[sim][hooks]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"later","ms":60000}}]})");
  SimHook hook(bit(WEFT_AT_BEFORE_TOOL_EXECUTION), [](uint32_t, Value) {
    return Says{WEFT_VERDICT_MODIFIED, R"({"name":"changed","do":"later","ms":60000})"};
  });
  SimWorld world({.hooks = {hook.bound()}});
  world.submit(plan);
  while (world.tools.calls.empty()) REQUIRE(world.step());
  CHECK(hook.asked == "BeforeToolExecution a\n");
  world.crash();
  const auto ticket = world.resume(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(hook.asked == "BeforeToolExecution a\n");
  REQUIRE(world.tools.calls.size() == 2);
  CHECK(world.tools.calls[0].name == "changed");
  CHECK(world.tools.calls[1].name == "changed");
  CHECK(world.tools.calls[1].key == world.tools.calls[0].key);
}

// A hook that may block and has something to say wherever it is asked.
Says opinion(uint32_t point, Value about) {
  const std::string_view step = about["step"_k].as_text();
  if (point == WEFT_AT_BEFORE_TOOL_EXECUTION && step == "a") {
    return {WEFT_VERDICT_MODIFIED, R"({"name":"a","value":"from a hook"})"};
  }
  if (point == WEFT_AT_BEFORE_STAGE && step == "b") return {WEFT_VERDICT_REPLACE, R"("b")"};
  if (point == WEFT_AT_BEFORE_STATE_WRITE) return {WEFT_VERDICT_MODIFIED, R"({"n":7})"};
  if (point == WEFT_AT_AFTER_TOOL_EXECUTION && step == "c") return {WEFT_VERDICT_MODIFIED, "[3]"};
  if (about["phase"_k].as_text() == "branch_selection") return {WEFT_VERDICT_REDIRECT, R"("no")"};
  if (point == WEFT_AT_TOOL_ERROR) return {WEFT_VERDICT_RETRY, R"({"delay":"1s"})"};
  return {};
}

constexpr std::string_view opinionated = R"({"id":"x","variables":{"n":{"type":"integer"}},
  "steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a"}},
    {"id":"b","tool":"pure","parameters":{"name":"b"}},
    {"id":"s","set":{"n":1}},
    {"id":"choice","type":"conditional","branches":[
      {"id":"yes","condition":"true","tool":"pure","parameters":{"name":"yes"}},
      {"id":"no","condition":"false","tool":"pure","parameters":{"name":"no"}}]},
    {"id":"f","tool":"pure","parameters":{"name":"f","do":"refuse","times":1}},
    {"id":"c","tool":"pure","parameters":{"name":"c","value":"{{n}} {{a.value}} {{b}}"}}]})";

TEST_CASE("whenever the process ends, the verdicts that were recorded stand", "[sim][hooks]") {
  SimPlans plans;
  const auto plan = plans.build(opinionated);
  const uint64_t points = ~bit(WEFT_AT_BEFORE_EVENT_EMIT);
  std::string undisturbed;
  for (uint64_t crash_at = 0; crash_at < 40; ++crash_at) {
    INFO("crash after commit " << crash_at);
    SimHook hook(points, opinion, WEFT_BLOCKING);
    SimWorld world({.hooks = {hook.bound()}});
    auto ticket = world.submit(plan);
    while (crash_at > 0 && world.store.commits < crash_at && world.step()) {
    }
    if (crash_at > 0 && !ticket->is_done) {
      world.crash();
      const bool was_accepted = !world.store.runs["run-1"].records.empty();
      ticket = was_accepted ? world.resume(plan) : world.submit(plan);
    }
    world.settle();
    REQUIRE(ticket->is_done);
    const std::string outcome = tell(ticket->report);
    if (crash_at == 0) undisturbed = outcome;
    REQUIRE(outcome == undisturbed);
    CHECK(replayed(plan, world) == "");
  }
  CHECK(undisturbed.starts_with("completed [3]"));
  CHECK_THAT(undisturbed, ContainsSubstring("no succeeded") && ContainsSubstring("yes skipped"));
}

TEST_CASE("a step whose hook has not answered can be asked to end", "[sim][hooks]") {
  SimPlans plans;
  SimHook hook(
      bit(WEFT_AT_BEFORE_STAGE), [](uint32_t, Value) { return Says{.status = WEFT_PENDING}; },
      WEFT_BLOCKING);
  SimWorld world({.hooks = {hook.bound()}});
  const auto ticket = world.submit(plans.build(one_step));
  world.settle(world.env.now() + 1'000'000);
  world.cancel(ticket);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(tell(ticket->report).starts_with("cancelled"));
  CHECK(world.tools.calls.empty());
}

// --- several hooks

PlayedOut vote(std::vector<uint32_t> results, engine::Composition composition) {
  std::vector<std::unique_ptr<SimHook>> hooks;
  SimWorld::Setup setup;
  setup.composition = composition;
  for (const uint32_t result : results) {
    const std::string value = R"("vote )" + std::to_string(hooks.size()) + '"';
    hooks.push_back(
        std::make_unique<SimHook>(bit(WEFT_AT_BEFORE_TOOL_EXECUTION), [=](uint32_t, Value) {
          return result == WEFT_VERDICT_CONTINUE ? Says{} : Says{result, value};
        }));
    setup.hooks.push_back(
        hooks.back()->bound("h" + std::to_string(hooks.size()), int64_t(hooks.size())));
  }
  return play(std::move(setup));
}

TEST_CASE("vote_ties_follow_the_declared_breaker", "[sim][hooks]") {
  constexpr uint32_t go_on = WEFT_VERDICT_CONTINUE, stop = WEFT_VERDICT_CANCEL,
                     replace = WEFT_VERDICT_REPLACE;
  const auto by = [](Ties ties) { return engine::Composition{Mode::voting, ties, 0.5}; };
  SECTION("more than half of the votes win") {
    CHECK(
        vote({replace, stop, stop}, by(Ties::first)).outcome.starts_with("failed hook.cancelled"));
    CHECK(
        vote({replace, replace, stop}, by(Ties::first)).outcome.starts_with("completed \"vote 0"));
    CHECK(vote({stop, go_on, go_on}, by(Ties::first)).outcome.starts_with("completed {"));
  }
  SECTION("half are not enough") {
    CHECK(vote({stop, go_on}, by(Ties::first)).outcome.starts_with("failed hook.cancelled"));
    CHECK(vote({go_on, stop}, by(Ties::first)).outcome.starts_with("completed {"));
    CHECK(vote({stop, go_on}, by(Ties::prefer_continue)).outcome.starts_with("completed {"));
    CHECK(
        vote({go_on, stop}, by(Ties::prefer_action)).outcome.starts_with("failed hook.cancelled"));
    CHECK(vote({replace, stop}, by(Ties::by_priority)).outcome.starts_with("completed \"vote 0"));
    CHECK(vote({go_on, stop}, by(Ties::by_priority)).outcome.starts_with("completed {"));
  }
  SECTION("a threshold of its own") {
    const engine::Composition low{Mode::voting, Ties::prefer_continue, 0.3};
    CHECK(vote({go_on, go_on, stop}, low).outcome.starts_with("completed {"));
    CHECK(vote({stop, replace, replace}, low).outcome.starts_with("failed hook.cancelled"));
  }
}

TEST_CASE("side by side all hooks see the same, and the first by priority is followed",
          "[sim][hooks]") {
  std::string seen;
  const auto sees = [&](Says says) {
    return [&seen, says](uint32_t, Value about) {
      seen += base::json_text(about["data"_k]["name"_k]);
      return says;
    };
  };
  const uint64_t before = bit(WEFT_AT_BEFORE_TOOL_EXECUTION);
  SimHook first(before, sees({WEFT_VERDICT_MODIFIED, R"({"name":"first"})"}), WEFT_BLOCKING);
  SimHook second(before, sees({WEFT_VERDICT_MODIFIED, R"({"name":"second"})"}), WEFT_BLOCKING);
  const PlayedOut played = play({.hooks = {second.bound("second", 2), first.bound("first", 1)},
                                 .composition = {Mode::parallel, Ties::first, 0.5}});
  CHECK(seen == R"("a""a")");
  REQUIRE(played.calls.size() == 1);
  CHECK(played.calls[0].name == "first");
}

TEST_CASE("a way to compose that nobody knows is refused", "[sim][hooks]") {
  base::Blocks blocks;
  const auto said = [&](std::string_view json) {
    return engine::composition_of(*base::parse_json(json, blocks.arena()));
  };
  CHECK(said(R"({"mode":"voting","ties":"prefer_action","threshold":0.6})"));
  CHECK(said(R"({"mode":"shouting"})").error().code == "hook.bad_composition");
  CHECK(said(R"({"ties":"toss"})").error().code == "hook.bad_composition");
  CHECK(said(R"({"threshold":1})").error().code == "hook.bad_composition");
}

// --- around a run

TEST_CASE("hooks have a say in the start of a run", "[sim][hooks]") {
  const auto starts = [](Says says, std::string_view definition) {
    SimHook hook(bit(WEFT_AT_BEFORE_WORKFLOW_START), [=](uint32_t, Value) { return says; });
    return play({.hooks = {hook.bound()}}, definition);
  };
  constexpr std::string_view two = R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}},
    {"id":"b","tool":"once","parameters":{"name":"b","value":"{{$input.number}}"}}]})";
  CHECK_THAT(starts({WEFT_VERDICT_MODIFIED, R"({"number":8})"}, two).outcome,
             ContainsSubstring("b succeeded {\"name\":\"b\",\"value\":8}"));
  const PlayedOut refused = starts({WEFT_VERDICT_CANCEL, R"("not today")"}, two);
  CHECK(refused.outcome.starts_with("failed hook.cancelled"));
  CHECK_THAT(refused.journal, ContainsSubstring("not today"));
  CHECK(refused.calls.empty());
  CHECK(starts({WEFT_VERDICT_REPLACE, "5"}, two).outcome.starts_with("completed 5"));
  const PlayedOut later = starts({WEFT_VERDICT_REDIRECT, R"("b")"}, two);
  REQUIRE(later.calls.size() == 1);
  CHECK(later.calls[0].name == "b");
}

TEST_CASE("an update from outside is changed or refused by hooks", "[sim][hooks]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","variables":{"n":{"type":"integer"}},"steps":[
    {"id":"w","wait":"10s"},
    {"id":"a","tool":"pure","parameters":{"name":"a","value":"{{n}}"}}]})");
  for (const bool refuses : {false, true}) {
    SimHook hook(
        bit(WEFT_AT_BEFORE_STATE_WRITE),
        [&](uint32_t, Value) {
          return refuses ? Says{WEFT_VERDICT_CANCEL, R"("no")"}
                         : Says{WEFT_VERDICT_MODIFIED, R"({"n":3})"};
        },
        WEFT_BLOCKING);
    SimWorld world({.hooks = {hook.bound()}});
    const auto ticket = world.submit(plan);
    world.settle(world.env.now() + 1'000'000);
    world.send(ticket, R"({"verb":"update","changes":{"n":2}})");
    world.settle();
    REQUIRE(ticket->is_done);
    const std::string outcome = tell(ticket->report);
    CHECK(outcome.starts_with(refuses ? "failed" : R"(completed {"name":"a","value":3})"));
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("before a step reads what lies beside the run, hooks may refuse or choose another value",
          "[sim][hooks]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"s","set":{"$global.a":1,"$global.b":"{{1 + 1}}"}},
    {"id":"g","state":{"get":"$global.a"}},
    {"id":"e","tool":"pure","parameters":{"name":"e","value":"{{g + $global.b}}"}}]})");
  struct Case {
    Says says;
    std::string_view outcome;
  };
  const std::vector<Case> cases{
      {{}, R"(completed {"name":"e","value":3})"},
      {{WEFT_VERDICT_MODIFIED, R"({"get":"$global.b"})"}, R"(completed {"name":"e","value":4})"},
      {{WEFT_VERDICT_CANCEL, R"("not yours")"}, "failed hook.cancelled in g"}};
  for (const Case& one : cases) {
    for (const bool dies : {false, true}) {
      bool is_back = !dies;
      SimHook hook(
          bit(WEFT_AT_BEFORE_STATE_READ),
          [&](uint32_t, Value) { return is_back ? one.says : Says{.status = WEFT_PENDING}; },
          WEFT_BLOCKING);
      SimWorld world({.hooks = {hook.bound()}});
      auto ticket = world.submit(plan);
      if (dies) {
        world.settle(world.env.now() + 1'000'000);
        world.crash();
        is_back = true;
        ticket = world.resume(plan);
      }
      world.settle();
      REQUIRE(ticket->is_done);
      CHECK(tell(ticket->report).starts_with(one.outcome));
      CHECK(replayed(plan, world) == "");
      const std::string asked = "BeforeStateRead shared_data_access g\n";
      CHECK(hook.asked == (dies ? asked + asked : asked));
    }
  }
}

TEST_CASE("a snapshot is told when it is written", "[sim][hooks]") {
  SimHook hook(bit(WEFT_AT_CHECKPOINT), [](uint32_t, Value) { return Says{}; });
  play({.hooks = {hook.bound()}}, R"({"id":"x","steps":[{"id":"w","wait":"60s"}]})");
  CHECK(hook.asked == "WorkflowCheckpoint checkpoint\n");
}

TEST_CASE("a refused permission and a want of room are told", "[sim][hooks]") {
  SimHook hook(bit(WEFT_AT_SECURITY_VIOLATION) | bit(WEFT_AT_RESOURCE_LIMIT),
               [](uint32_t, Value) { return Says{}; });
  SimTable table;
  table["a"] = {{SimHow::full, 0}};
  table["b"] = {{SimHow::deny, 0}};
  SimPlans plans;
  SimWorld world({.hooks = {hook.bound()}});
  world.tools.table = &table;
  const auto ticket = world.submit(plans.build(
      R"({"id":"x","steps":[
        {"id":"a","tool":"pure","parameters":{"name":"a"},"on_error":"continue"},
        {"id":"b","tool":"pure","parameters":{"name":"b"}}]})"));
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(hook.asked ==
        "ResourceLimitExceeded error_handling a\nSecurityViolation error_handling b\n");
}

TEST_CASE("what sinks see of an event is for hooks to say, what is recorded is not",
          "[sim][hooks]") {
  SimHook hook(bit(WEFT_AT_BEFORE_EVENT_EMIT), [](uint32_t, Value about) {
    const std::string_view type = about["operation"_k]["id"_k].as_text();
    if (type == "workflow.step.succeeded") return Says{WEFT_VERDICT_MODIFIED, R"("hidden")"};
    return type == "workflow.frame.opened" ? Says{WEFT_VERDICT_CANCEL} : Says{};
  });
  const PlayedOut played = play({.hooks = {hook.bound()}});
  CHECK(played.outcome.starts_with(R"(completed {"name":"a")"));
  CHECK_THAT(played.journal, ContainsSubstring("step.succeeded a 1 \"hidden\""));
  CHECK_THAT(played.journal, !ContainsSubstring("frame.opened"));
}

}  // namespace
}  // namespace weft::tests
