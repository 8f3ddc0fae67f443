// Branches that changed one path to different values, and hooks that say what becomes of it.
#include "base/json.hpp"
#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using Says = SimHook::Says;

constexpr uint64_t at_conflict = uint64_t{1} << WEFT_AT_STATE_CONFLICT;

constexpr std::string_view conflicting = R"({"id":"x",
  "variables":{"n":{"type":"integer","default":1,"maximum":50}},"steps":[
  {"id":"p","type":"parallel","branches":[
    {"id":"a","set":{"n":3}},{"id":"b","set":{"n":4}},{"id":"c","set":{"n":3}}]},
  {"id":"after","tool":"pure","parameters":{"name":"after","value":"{{n}}"}}]})";

struct Played {
  std::string outcome, asked, seen;
};

// With the words of a failure.
std::string told(const engine::Report& report) {
  return tell(report) + '\n' + std::string(report.outcome.view()["message"_k].as_text());
}

// Plays it with one hook that answers so; what it was shown is in 'seen'.
Played play(Says says, std::string_view definition = conflicting, uint32_t flags = 0) {
  SimPlans plans;
  Played played;
  SimHook hook(
      at_conflict,
      [&](uint32_t, Value about) {
        played.seen += base::json_text(about["data"_k]);
        return says;
      },
      flags);
  SimWorld world({.hooks = {hook.bound()}});
  const auto plan = plans.build(definition);
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(world.store.broken_rule == "");
  CHECK(replayed(plan, world) == "");
  played.outcome = told(ticket->report);
  played.asked = hook.asked;
  return played;
}

TEST_CASE("a_branch_conflict_is_resolved_by_a_hook", "[sim][hooks][merge]") {
  const Played played = play({WEFT_VERDICT_MODIFIED, R"([{"path":"n","value":40}])"});
  CHECK(played.asked == "StateConflict parallel_join p\n");
  CHECK(played.seen == R"([{"path":"n","base":1,"values":[{"branch":"'a'","value":3},)"
                       R"({"branch":"'b'","value":4},{"branch":"'c'","value":3}]}])");
  CHECK_THAT(played.outcome, ContainsSubstring(R"(after succeeded {"name":"after","value":40})"));
}

TEST_CASE("a hook may take what a branch has without knowing it", "[sim][hooks][merge]") {
  const Played played = play({WEFT_VERDICT_MODIFIED, R"([{"path":"n","branch":"'b'"}])"});
  CHECK_THAT(played.outcome, ContainsSubstring(R"(after succeeded {"name":"after","value":4})"));
}

TEST_CASE("what hooks leave undecided is the error that it is without them",
          "[sim][hooks][merge]") {
  constexpr std::string_view text = "'a' and 'b' changed 'n' to different values: 3 and 4";
  for (const Says& says : {Says{}, Says{WEFT_VERDICT_MODIFIED, "[]"}, Says{WEFT_VERDICT_SKIPPED}}) {
    const Played played = play(says);
    CHECK(played.outcome.starts_with("failed state.conflict"));
    CHECK_THAT(played.outcome, ContainsSubstring(std::string(text)));
  }
  SimPlans plans;
  SimWorld world({});
  const auto ticket = world.submit(plans.build(conflicting));
  world.settle();
  CHECK(told(ticket->report) == play({}).outcome);
}

TEST_CASE("a refusal is a conflict with its reason", "[sim][hooks][merge]") {
  const Played played = play({WEFT_VERDICT_CANCEL, R"("only people may decide")"});
  CHECK(played.outcome.starts_with("failed state.conflict"));
  CHECK_THAT(played.outcome, ContainsSubstring("a hook refused to decide: only people may decide"));
}

TEST_CASE("a hook cannot decide what is not in conflict, nor what a variable must not be",
          "[sim][hooks][merge]") {
  const auto modified = [](std::string_view json) {
    return play({WEFT_VERDICT_MODIFIED, std::string(json)}).outcome;
  };
  CHECK(modified(R"([{"path":"m","value":1}])").starts_with("failed hook.illegal_result"));
  CHECK(modified(R"([{"path":"n","branch":"'d'"}])").starts_with("failed hook.illegal_result"));
  CHECK(modified(R"({"n":1})").starts_with("failed hook.illegal_result"));
  const std::string outcome = modified(R"([{"path":"n","value":51}])");
  CHECK(outcome.starts_with("failed "));
  CHECK_THAT(outcome, ContainsSubstring("50"));
}

