// Where hooks are asked, in which order, what each of their results does, and what becomes of hooks
// that misbehave.
#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_play.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Says = SimHook::Says;

constexpr uint64_t every_point = ~uint64_t{0};
constexpr uint64_t bit(uint32_t point) { return uint64_t{1} << point; }
constexpr int64_t second = 1'000'000'000;

constexpr std::string_view two_steps = R"({"id":"x","steps":[
  {"id":"a","tool":"once","parameters":{"name":"a","value":1}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}}]})";

// Says one thing at a point, about one step or all, and nothing elsewhere.
SimHook::Answers at(uint32_t point, Says says, std::string step = {}) {
  return [=](uint32_t asked, Value about) {
    const bool is_meant = step.empty() || about["step"_k].as_text() == step;
    return asked == point && is_meant ? says : Says{};
  };
}

PlayedOut play(SimWorld::Setup setup, std::string_view definition = two_steps) {
  return play_out(std::move(setup), definition);
}

PlayedOut play(SimHook& hook, std::string_view definition = two_steps) {
  return play({.hooks = {hook.bound()}}, definition);
}

TEST_CASE("every_point_fires_where_the_reference_run_says", "[sim][hooks]") {
  SimHook hook(every_point, silent());
  const PlayedOut played = play(hook, R"({"id":"x","variables":{"n":{"type":"integer"}},"steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}},
    {"id":"s","set":{"n":1}},
    {"id":"p","type":"parallel","branches":[{"id":"q","tool":"pure","parameters":{"name":"q"}}]},
    {"id":"f","tool":"once","parameters":{"name":"f","do":"refuse"}}]})");
  CHECK(played.outcome.starts_with("failed"));
  CHECK(played.difference == "");
  std::string without_events;
  size_t from = 0;
  for (size_t to = hook.asked.find('\n'); to != std::string::npos;
       from = to + 1, to = hook.asked.find('\n', from)) {
    const std::string line = hook.asked.substr(from, to - from);
    if (line.find("EventEmit") == std::string::npos) without_events += line + '\n';
  }
  CHECK(without_events == R"(SystemStartup
BeforeWorkflowStart workflow_start
BeforeWorkflowStage step_boundary a
ToolValidation a
BeforeToolExecution a
AfterToolExecution a
BeforeWorkflowStage step_boundary s
BeforeStateWrite state_change s
BeforeWorkflowStage step_boundary p
BeforeWorkflowStage step_boundary p/q
ToolValidation p/q
BeforeToolExecution p/q
AfterToolExecution p/q
BeforeWorkflowStage step_boundary f
ToolValidation f
BeforeToolExecution f
AfterWorkflowStage step_boundary a
AfterStateWrite state_change s
WorkflowStageTransition state_change s
AfterWorkflowStage step_boundary s
WorkflowStageTransition parallel_fork p
AfterWorkflowStage step_boundary p/q
WorkflowStageTransition parallel_join p
AfterWorkflowStage step_boundary p
ToolError f
WorkflowStageTransition error_handling f
AfterWorkflowStage step_boundary f
WorkflowRollback rollback
WorkflowError error_handling
SystemShutdown
)");
  CHECK(hook.asked.find("BeforeEventEmit a\n") != std::string::npos);
  CHECK(hook.asked.find("AfterEventEmit a\n") != std::string::npos);
}

TEST_CASE("a hook that listens everywhere and says nothing changes nothing", "[sim][hooks]") {
  SimHook hook(every_point, silent());
  const PlayedOut played = play(hook);
  CHECK(played.outcome == play({}).outcome);
  CHECK(played.difference == "");
}

TEST_CASE("lower_priority_number_runs_first", "[sim][hooks]") {
  std::string order;
  const auto says = [&](std::string name) {
    return [&order, name](uint32_t, Value) {
      order += name;
      return Says{};
    };
  };
  const uint64_t before = bit(WEFT_AT_BEFORE_TOOL_EXECUTION);
  SimHook low(before, says("low ")), high(before, says("high ")), b(before, says("b ")),
      a(before, says("a "));
  play(
      {.hooks = {low.bound("low", 100), b.bound("b"), high.bound("high", INT32_MIN), a.bound("a")}},
      R"({"id":"x","steps":[{"id":"a","tool":"once","parameters":{"name":"a"}}]})");
  CHECK(order == "high a b low ");
}

