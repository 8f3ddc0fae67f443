// Loops and parallel blocks under every seed, and with a process that ends at any commit.
#include <cstdlib>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

uint64_t runs() {
  const char* more = std::getenv("WEFT_SIM_RUNS");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 100;
}

// Branches that take some time, in branches, in a loop.
constexpr std::string_view nested = R"({"id":"nested","type":"loop","for":[1,2,3],"body":
  {"id":"outer","type":"parallel","max_concurrency":1,"branches":[
    {"id":"left","type":"parallel","max_concurrency":1,"branches":[
      {"id":"l1","tool":"idem",
       "parameters":{"name":"l1","do":"later","ms":3,"value":"{{loop.value}}"}},
      {"id":"l2","tool":"slow","parameters":{"name":"l2","value":"{{loop.index}}"}}]},
    {"id":"right","required":true,"type":"sequential","steps":[
      {"id":"r1","tool":"pure","parameters":{"name":"r1","do":"later","ms":1}},
      {"id":"r2","tool":"idem",
       "parameters":{"name":"r2","value":"{{r1.name}} {{loop.number}}"}}]}]}})";
constexpr std::string_view several = R"({"id":"several","type":"loop","iterator":{"count":7},
  "concurrency":3,"aggregation":{"reduce":"loop.accumulated + loop.result.value","initial":0},
  "steps":[{"id":"a","tool":"idem","parameters":{"name":"a{{loop.index}}","value":"{{loop.index}}",
                                                "do":"later","ms":"{{7 - loop.index}}"}}]})";
constexpr std::string_view long_one = R"({"id":"long","type":"loop","iterator":{"count":150},
  "body":{"id":"a","tool":"idem","parameters":{"name":"a","value":"{{loop.index}}"}}})";
constexpr std::string_view delayed = R"({"id":"delayed","type":"loop","iterator":{"count":3},
  "iteration_delay":"2s","iteration_timeout":"5s","continue_on_error":true,"body":
  {"id":"a","tool":"idem","parameters":{"name":"a{{loop.index}}","value":"{{loop.index}}"}}})";
constexpr std::string_view first = R"({"id":"first","type":"parallel","aggregation":"first_success",
  "branches":[{"id":"a","tool":"idem","parameters":{"name":"a","do":"hang"}},
              {"id":"b","tool":"idem","parameters":{"name":"b","do":"later","ms":2}},
              {"id":"c","required":true,"tool":"idem",
               "parameters":{"name":"c","do":"later","ms":5}}]})";
constexpr std::string_view timed = R"({"id":"timed","type":"parallel","timeout":"20ms",
  "error_mode":"best_effort","aggregation":{"partial_success":1},"branches":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"later","ms":3}},
    {"id":"b","timeout":"5ms","tool":"idem","parameters":{"name":"b","do":"hang"}},
    {"id":"c","tool":"idem","parameters":{"name":"c","do":"hang"}}]})";
// Two instances are enough, when a third is at its last step and others are before it.
constexpr std::string_view hedged = R"({"id":"hedged","type":"foreach","n":6,"concurrency":4,
  "join":{"n":2,"cancel_rest":true},"steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a{{loop.index}}","do":"later",
                                          "ms":"{{3 * loop.index + 1}}"}},
    {"id":"b","tool":"idem","parameters":{"name":"b{{loop.index}}","do":"later","ms":4}}]})";
// Both sides run again and again, one faster than the other; pairs are made as they come.
constexpr std::string_view counted = R"({"id":"counted","type":"dag",
  "variables":{"left":{"type":"integer","default":0},"right":{"type":"integer","default":0},
               "pairs":{"type":"integer","default":0}},
  "steps":[
    {"id":"l","tool":"idem","parameters":{"name":"l","do":"later","ms":3}},
    {"id":"ln","set":{"left":"{{left + 1}}"},"depends_on":"l"},
    {"id":"r","tool":"slow","parameters":{"name":"r"}},
    {"id":"rn","set":{"right":"{{right + 1}}"},"depends_on":"r"},
    {"id":"pair","set":{"pairs":"{{pairs + 1}}"},"join":"counting","depends_on":["ln","rn"]}],
  "transitions":[{"type":"goto","from":"ln","to":"l","condition":"left < 4"},
                 {"type":"goto","from":"rn","to":"r","condition":"right < 3"}],
  "output":"{{pairs}} {{left}} {{right}}"})";
