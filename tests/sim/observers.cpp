// Hooks that speak up before and after calls, and sinks that are too slow.
#include "catch.hpp"

#include <weft/draft/hook.h>

#include "base/json.hpp"
#include "sim_play.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

// A hook whose answer before a call is given, and which writes down what it is asked.
struct SimHook {
  explicit SimHook(uint32_t the_verdict, std::string_view the_value = {}) : verdict(the_verdict) {
    table.size = sizeof table;
    table.points = uint64_t{1} << WEFT_AT_BEFORE_TOOL_EXECUTION |
                   uint64_t{1} << WEFT_AT_AFTER_TOOL_EXECUTION | uint64_t{1} << WEFT_AT_TOOL_ERROR;
    table.on = on;
    if (!the_value.empty()) value = *base::parse_json(the_value, memory.arena());
  }
  SimHook(const SimHook&) = delete;
  SimHook& operator=(const SimHook&) = delete;
  static weft_status on(void* self, uint32_t point, const weft_call*, weft_val subject,
                        weft_out* out) noexcept {
    auto& hook = *static_cast<SimHook*>(self);
    const Value about(subject);
    hook.asked += std::to_string(point) + ' ' + std::string(about["step"_k].as_text()) + ' ' +
                  std::string(about["tool"_k].as_text()) + '\n';
    if (point != WEFT_AT_BEFORE_TOOL_EXECUTION || about["step"_k].as_text() != "a") return WEFT_OK;
    if (hook.fails) return WEFT_FAILED;
    out->flags = hook.verdict;
    if (hook.value.exists()) out->val = hook.value.raw();
    return WEFT_OK;
  }
  engine::Listener bound() {
    engine::Listener hook;
    hook.bound.table = &table;
    hook.bound.self = this;
    return hook;
  }

  base::Blocks memory;
  weft_hook table{};
  uint32_t verdict;
  Value value;
  bool fails = false;
  std::string asked;
};

constexpr std::string_view two_steps = R"({"id":"x","steps":[
  {"id":"a","tool":"once","parameters":{"name":"a","value":1}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}}]})";

PlayedOut play(std::vector<SimHook*> hooks, std::string_view definition = two_steps) {
  SimWorld::Setup setup;
  for (SimHook* hook : hooks) setup.hooks.push_back(hook->bound());
  return play_out(std::move(setup), definition);
}

TEST_CASE("a hook that says nothing is asked before and behind each call", "[sim]") {
  SimHook hook(WEFT_VERDICT_CONTINUE);
  const PlayedOut played = play({&hook});
  CHECK(played.outcome.starts_with("completed"));
  CHECK(hook.asked == "9 a once\n10 a once\n9 b once\n10 b once\n");
}

TEST_CASE("a hook that cancels fails the step with its reason, uncalled", "[sim]") {
  SimHook hook(WEFT_VERDICT_CANCEL, R"("not on a Friday")");
  const PlayedOut played = play({&hook});
  CHECK(played.outcome.starts_with("failed hook.cancelled in a"));
  CHECK_THAT(played.journal, ContainsSubstring("not on a Friday"));
  CHECK(played.calls.empty());
  CHECK(hook.asked == "9 a once\n12 a once\n");
}

TEST_CASE("a hook that fails refuses the call", "[sim]") {
  SimHook hook(WEFT_VERDICT_CONTINUE);
  hook.fails = true;
  const PlayedOut played = play({&hook});
  CHECK(played.outcome.starts_with("failed hook.cancelled in a"));
  CHECK(played.calls.empty());
}

TEST_CASE("a hook that modifies changes the arguments, and the journal has the changed ones",
          "[sim]") {
  SimHook hook(WEFT_VERDICT_MODIFIED, R"({"name":"changed","value":"by a hook, at length"})");
  const PlayedOut played = play({&hook});
  CHECK_THAT(played.outcome, ContainsSubstring("by a hook, at length"));
  REQUIRE(played.calls.size() == 2);
  CHECK(played.calls[0].name == "changed");
  CHECK_THAT(played.journal, ContainsSubstring("step.started a 1 {\"name\":\"changed\""));
}

TEST_CASE("a value without a verdict means that the arguments are modified", "[sim]") {
  SimHook hook(WEFT_VERDICT_CONTINUE, R"({"name":"changed"})");
  CHECK(play({&hook}).calls.front().name == "changed");
}