TEST_CASE("all conflicts of a block are asked about at once, each at the outermost path",
          "[sim][hooks][merge]") {
  const Played played = play(
      {WEFT_VERDICT_MODIFIED, R"([{"path":"d","value":{"x":7}},{"path":"e.z","branch":"'b'"}])"},
      R"({"id":"x","variables":{"d":{},"e":{}},"steps":[
    {"id":"s","set":{"d":{"x":0,"y":0},"e":{"z":0,"u":0}}},
    {"id":"p","type":"parallel","branches":[
      {"id":"a","set":{"d.y":1,"e.z":1}},{"id":"b","set":{"d.x":2,"e.z":2,"e.u":2}},
      {"id":"c","set":{"d":5}}]},
    {"id":"after","tool":"pure","parameters":{"name":"after","value":"{{d}} {{e}}"}}]})");
  CHECK(played.seen == R"([{"path":"e.z","base":0,"values":[{"branch":"'a'","value":1},)"
                       R"({"branch":"'b'","value":2}]},{"path":"d","base":{"x":0,"y":0},"values":[)"
                       R"({"branch":"'a'","value":{"x":2,"y":1}},)"
                       R"({"branch":"'b'","value":{"x":2,"y":1}},{"branch":"'c'","value":5}]}])");
  CHECK_THAT(played.outcome, ContainsSubstring(R"({\"x\":7} {\"z\":2,\"u\":2})"));
}

TEST_CASE("what an inner block decided is what the outer one brings together",
          "[sim][hooks][merge]") {
  const Played played = play({WEFT_VERDICT_MODIFIED, R"([{"path":"n","value":9}])"},
                             R"({"id":"x","variables":{"n":{"type":"integer","default":0}},"steps":[
    {"id":"p","type":"parallel","branches":[
      {"id":"q","type":"parallel","branches":[{"id":"a","set":{"n":1}},{"id":"b","set":{"n":2}}]},
      {"id":"c","set":{"n":9}}]},
    {"id":"after","tool":"pure","parameters":{"name":"after","value":"{{n}}"}}]})");
  CHECK(played.asked == "StateConflict parallel_join p/q\n");
  CHECK_THAT(played.outcome, ContainsSubstring(R"("value":9)"));
}

// --- loops

std::string many(uint32_t count) {
  return R"({"id":"x","variables":{"last":{"type":"integer","default":-1}},"steps":[
    {"id":"l","type":"loop","iterator":{"count":)" +
         std::to_string(count) + R"(},"concurrency":3,"aggregation":"none",
     "body":[{"id":"s","set":{"last":"{{loop.index}}"}}]},
    {"id":"after","tool":"pure","parameters":{"name":"after","value":"{{last}}"}}]})";
}

TEST_CASE("hooks are asked once for all that iterations side by side left in conflict",
          "[sim][hooks][merge]") {
  const Played played =
      play({WEFT_VERDICT_MODIFIED, R"([{"path":"last","branch":"iteration 201"}])"}, many(300));
  CHECK(played.asked == "StateConflict parallel_join l\n");
  CHECK_THAT(played.seen, ContainsSubstring(R"({"branch":"iteration 0","value":0})") &&
                              ContainsSubstring(R"({"branch":"iteration 299","value":299})"));
  CHECK_THAT(played.outcome, ContainsSubstring(R"(after succeeded {"name":"after","value":201})"));
}

TEST_CASE("a loop does not gather conflicts without end", "[sim][hooks][merge]") {
  const Played played = play({}, many(2'000));
  CHECK(played.asked == "");
  CHECK(played.outcome.starts_with("failed state.conflict"));
  CHECK_THAT(played.outcome, ContainsSubstring("iteration 0 and iteration 1 changed 'last'"));
}

// --- whatever happens meanwhile

// What is in conflict stands in a stack of blocks.
std::string nested(std::string_view kinds) {
  std::string inside = R"({"id":"p","type":"parallel","branches":[
      {"id":"a","steps":[{"id":"a1","set":{"n":3}},
                         {"id":"a2","tool":"pure","parameters":{"name":"a2"}}]},
      {"id":"b","set":{"n":4}}]})";
  uint32_t level = 0;
  for (const char kind : kinds) {
    const std::string id = R"({"id":"L)" + std::to_string(level++) + R"(",)";
    switch (kind) {
      case 's': inside = id + R"("steps":[)" + inside + "]}"; break;
      case 'd': inside = id + R"("type":"dag","steps":[)" + inside + "]}"; break;
      case 'p': inside = id + R"("type":"parallel","branches":[)" + inside + "]}"; break;
      case 'l':
        inside = id + R"("type":"loop","iterator":{"count":2},"body":[)" + inside + "]}";
        break;
      default:
        inside = id + R"("type":"loop","concurrency":2,"merge":"last_writer",)" +
                 R"("iterator":{"count":2},"body":[)" + inside + "]}";
    }
  }
  return R"({"id":"x","variables":{"n":{"type":"integer","default":0}},"steps":[)" + inside +
         R"(,{"id":"after","tool":"pure","parameters":{"name":"after","value":"{{n}}"}}]})";
}