// What leads back may still reach the last step, so it waits for all rounds.
constexpr std::string_view general = R"({"id":"general","type":"dag",
  "variables":{"rounds":{"type":"integer","default":0}},
  "steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a","do":"later","ms":1}},
    {"id":"b","tool":"idem","parameters":{"name":"b","do":"later","ms":3}},
    {"id":"c","tool":"slow","parameters":{"name":"c"}},
    {"id":"n","set":{"rounds":"{{rounds + 1}}"},"depends_on":"b"},
    {"id":"d","tool":"idem","parameters":{"name":"d","value":"{{rounds}}"},"join":"general"}],
  "transitions":[{"from":"a","to":"b"},{"from":"a","to":"c"},
                 {"type":"goto","from":"n","to":"b","condition":"rounds < 3"},
                 {"type":"otherwise","from":"n","to":"d"},{"from":"c","to":"d"}]})";
// It waits for a variable, for a result and, in vain, for what nobody says any more.
constexpr std::string_view enabled = R"({"id":"enabled","type":"dag","error_strategy":"continue",
  "variables":{"sum":{"type":"integer","default":0}},
  "steps":[
    {"id":"x","tool":"idem","parameters":{"name":"x"},"when_enabled":"sum > 2"},
    {"id":"y","tool":"idem","parameters":{"name":"y","value":"{{x.name}}"},
     "when_enabled":"w.name == 'w'"},
    {"id":"v","tool":"slow","parameters":{"name":"v"}},
    {"id":"s","set":{"sum":"{{sum + 3}}"},"depends_on":"v"},
    {"id":"w","tool":"idem","parameters":{"name":"w","do":"later","ms":9}},
    {"id":"z","tool":"idem","parameters":{"name":"z"},"when_enabled":"w.name == 'x'"}]})";
// Branches beside each other, in rounds: each waits for its own, and has its own variables.
constexpr std::string_view meeting = R"({"id":"meeting","type":"loop","for":[1,2],"concurrency":2,
  "variables":{"seen":{"type":"integer","default":0}},"merge":"last_writer","body":
  {"id":"round","type":"dag","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a{{loop.value}}"},"when_enabled":"seen > 0"},
    {"id":"b","tool":"idem","parameters":{"name":"b","value":"{{loop.value}}","do":"later",
                                          "ms":"{{3 * loop.value}}"}},
    {"id":"c","set":{"seen":"{{b.value}}"},"depends_on":"b"}]}})";
constexpr std::string_view all[] = {nested,  several, delayed, first,  timed,
                                    counted, general, enabled, meeting};