TEST_CASE("slow_hook_opens_its_breaker_and_the_run_completes", "[sim][hooks]") {
  // It never answers: each of its calls is left after a second, and the third opens the breaker.
  SimHook hook(
      bit(WEFT_AT_BEFORE_TOOL_EXECUTION),
      [](uint32_t, Value) { return Says{.status = WEFT_PENDING}; }, WEFT_BLOCKING);
  const PlayedOut played = play(hook, R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}},
    {"id":"b","tool":"once","parameters":{"name":"b"}},
    {"id":"c","tool":"once","parameters":{"name":"c"}},
    {"id":"d","tool":"once","parameters":{"name":"d"}}]})");
  CHECK(played.outcome.starts_with("completed"));
  CHECK(played.calls.size() == 4);
  CHECK(played.calls[2].at - played.calls[0].at == 2 * second);
  CHECK(played.calls[3].at == played.calls[2].at);
  CHECK(hook.asked == "BeforeToolExecution a\nBeforeToolExecution b\nBeforeToolExecution c\n");
  CHECK_THAT(played.journal, ContainsSubstring("hook.bypassed a") &&
                                 ContainsSubstring("it did not answer in time") &&
                                 ContainsSubstring("its breaker is open"));
  CHECK(played.difference == "");
}

TEST_CASE("mandatory_hook_fails_closed", "[sim][hooks]") {
  SimHook hook(
      bit(WEFT_AT_BEFORE_TOOL_EXECUTION),
      [](uint32_t, Value) { return Says{.status = WEFT_PENDING}; }, WEFT_BLOCKING);
  const PlayedOut played = play({.hooks = {hook.bound("guard", 0, true)}});
  CHECK(played.outcome.starts_with("failed hook.unavailable in a"));
  CHECK(played.calls.empty());
  CHECK(played.difference == "");
}

TEST_CASE("a breaker is closed by two successes, and one failure meanwhile opens it again",
          "[sim][hooks]") {
  engine::Hooks::Entry entry;
  using Stage = engine::Hooks::Entry::Stage;
  for (int i = 0; i < 3; ++i) engine::Hooks::failed(entry, i * second);
  CHECK(entry.stage == Stage::open);
  CHECK_FALSE(engine::Hooks::admits(entry, 16 * second));
  CHECK(engine::Hooks::admits(entry, 17 * second));
  engine::Hooks::succeeded(entry);
  CHECK(entry.stage == Stage::half_open);
  engine::Hooks::failed(entry, 18 * second);
  CHECK(entry.stage == Stage::open);
  CHECK(engine::Hooks::admits(entry, 33 * second));
  engine::Hooks::succeeded(entry);
  engine::Hooks::succeeded(entry);
  CHECK(entry.stage == Stage::closed);
  engine::Hooks::failed(entry, 100 * second);
  engine::Hooks::failed(entry, 120 * second);
  engine::Hooks::failed(entry, 131 * second);  // not three within thirty seconds
  CHECK(entry.stage == Stage::closed);
  for (int i = 0; i < 3; ++i) engine::Hooks::was_slow(entry, 140 * second);
  CHECK(entry.stage == Stage::open);  // two slow calls are one failure more
}