// The process ends behind a commit, and another one goes on.
void check_crashes(SimPlans& plans, std::string_view definition, const Says& says,
                   std::string_view expected) {
  const auto plan = plans.build(definition);
  std::string undisturbed;
  for (uint64_t crash_at = 0; crash_at < 60; ++crash_at) {
    INFO("crash after commit " << crash_at);
    SimHook hook(at_conflict, [&](uint32_t, Value) { return says; }, WEFT_BLOCKING);
    SimWorld world({.seed = 1 + crash_at, .hooks = {hook.bound()}});
    auto ticket = world.submit(plan);
    while (crash_at > 0 && world.store.commits < crash_at && world.step()) {
    }
    if (crash_at > 0 && ticket->is_done) return;
    const bool was_accepted = !world.store.runs["run-1"].records.empty();
    if (crash_at > 0) {
      world.crash();
      ticket = was_accepted ? world.resume(plan) : world.submit(plan);
    }
    world.settle();
    REQUIRE(ticket->is_done);
    const std::string outcome = tell(ticket->report);
    if (crash_at == 0) undisturbed = outcome;
    // Of two iterations side by side it is chance which one is refused first.
    if (says.verdict == WEFT_VERDICT_MODIFIED) REQUIRE(outcome == undisturbed);
    CHECK(outcome.starts_with(expected));
    REQUIRE(replayed(plan, world) == "");
    CHECK(world.store.broken_rule == "");
  }
}

TEST_CASE("in every stack of blocks and whenever the process ends, a verdict stands",
          "[sim][hooks][merge]") {
  SimPlans plans;
  const Says decides{WEFT_VERDICT_MODIFIED, R"([{"path":"n","value":12}])"};
  const Says refuses{WEFT_VERDICT_CANCEL, R"("no")"};
  constexpr std::string_view kinds = "sdplc";
  std::vector<std::string> stacks{""};
  for (size_t i = 0; stacks[i].size() < 3; ++i) {
    for (const char kind : kinds) stacks.push_back(stacks[i] + kind);
  }
  uint32_t played = 0;
  for (const std::string& stack : stacks) {
    INFO("stack " << stack);
    check_crashes(plans, nested(stack), decides, R"(completed {"name":"after","value":12})");
    if (++played % 5 == 0) check_crashes(plans, nested(stack), refuses, "failed state.conflict");
  }
  CHECK(played == 156);
}

TEST_CASE("a run can be asked to end while hooks think about a conflict", "[sim][hooks][merge]") {
  SimPlans plans;
  for (const std::string_view stack : {"", "s", "pd", "lc", "csp"}) {
    INFO("stack " << stack);
    SimHook hook(
        at_conflict, [](uint32_t, Value) { return Says{.status = WEFT_PENDING}; }, WEFT_BLOCKING);
    SimWorld world({.hooks = {hook.bound()}});
    const auto plan = plans.build(nested(stack));
    const auto ticket = world.submit(plan);
    world.settle(world.env.now() + 1'000'000);
    CHECK(hook.asked.starts_with("StateConflict parallel_join"));
    world.cancel(ticket);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report).starts_with("cancelled"));
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("a conflict is undone like any failure when hooks leave it", "[sim][hooks][merge]") {
  const Played played = play({}, R"({"id":"x","on_failure":"compensate",
    "variables":{"n":{"type":"integer","default":0}},"steps":[
    {"id":"e","tool":"undone","parameters":{"name":"e"},
     "compensate":{"tool":"idem","parameters":{"name":"undo"}}},
    {"id":"p","type":"parallel","branches":[
      {"id":"a","set":{"n":1}},{"id":"b","set":{"n":2}}]}]})");
  CHECK(played.outcome.starts_with("failed state.conflict"));
  CHECK_THAT(played.outcome, ContainsSubstring("e compensated"));
}

}  // namespace
}  // namespace weft::tests
