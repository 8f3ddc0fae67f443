// What hooks see of what is secret, what waits for a run that hooks have not let begin yet, and
// what is kept of events that hooks change.
#include <malloc.h>

#include <algorithm>

#include "base/json.hpp"
#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Says = SimHook::Says;

constexpr uint64_t bit(uint32_t point) { return uint64_t{1} << point; }

constexpr std::string_view secretive = R"({"id":"x","steps":[
  {"id":"a","tool":"once","parameters":{"name":"a","value":{"password":"hunter2","n":[1,{
    "token":"t0p"}]}}}]})";

struct Seen {
  std::string data, outcome;
};

// Played with a hook that answers so of what it sees.
Seen played(uint32_t point, bool sees_secrets, const std::function<Says(std::string)>& answer,
            uint32_t flags = 0) {
  SimPlans plans;
  Seen seen;
  SimHook hook(
      bit(point),
      [&](uint32_t, Value about) {
        seen.data = base::json_text(about["data"_k]);
        return answer(seen.data);
      },
      flags);
  engine::Listener listener = hook.bound();
  listener.sees_secrets = sees_secrets;
  SimWorld world({.hooks = {listener}});
  const auto ticket = world.submit(plans.build(secretive));
  world.settle();
  REQUIRE(ticket->is_done);
  seen.outcome = tell(ticket->report);
  seen.outcome.resize(seen.outcome.find('\n'));
  return seen;
}

Says go_on(const std::string&) { return {}; }

TEST_CASE("hooks see what is secret only if they are granted it", "[sim][hooks]") {
  for (const uint32_t point :
       {uint32_t{WEFT_AT_BEFORE_TOOL_EXECUTION}, uint32_t{WEFT_AT_AFTER_TOOL_EXECUTION},
        uint32_t{WEFT_AT_AFTER_STAGE}}) {
    for (const uint32_t flags : {0U, uint32_t{WEFT_BLOCKING}}) {
      const Seen granted = played(point, true, go_on, flags);
      CHECK_THAT(granted.data, ContainsSubstring("hunter2") && ContainsSubstring("t0p"));
      const Seen hidden = played(point, false, go_on, flags);
      CHECK_THAT(hidden.data, ContainsSubstring("redacted:password") &&
                                  ContainsSubstring("redacted:token") &&
                                  !ContainsSubstring("hunter2") && !ContainsSubstring("t0p"));
      CHECK(hidden.outcome == granted.outcome);
      CHECK_THAT(hidden.outcome, ContainsSubstring("hunter2"));
    }
  }
}

TEST_CASE("what a hook leaves as it was hidden from it keeps its value", "[sim][hooks]") {
  for (const uint32_t point :
       {uint32_t{WEFT_AT_BEFORE_TOOL_EXECUTION}, uint32_t{WEFT_AT_AFTER_TOOL_EXECUTION}}) {
    const Seen changed = played(point, false, [](std::string data) {
      data.replace(data.find("[1,"), 3, "[2,");
      return Says{WEFT_VERDICT_MODIFIED, data};
    });
    CHECK(changed.outcome == R"(completed {"name":"a","value":{"password":"hunter2",)"
                             R"("n":[2,{"token":"t0p"}]}})");
    const Seen replaced = played(point, false, [](std::string) {
      return Says{WEFT_VERDICT_MODIFIED, R"({"name":"a","value":{"password":"other"}})"};
    });
    CHECK(replaced.outcome == R"(completed {"name":"a","value":{"password":"other"}})");
  }
}

// --- before a run begins

struct Early {
  std::string outcome;
  size_t calls;
};

// Somebody speaks to a run whose hook has not answered yet.
Early early(std::string_view message, Says says) {
  SimPlans plans;
  SimHook hook(
      bit(WEFT_AT_BEFORE_WORKFLOW_START), [=](uint32_t, Value) { return says; }, WEFT_BLOCKING);
  SimWorld world({.hooks = {hook.bound()}});
  const auto ticket = world.submit(plans.build(R"({"id":"x","steps":[
    {"id":"w","wait":{"signal":"go"}},
    {"id":"a","tool":"once","parameters":{"name":"a","value":"{{w.of}}"}}]})"));
  REQUIRE(world.engine->turn());
  message.empty() ? world.cancel(ticket) : world.send(ticket, message);
  REQUIRE(world.engine->turn());
  CHECK(world.store.runs["run-1"].records.empty());
  world.settle();
  REQUIRE(ticket->is_done);
  return {tell(ticket->report), world.tools.calls.size()};
}

TEST_CASE("a message for a run that hooks have not let begin yet waits for it", "[sim][hooks]") {
  constexpr std::string_view signal = R"({"verb":"signal","name":"go","data":{"of":"early"}})";
  CHECK(early(signal, {}).outcome.starts_with(R"(completed {"name":"a","value":"early"})"));
  const Early refused = early(signal, {WEFT_VERDICT_CANCEL, R"("no")"});
  CHECK(refused.outcome.starts_with("failed hook.cancelled"));
  CHECK(refused.calls == 0);
}

TEST_CASE("a run can be cancelled before hooks have let it begin", "[sim][hooks]") {
  const Early cancelled = early({}, {});
  CHECK(cancelled.outcome.starts_with("cancelled"));
  CHECK(cancelled.calls == 0);
  CHECK(early({}, {WEFT_VERDICT_CANCEL, R"("no")"}).outcome.starts_with("failed hook.cancelled"));
}

// --- what sinks are shown

size_t allocated() { return mallinfo2().uordblks; }

TEST_CASE("what hooks have sinks shown instead of events takes the memory of a few",
          "[sim][hooks]") {
  const std::string large = '"' + std::string(8'000, 's') + '"';
  SimHook hook(bit(WEFT_AT_BEFORE_EVENT_EMIT),
               [&](uint32_t, Value) { return Says{WEFT_VERDICT_MODIFIED, large}; });
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","timeout":"none","steps":[
    {"id":"l","type":"loop","iterator":{"count":5000},"max_iterations":5000,"aggregation":"none",
     "body":[{"id":"a","tool":"idem","parameters":{"name":"a"}}]}]})");
  SimWorld world({.hooks = {hook.bound()}});
  world.sink.writes = false;
  world.store.keeps_bytes = false;
  world.store.on_commit = [&] { world.store.runs["run-1"].records.clear(); };
  const auto ticket = world.submit(plan);
  const size_t before = allocated();
  uint64_t largest = 0;
  while (!ticket->is_done && world.step()) {
    world.tools.calls.clear();
    hook.asked.clear();
    largest = std::max<uint64_t>(largest, allocated() - std::min(allocated(), before));
  }
  REQUIRE(ticket->is_done);
  CHECK(world.sink.seen > 10'000);
  CHECK(largest < 6'000'000);
}

}  // namespace
}  // namespace weft::tests