TEST_CASE("redirect_works_at_branch_selection_and_on_error", "[sim][hooks]") {
  SECTION("another branch is taken") {
    SimHook hook(bit(WEFT_AT_STAGE_TRANSITION), [](uint32_t, Value about) {
      const bool chooses = about["phase"_k].as_text() == "branch_selection";
      return chooses ? Says{WEFT_VERDICT_REDIRECT, R"("no")"} : Says{};
    });
    const PlayedOut played = play(hook, R"({"id":"x","type":"conditional","branches":[
      {"id":"yes","condition":"true","tool":"once","parameters":{"name":"yes"}},
      {"id":"no","condition":"false","tool":"once","parameters":{"name":"no"}}]})");
    CHECK(played.outcome.starts_with("completed"));
    REQUIRE(played.calls.size() == 1);
    CHECK(played.calls[0].name == "no");
    CHECK(played.difference == "");
  }
  SECTION("a failure goes on at another step") {
    SimHook hook(bit(WEFT_AT_TOOL_ERROR),
                 at(WEFT_AT_TOOL_ERROR, {WEFT_VERDICT_REDIRECT, R"({"step":"c"})"}));
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"once","parameters":{"name":"a","do":"refuse"}},
      {"id":"b","tool":"once","parameters":{"name":"b"}},
      {"id":"c","tool":"once","parameters":{"name":"c"}}]})");
    CHECK(played.outcome.starts_with("partially_completed"));
    REQUIRE(played.calls.size() == 2);
    CHECK(played.calls[1].name == "c");
    CHECK_THAT(played.outcome, ContainsSubstring("b skipped"));
    CHECK(played.difference == "");
  }
  SECTION("a failure takes the alternative at once") {
    SimHook hook(bit(WEFT_AT_TOOL_ERROR),
                 at(WEFT_AT_TOOL_ERROR, {WEFT_VERDICT_REDIRECT, R"({"tool":"read"})"}));
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"pure","parameters":{"name":"a","do":"fail","times":1},"retry":5,
       "alternative":{"tool":"read","parameters":{"name":"other"}}}]})");
    CHECK(played.outcome.starts_with("completed"));
    REQUIRE(played.calls.size() == 2);
    CHECK(played.calls[1].name == "other");
    CHECK(played.difference == "");
  }
  SECTION("a target that is nowhere is an illegal result, and the failure stands") {
    SimHook hook(bit(WEFT_AT_TOOL_ERROR),
                 at(WEFT_AT_TOOL_ERROR, {WEFT_VERDICT_REDIRECT, R"("nowhere")"}));
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"once","parameters":{"name":"a","do":"refuse"}}]})");
    CHECK(played.outcome.starts_with("failed tool.failed in a"));
    CHECK_THAT(played.journal, ContainsSubstring("hook.illegal_result"));
    CHECK(played.difference == "");
  }
}

TEST_CASE("a step may be left for one that comes later", "[sim][hooks]") {
  SimHook hook(bit(WEFT_AT_BEFORE_STAGE),
               at(WEFT_AT_BEFORE_STAGE, {WEFT_VERDICT_REDIRECT, R"("c")"}, "a"));
  const PlayedOut played = play(hook, R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}},
    {"id":"b","tool":"once","parameters":{"name":"b"}},
    {"id":"c","tool":"once","parameters":{"name":"c"}}]})");
  CHECK(played.outcome.starts_with("completed"));
  REQUIRE(played.calls.size() == 1);
  CHECK(played.calls[0].name == "c");
  CHECK(played.difference == "");
}

TEST_CASE("illegal_result_is_reported", "[sim][hooks]") {
  SECTION("before a call it stops the call") {
    SimHook hook(bit(WEFT_AT_BEFORE_TOOL_EXECUTION),
                 at(WEFT_AT_BEFORE_TOOL_EXECUTION, {WEFT_VERDICT_RETRY}));
    const PlayedOut played = play(hook);
    CHECK(played.outcome.starts_with("failed hook.illegal_result in a"));
    CHECK(played.calls.empty());
    CHECK(played.difference == "");
  }
  SECTION("where the fact is done it is an event") {
    SimHook hook(bit(WEFT_AT_AFTER_STAGE), at(WEFT_AT_AFTER_STAGE, {WEFT_VERDICT_REPLACE, "1"}));
    const PlayedOut played = play(hook);
    CHECK(played.outcome.starts_with("completed"));
    CHECK_THAT(played.journal,
               ContainsSubstring("hook.executed a") && ContainsSubstring("hook.illegal_result"));
    CHECK(played.difference == "");
  }
}

