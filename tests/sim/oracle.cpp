// The engine against the reference: random flows, random trouble, and the smallest that differs.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "catch.hpp"
#include "draw.hpp"
#include "shrink.hpp"
#include "trial.hpp"

namespace weft::tests {
namespace {

constexpr uint64_t troubles_per_flow = 20;

uint64_t number(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// A trial that fails, as small as it gets, in words.
std::string smallest(SimPlans& plans, const Trial& trial, WrongRules wrong = {}) {
  const auto tell = [&](const Trial& t) -> std::string {
    try {
      return difference(plans.build(to_json(t.flow)), t, wrong);
    } catch (const std::runtime_error&) {
      return {};  // what was left out made it no definition
    }
  };
  const Trial small = shrink(trial, [&](const Trial& t) { return !tell(t).empty(); });
  return to_json(small.flow) + "\n" + to_text(small.trouble) + "\n" + tell(small);
}

void print(const Tally& t) {
  std::printf(
      "%llu runs in %llu processes, %llu crashes, %llu jumps of the clock, %llu attempts again, "
      "%llu alternatives, %llu waits, %llu doubts; %llu completed, %llu partially, %llu failed, "
      "%llu "
      "cancelled; "
      "%llu free choices\n",
      static_cast<unsigned long long>(t.runs), static_cast<unsigned long long>(t.processes),
      static_cast<unsigned long long>(t.crashes), static_cast<unsigned long long>(t.jumps),
      static_cast<unsigned long long>(t.retries), static_cast<unsigned long long>(t.diverted),
      static_cast<unsigned long long>(t.waits), static_cast<unsigned long long>(t.doubts),
      static_cast<unsigned long long>(t.completed), static_cast<unsigned long long>(t.partial),
      static_cast<unsigned long long>(t.failed), static_cast<unsigned long long>(t.cancelled),
      static_cast<unsigned long long>(t.choices));
}

// The first trial of which a reference with a mistake says something else, made small.
struct Caught {
  uint64_t runs = 0;
  Trial smallest;
};

Caught catch_mistake(SimPlans& plans, WrongRules wrong) {
  const auto differs = [&](const Trial& t) {
    try {
      return !difference(plans.build(to_json(t.flow)), t, wrong).empty();
    } catch (const std::runtime_error&) {
      return false;
    }
  };
  Caught caught;
  for (uint64_t seed = 1; seed < 10'000; ++seed) {
    Draw draw(seed);
    Trial trial;
    trial.flow = draw.flow({});
    trial.trouble = draw.trouble(trial.flow);
    ++caught.runs;
    if (!differs(trial)) continue;
    caught.smallest = shrink(trial, differs);
    return caught;
  }
  return caught;
}

TEST_CASE("a mistake about skipped steps is found and shrunk to two steps", "[sim]") {
  SimPlans plans;
  const Caught caught = catch_mistake(plans, {.skips_stay = true});
  INFO(to_json(caught.smallest.flow) << to_text(caught.smallest.trouble));
  CHECK(caught.runs < 1000);
  CHECK(count_steps(caught.smallest.flow.root) == 2);
  CHECK(caught.smallest.flow.root.kind == Step::Kind::dag);
  CHECK(caught.smallest.trouble.table.empty());
  CHECK(caught.smallest.trouble.crashes.empty());
  CHECK(caught.smallest.trouble.wall_jumps.empty());
}

TEST_CASE("a mistake about back-off is found and shrunk to one step that fails twice", "[sim]") {
  SimPlans plans;
  const Caught caught = catch_mistake(plans, {.backs_off_once = true});
  INFO(to_json(caught.smallest.flow) << to_text(caught.smallest.trouble));
  CHECK(caught.runs < 1000);
  REQUIRE(count_steps(caught.smallest.flow.root) == 1);
  CHECK(caught.smallest.flow.root.steps[0].retry);
  REQUIRE(caught.smallest.trouble.table.size() == 1);
  CHECK(caught.smallest.trouble.table.begin()->second.size() == 2);
  CHECK(caught.smallest.trouble.crashes.empty());
}

// Trials that once came to something else.

Step tool_step(const char* id, const char* tool) {
  Step step;
  step.id = id;
  step.tool = tool;
  return step;
}

TEST_CASE("a block that is asked to end as its last step ends has the result of that step",
          "[sim]") {
  Trial trial;
  trial.flow.root.kind = Step::Kind::dag;
  trial.flow.root.timeout_ms = 0;
  // Two of them, so that what each hears does not come in one piece.
  for (const char* id : {"a", "b"}) {
    Step last = tool_step(id, "slow_once"), inner, outer;
    last.id += "_last";
    last.on_error = OnError::proceed;
    inner.id = std::string(id) + "_inner";
    outer.id = id;
    inner.kind = outer.kind = Step::Kind::sequential;
    inner.steps = {last};
    outer.steps = {inner};
    trial.flow.root.steps.push_back(outer);
  }
  trial.flow.root.steps.push_back(tool_step("beside", "once"));
  trial.trouble.crashes = {{Crash::When::at_commit, 1}};
  trial.trouble.calls_again = false;
  SimPlans plans;
  const auto plan = plans.build(to_json(trial.flow));
  CHECK(difference(plan, trial) == "");
  const Answer answer = play(plan, trial).answer;
  CHECK(answer.steps.at("a").status == "succeeded");
  CHECK(answer.steps.at("b").status == "succeeded");
}

TEST_CASE("a run whose clock was set back between two processes tells no time twice", "[sim]") {
  Trial trial;
  Step step = tool_step("a", "idem");
  step.retry = Retry{.attempts = 3};
  trial.flow.root.kind = Step::Kind::sequential;
  trial.flow.root.timeout_ms = 0;
  trial.flow.root.steps = {step};
  trial.trouble.table["a"] = {{SimHow::fail, 5}, {SimHow::fail, 5}};
  trial.trouble.wall_jumps = {{2'000'000, -3'600'000'000'000}};
  trial.trouble.crashes = {{Crash::When::at_time, 1, 3'000'000, 0}};
  SimPlans plans;
  const auto plan = plans.build(to_json(trial.flow));
  CHECK(difference(plan, trial) == "");
  const Played played = play(plan, trial);
  CHECK(played.lives.size() == 2);
  CHECK(std::is_sorted(played.facts.begin(), played.facts.end(),
                       [](const Fact& a, const Fact& b) { return a.tick < b.tick; }));
}

TEST_CASE("whatever goes wrong, a run comes to what the documents say", "[sim][oracle]") {
  SimPlans plans;
  Tally tally;
  const uint64_t runs = number("WEFT_SIM_RUNS", 100'000);
  for (uint64_t seed = number("WEFT_SIM_SEED", 1); tally.runs < runs; ++seed) {
    Draw draw(seed);
    Trial trial;
    trial.flow = draw.flow({});
    const auto plan = plans.build(to_json(trial.flow));
    for (uint64_t i = 0; i < troubles_per_flow; ++i) {
      trial.trouble = draw.trouble(trial.flow);
      if (difference(plan, trial, {}, &tally).empty()) continue;
      FAIL("seed " << seed << ", trouble " << i << ", the smallest that differs:\n"
                   << smallest(plans, trial));
    }
  }
  print(tally);
  CHECK(tally.crashes > runs / 4);
  CHECK(tally.completed > runs / 10);
  CHECK(tally.failed > runs / 10);
  CHECK(tally.cancelled > runs / 100);
  CHECK(tally.doubts > runs / 50);
  CHECK(tally.diverted > runs / 50);
  CHECK(tally.waits > runs / 10);
}

}  // namespace
}  // namespace weft::tests