TEST_CASE("a hook that replaces gives the result, uncalled", "[sim]") {
  SimHook hook(WEFT_VERDICT_REPLACE, R"({"value":"from a hook"})");
  const PlayedOut played = play({&hook});
  CHECK(played.outcome.starts_with("completed"));
  CHECK_THAT(played.outcome, ContainsSubstring(R"({"name":"b","value":{"value":"from a hook"}})"));
  REQUIRE(played.calls.size() == 1);
  CHECK(played.calls[0].name == "b");
}

TEST_CASE("a hook that skips skips the step with its reason", "[sim]") {
  SimHook hook(WEFT_VERDICT_SKIPPED, R"("not needed today")");
  const PlayedOut played = play({&hook}, R"({"id":"x","steps":[
    {"id":"a","tool":"once","parameters":{"name":"a"}},
    {"id":"b","tool":"once","parameters":{"name":"b"}}]})");
  CHECK(played.outcome.starts_with("completed"));
  CHECK_THAT(played.journal, ContainsSubstring("step.skipped a 1 \"not needed today\""));
  CHECK(played.calls.size() == 1);
}

TEST_CASE("a verdict that is not legal before a call fails the step as a fault", "[sim]") {
  SimHook hook(WEFT_VERDICT_FORK);
  CHECK(play({&hook}).outcome.starts_with("failed hook.illegal_result in a"));
}

TEST_CASE("hooks are asked in order, each with what the one before it made", "[sim]") {
  SimHook first(WEFT_VERDICT_MODIFIED, R"({"name":"first"})");
  SimHook second(WEFT_VERDICT_REPLACE, R"({"value":"second"})");
  SimHook third(WEFT_VERDICT_CANCEL);
  const PlayedOut played = play({&first, &second, &third});
  CHECK(played.outcome.starts_with("completed"));
  CHECK_THAT(played.journal, ContainsSubstring("step.started b"));
  CHECK(third.asked == "9 b once\n10 b once\n");
}

// As many events as fill the queue of a sink and more.
std::string wide_definition(uint32_t steps) {
  std::string text = R"({"id":"wide","durability":"none","type":"dag","steps":[)";
  for (uint32_t i = 0; i < steps; ++i) {
    text += i > 0 ? "," : "";
    text += R"({"id":"s)" + std::to_string(i) + R"(","tool":"pure","parameters":{"name":"wide"}})";
  }
  return text + "]}";
}

// It is told what it lost meanwhile.
TEST_CASE("slow_sink_does_not_delay_a_run", "[sim]") {
  SimPlans plans;
  SimWorld world({});
  world.sink.writes = false;
  const auto wide = plans.build(wide_definition(1000));
  uint64_t sum = 0;
  const int64_t began = world.env.now();
  for (uint32_t i = 0; i < 40; ++i) {
    const auto ticket = world.submit(wide, "wide-" + std::to_string(i));
    while (world.engine->turn()) {
    }
    REQUIRE(ticket->is_done);  // although the sink has not had its turn
    sum += 2 + 2 * 1000 + 2;
  }
  CHECK(world.env.now() == began);
  CHECK(world.sink.seen == 0);
  world.settle();
  CHECK(world.sink.dropped > 0);
  CHECK(world.sink.seen + world.sink.dropped == sum);
}

TEST_CASE("what a sink has in hand stays readable when its queue overflows meanwhile", "[sim]") {
  SimPlans plans;
  SimWorld world({});
  const auto small = plans.build(R"({"id":"small","durability":"none","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":"some text of some length"}}]})");
  const auto wide = plans.build(wide_definition(1000));
  bool was_called = false;
  world.sink.on_consume = [&] {
    if (std::exchange(was_called, true)) return;
    // Another thread decides on while this one reads.
    for (uint32_t i = 0; i < 40; ++i) {
      world.submit(wide, "wide-" + std::to_string(i));
      while (world.engine->turn()) {
      }
    }
  };
  world.submit(small, "small");
  while (world.engine->turn()) {
  }
  REQUIRE(world.env.run_one());
  REQUIRE(was_called);
  REQUIRE(world.sink.lines.size() > 4);
  CHECK_THAT(world.sink.lines[3],
             ContainsSubstring("small") && ContainsSubstring("some text of some length"));
  CHECK(world.sink.dropped > 0);
}

}  // namespace
}  // namespace weft::tests