TEST_CASE("hook_retry_cannot_break_an_effect_contract", "[sim][hooks]") {
  const Says again{WEFT_VERDICT_RETRY, R"({"delay":"2s","max_attempts":3})"};
  SimHook hook(bit(WEFT_AT_TOOL_ERROR), at(WEFT_AT_TOOL_ERROR, again));
  SECTION("what must not run twice does not") {
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"once","parameters":{"name":"a","do":"refuse","times":1}}]})");
    CHECK(played.outcome.starts_with("failed tool.failed in a"));
    CHECK(played.calls.size() == 1);
    CHECK_THAT(played.journal, ContainsSubstring("hook.illegal_result"));
    CHECK(played.difference == "");
  }
  SECTION("what may run twice is tried again after the delay, though it has no policy") {
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"pure","parameters":{"name":"a","do":"refuse","times":2}}]})");
    CHECK(played.outcome.starts_with("completed"));
    REQUIRE(played.calls.size() == 3);
    CHECK(played.calls[1].at - played.calls[0].at == 2 * second);
    CHECK(played.difference == "");
  }
  SECTION("and not more often than the hook says") {
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"pure","parameters":{"name":"a","do":"refuse"}}]})");
    CHECK(played.outcome.starts_with("failed tool.failed in a"));
    CHECK(played.calls.size() == 3);
  }
}

TEST_CASE("results and failures can be replaced behind a call", "[sim][hooks]") {
  SECTION("a result") {
    SimHook hook(bit(WEFT_AT_AFTER_TOOL_EXECUTION),
                 at(WEFT_AT_AFTER_TOOL_EXECUTION, {WEFT_VERDICT_MODIFIED, "[1]"}, "a"));
    const PlayedOut played = play(hook);
    CHECK_THAT(played.outcome, ContainsSubstring(R"({"name":"b","value":[1]})"));
    CHECK(played.difference == "");
  }
  SECTION("a failure") {
    SimHook hook(bit(WEFT_AT_TOOL_ERROR),
                 at(WEFT_AT_TOOL_ERROR, {WEFT_VERDICT_REPLACE, R"("instead")"}));
    const PlayedOut played = play(hook, R"({"id":"x","steps":[
      {"id":"a","tool":"once","parameters":{"name":"a","do":"refuse"}}]})");
    CHECK(played.outcome.starts_with("completed \"instead\""));
    CHECK(played.difference == "");
  }
}

TEST_CASE("a result that a hook keeps serves the next call, until it is too old", "[sim][hooks]") {
  const Says keep{WEFT_VERDICT_CACHE, R"({"ttl":"10s"})"};
  SimHook hook(bit(WEFT_AT_BEFORE_TOOL_EXECUTION) | bit(WEFT_AT_AFTER_TOOL_EXECUTION),
               [&](uint32_t, Value) { return keep; });
  const PlayedOut played = play(hook, R"({"id":"x","steps":[
    {"id":"a","tool":"read","parameters":{"name":"same"}},
    {"id":"v","wait":"1s"},
    {"id":"b","tool":"read","parameters":{"name":"same"}},
    {"id":"w","wait":"11s"},
    {"id":"c","tool":"read","parameters":{"name":"same"}}]})");
  CHECK(played.outcome.starts_with("completed"));
  CHECK(played.calls.size() == 2);
  CHECK(played.difference == "");
}

TEST_CASE("a result of what has an effect is not kept", "[sim][hooks]") {
  SimHook hook(bit(WEFT_AT_AFTER_TOOL_EXECUTION),
               at(WEFT_AT_AFTER_TOOL_EXECUTION, {WEFT_VERDICT_CACHE}));
  const PlayedOut played = play(hook);
  CHECK(played.outcome.starts_with("completed"));
  CHECK_THAT(played.journal, ContainsSubstring("a call that has an effect"));
}

}  // namespace
}  // namespace weft::tests