std::string play(const SimWorld::Plan& plan, uint64_t seed, uint64_t* commits = nullptr) {
  SimWorld world({.seed = seed, .has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(world.store.broken_rule == "");
  if (commits != nullptr) *commits = world.store.commits;
  return tell(ticket->report);
}

// A run whose process ends after each of its commits, one time for each.
void crash_everywhere(SimPlans& plans, std::string_view definition) {
  const auto plan = plans.build(definition);
  uint64_t commits = 0;
  const std::string whole = play(plan, 1, &commits);
  for (uint64_t k = 1; k < commits; ++k) {
    INFO("crash at commit " << k << " of " << commits << "\n" << definition);
    SimWorld world({.seed = 1, .has_sink = false});
    world.submit(plan);
    while (world.store.commits < k && world.step()) {
    }
    world.crash();
    const auto ticket = world.resume(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    REQUIRE(tell(ticket->report) == whole);
    REQUIRE(world.store.broken_rule == "");
  }
}

}  // namespace

TEST_CASE("nested_parallel_with_one_permit_finishes", "[sim][parallel]") {
  SimPlans plans;
  const auto plan = plans.build(nested);
  const std::string once = play(plan, 1);
  CHECK(once.starts_with("completed"));
  for (uint64_t seed = 2; seed <= runs(); ++seed) {
    INFO("seed " << seed);
    REQUIRE(play(plan, seed) == once);
  }
}

TEST_CASE("max_concurrency_is_never_exceeded", "[sim][parallel]") {
  SimPlans plans;
  std::string text = R"({"id":"wide","type":"parallel","max_concurrency":3,"branches":[)";
  for (int i = 0; i < 12; ++i) {
    const std::string id = "b" + std::to_string(i);
    text += i > 0 ? "," : "";
    text += R"({"id":")" + id + R"(","tool":"idem","parameters":{"name":")" + id;
    text += R"(","do":"later","ms":)" + std::to_string(1 + i * 7 % 5) + "}}";
  }
  const auto plan = plans.build(text + "]}");
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    INFO("seed " << seed);
    SimWorld world({.seed = seed});
    const auto ticket = world.submit(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    int running = 0, most = 0;
    for (const std::string& line : world.sink.lines) {
      if (line.find("workflow.step.started") != std::string::npos) ++running;
      if (line.find("workflow.step.succeeded") != std::string::npos) --running;
      most = std::max(most, running);
    }
    REQUIRE(most == 3);
    REQUIRE(running == 0);
  }
}

// Which of them are in first is a matter of time, which a process that ends changes.
TEST_CASE("what is cancelled once enough instances are in leaves no result, wherever it ended",
          "[sim][loop]") {
  SimPlans plans;
  const auto plan = plans.build(hedged);
  uint64_t commits = 0;
  play(plan, 1, &commits);
  for (uint64_t k = 0; k < commits; ++k) {
    INFO("crash at commit " << k << " of " << commits);
    SimWorld world({.seed = 1 + k, .has_sink = false});
    auto ticket = world.submit(plan);
    while (world.store.commits < k && world.step()) {
    }
    if (k > 0) {
      world.crash();
      ticket = world.resume(plan);
    }
    world.settle();
    REQUIRE(ticket->is_done);
    const std::string told = tell(ticket->report);
    INFO(told);
    CHECK(ticket->report.status == state::RunStatus::completed);
    const Value results = ticket->report.outcome.view();
    CHECK(results.size() >= 2);
    CHECK(results.size() < 6);
    for (const Value one : results) CHECK(one["name"_k].as_text().front() == 'b');
    CHECK(told.find("cancelled") != std::string::npos);
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("loop_resumes_at_the_next_iteration", "[sim][loop]") {
  SimPlans plans;
  const auto plan = plans.build(long_one);
  const std::string whole = play(plan, 1);
  for (const uint64_t k : {3U, 70U, 131U, 149U}) {
    SimWorld world({.has_sink = false});
    world.submit(plan);
    while (world.store.commits < k && world.step()) {
    }
    const auto before = world.tools.calls.size();
    world.crash();
    const auto ticket = world.resume(plan);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report) == whole);
    // What was under way is done again, what was recorded is not.
    CHECK(world.tools.calls.size() <= 151);
    CHECK(world.tools.calls.size() >= std::max<size_t>(before, 150));
  }
}

TEST_CASE("loops and branches end the same wherever the process ended", "[sim]") {
  SimPlans plans;
  for (const std::string_view definition : all) crash_everywhere(plans, definition);
}

TEST_CASE("loops and branches end the same under every seed", "[sim]") {
  SimPlans plans;
  for (const std::string_view definition : all) {
    const auto plan = plans.build(definition);
    const std::string once = play(plan, 1);
    INFO(definition << "\n" << once);
    for (uint64_t seed = 2; seed <= runs(); ++seed) REQUIRE(play(plan, seed) == once);
  }
}

}  // namespace weft::tests
