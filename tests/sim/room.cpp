// Room for calls: what is exclusive is, limits hold, nobody waits for ever, and a crash loses no
// permit and no share.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr int64_t second = 1'000'000'000;

// A definition of one step that takes the mutex 'door' and waits for the test.
std::string at_the_door(const std::string& id, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","timeout":"none","steps":[{"id":")" + id +
         R"(","tool":"idem","mutex":"door","timeout":"none")" + more +
         R"(,"parameters":{"name":")" + id + R"(","do":"wait"}}]})";
}

// Whatever happens without any time passing.
void rest(SimWorld& world) { world.settle(world.env.now()); }

bool has_line(const SimWorld& world, std::string_view words) {
  return std::any_of(world.sink.lines.begin(), world.sink.lines.end(),
                     [&](const auto& line) { return line.find(words) != std::string::npos; });
}

TEST_CASE("a mutex lets in one of all runs, in the order in which they came", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  std::vector<std::shared_ptr<engine::Ticket>> runs;
  for (const char* id : {"a", "b", "c"}) {
    runs.push_back(world.submit(plans.build(at_the_door(id)), std::string("run-") + id));
    rest(world);
  }
  for (const char* id : {"a", "b", "c"}) {
    REQUIRE(world.tools.waiting.size() == 1);
    REQUIRE(world.tools.waiting.contains(id));
    world.tools.answer(id);
    rest(world);
  }
  for (const auto& run : runs) CHECK(tell(run->report).starts_with("completed"));
  CHECK(has_line(world, "workflow.step.queued"));
}

TEST_CASE("a step that can start at once does not queue", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  world.submit(plans.build(at_the_door("a")));
  rest(world);
  CHECK(world.tools.waiting.contains("a"));
  CHECK_FALSE(has_line(world, "workflow.step.queued"));
}

TEST_CASE("a higher priority is let in before those who came earlier", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  world.submit(plans.build(at_the_door("a")), "run-a");
  rest(world);
  world.submit(plans.build(at_the_door("low", R"(,"priority":"low")")), "run-low");
  world.submit(plans.build(at_the_door("normal")), "run-normal");
  world.submit(plans.build(at_the_door("high", R"(,"priority":"high")")), "run-high");
  rest(world);
  std::string order;
  while (!world.tools.waiting.empty()) {
    const std::string id = world.tools.waiting.begin()->first;
    order += id + ' ';
    world.tools.answer(id);
    rest(world);
  }
  CHECK(order == "a high normal low ");
}

TEST_CASE("permits_return_after_a_crash", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  const auto first = plans.build(at_the_door("a"));
  const auto other = plans.build(at_the_door("b"));
  world.submit(first, "run-a");
  rest(world);
  world.submit(other, "run-b");
  rest(world);
  REQUIRE(world.tools.waiting.size() == 1);

  world.crash();
  const auto b = world.resume(other, {}, "run-b");
  rest(world);
  REQUIRE(world.tools.waiting.contains("b"));
  const auto a = world.resume(first, {}, "run-a");
  rest(world);
  CHECK(world.tools.waiting.size() == 1);
  world.tools.answer("b");
  rest(world);
  REQUIRE(world.tools.waiting.contains("a"));
  world.tools.answer("a");
  rest(world);
  CHECK(tell(a->report).starts_with("completed"));
  CHECK(tell(b->report).starts_with("completed"));
  CHECK(replayed(first, world, "run-a") == "");
  CHECK(replayed(other, world, "run-b") == "");
}

TEST_CASE("quota_survives_restart", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  std::string text = R"({"id":"q","timeout":"none","resources":{"api":{"per_minute":2}},"steps":[)";
  for (const char* id : {"a", "b", "c"}) {
    text += std::string(id[0] == 'a' ? "" : ",") + R"({"id":")" + id +
            R"(","tool":"idem","semaphore":"api","parameters":{"name":")" + id +
            R"(","do":"wait"}})";
  }
  const auto plan = plans.build(text + "]}");
  world.submit(plan);
  rest(world);
  world.tools.answer("a");
  rest(world);
  REQUIRE(world.tools.waiting.contains("b"));
  const int64_t began = world.env.now();

  world.crash();
  // The call is made again, and the share of this minute is used up: it waits for its half.
  const auto ticket = world.resume(plan);
  rest(world);
  CHECK(world.tools.waiting.empty());
  world.settle(began + 29 * second);
  CHECK(world.tools.waiting.empty());
  world.settle(began + 31 * second);
  CHECK(world.tools.waiting.contains("b"));
}

TEST_CASE("wait_beyond_300_s_becomes_resource_busy", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  world.submit(plans.build(at_the_door("a")), "run-a");
  rest(world);
  const int64_t began = world.env.now();
  const auto plan = plans.build(at_the_door("b"));
  const auto waits = world.submit(plan, "run-b");
  const auto other = plans.build(
      R"({"id":"c","timeout":"none","steps":[{"id":"c","tool":"idem","mutex":"door",
          "alternative":"pure","parameters":{"name":"c"}}]})");
  const auto diverts = world.submit(other, "run-c");
  world.settle(began + 299 * second);
  CHECK_FALSE(waits->is_done);
  world.settle(began + 301 * second);
  REQUIRE(waits->is_done);
  CHECK(tell(waits->report).starts_with("failed resource.busy in b"));
  // The ladder goes on; a way around needs the mutex, too, and has its own time.
  CHECK_FALSE(diverts->is_done);
  world.tools.answer("a");
  rest(world);
  CHECK(tell(diverts->report).starts_with("completed"));
  CHECK(replayed(plan, world, "run-b") == "");
  CHECK(replayed(other, world, "run-c") == "");
}

TEST_CASE("whoever waits in a line that moves does not fail", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  std::vector<std::shared_ptr<engine::Ticket>> runs;
  for (const char* id : {"a", "b", "c", "d"}) {
    runs.push_back(world.submit(plans.build(at_the_door(id)), std::string("run-") + id));
  }
  rest(world);
  for (int i = 0; i < 4; ++i) {
    world.settle(world.env.now() + 200 * second);
    REQUIRE(world.tools.waiting.size() == 1);
    world.tools.answer(world.tools.waiting.begin()->first);
    rest(world);
  }
  for (const auto& run : runs) CHECK(tell(run->report).starts_with("completed"));
}

TEST_CASE("a step that is cancelled in line lets the next one pass", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  world.submit(plans.build(at_the_door("a")), "run-a");
  rest(world);
  const auto plan = plans.build(at_the_door("b"));
  const auto b = world.submit(plan, "run-b");
  rest(world);
  const auto c = world.submit(plans.build(at_the_door("c")), "run-c");
  rest(world);
  world.cancel(b);
  rest(world);
  CHECK(tell(b->report).starts_with("cancelled"));
  world.tools.answer("a");
  rest(world);
  CHECK(world.tools.waiting.contains("c"));
  CHECK(replayed(plan, world, "run-b") == "");
}

TEST_CASE("a paused run lets others pass and queues again when it goes on", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  world.submit(plans.build(at_the_door("a")), "run-a");
  rest(world);
  const auto plan = plans.build(at_the_door("b"));
  auto b = world.submit(plan, "run-b");
  b->stays = true;
  rest(world);
  world.submit(plans.build(at_the_door("c")), "run-c");
  rest(world);
  world.send(b, R"({"verb":"pause","reason":"wait"})");
  rest(world);
  world.tools.answer("a");
  rest(world);
  REQUIRE(world.tools.waiting.contains("c"));

  const bool crashes = GENERATE(false, true);
  if (crashes) {
    world.crash();
    b = world.resume(plan, {}, "run-b");
    b->stays = true;
    rest(world);
  }
  world.send(b, R"({"verb":"resume"})");
  rest(world);
  CHECK(world.tools.waiting.contains("b") == crashes);
  if (!crashes) world.tools.answer("c");
  rest(world);
  REQUIRE(world.tools.waiting.contains("b"));
  world.tools.answer("b");
  rest(world);
  CHECK(tell(b->report).starts_with("completed"));
  CHECK(replayed(plan, world, "run-b") == "");
}

TEST_CASE("a step holds nothing while it waits for its next attempt", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  const auto fails = plans.build(
      R"({"id":"f","timeout":"none","steps":[{"id":"f","tool":"idem","mutex":"door","retry":
          {"max_attempts":2,"initial":60,"jitter":0},
          "parameters":{"name":"f","do":"fail","times":1}}]})");
  const auto f = world.submit(fails, "run-f");
  rest(world);
  world.submit(plans.build(at_the_door("b")), "run-b");
  rest(world);
  CHECK(world.tools.waiting.contains("b"));
  world.settle(world.env.now() + 61 * second);
  CHECK(world.tools.count("f") == 1);  // its second attempt queues
  world.tools.answer("b");
  rest(world);
  CHECK(tell(f->report).starts_with("completed"));
  CHECK(world.tools.count("f") == 2);
  CHECK(replayed(fails, world, "run-f") == "");
}

TEST_CASE("what undoes a step waits for the same room", "[sim][room]") {
  SimPlans plans;
  SimWorld world({});
  const auto plan = plans.build(
      R"({"id":"u","timeout":"none","on_failure":"compensate","steps":[
          {"id":"u","tool":"undone","mutex":"door","compensate":"idem","parameters":{"name":"u"}},
          {"id":"w","tool":"idem","parameters":{"name":"w","do":"wait"}},
          {"id":"no","fail":"now"}]})");
  const auto u = world.submit(plan, "run-u");
  rest(world);
  world.submit(plans.build(at_the_door("b")), "run-b");
  rest(world);
  REQUIRE(world.tools.waiting.contains("b"));
  world.tools.answer("w");
  world.settle(world.env.now() + second);
  CHECK_FALSE(u->is_done);
  CHECK(world.tools.count("u") == 1);
  world.tools.answer("b");
  rest(world);
  CHECK(u->is_done);
  CHECK(world.tools.count("u") == 2);
  CHECK(replayed(plan, world, "run-u") == "");
}

TEST_CASE("hooks that were asked before a step queued are not asked again", "[sim][room]") {
  SimPlans plans;
  uint32_t asked = 0;
  SimHook hook(uint64_t{1} << WEFT_AT_BEFORE_TOOL_EXECUTION, [&](uint32_t, Value about) {
    asked += about["step"_k].as_text() == "b" ? 1U : 0U;
    return SimHook::Says{WEFT_VERDICT_MODIFIED, R"({"name":")" +
                                                    std::string(about["step"_k].as_text()) +
                                                    R"(","value":"changed","do":"wait"})"};
  });
  SimWorld world({.hooks = {hook.bound()}});
  world.submit(plans.build(at_the_door("a")), "run-a");
  rest(world);
  const auto plan = plans.build(at_the_door("b"));
  world.submit(plan, "run-b");
  rest(world);
  CHECK(asked == 1);
  world.crash();
  const auto b = world.resume(plan, {}, "run-b");
  rest(world);
  CHECK(asked == 1);
  REQUIRE(world.tools.waiting.contains("b"));
  world.tools.answer("b");
  rest(world);
  CHECK(tell(b->report).starts_with("completed"));
  CHECK(replayed(plan, world, "run-b") == "");
}

TEST_CASE("a host gives less than a definition asks for, and never more", "[sim][room]") {
  SimPlans plans;
  SimWorld world({.limits = {{"db", {1, 0}}}});
  const auto plan = plans.build(
      R"({"id":"p","timeout":"10h","type":"parallel","resources":{"db":3},"branches":[
          {"id":"a","tool":"idem","semaphore":"db","parameters":{"name":"a","do":"wait"}},
          {"id":"b","tool":"idem","semaphore":"db","parameters":{"name":"b","do":"wait"}}]})");
  world.submit(plan);
  rest(world);
  CHECK(world.tools.waiting.size() == 1);

  const auto two = plans.build(
      R"({"id":"t","timeout":"none","resources":{"db":3},"steps":[
          {"id":"t","tool":"idem","semaphore":{"db":2},"parameters":{"name":"t"}}]})");
  const auto never = world.submit(two, "run-2");
  rest(world);
  CHECK(tell(never->report).starts_with("failed limit.resource in t"));
  CHECK(replayed(two, world, "run-2") == "");
}

TEST_CASE("a run has ten calls open at once unless somebody says otherwise", "[sim][room]") {
  const auto [resources, most] = GENERATE(table<const char*, size_t>({
      {"", 10},
      {R"("resources":{"run":3},)", 3},
      {R"("resources":{"run":20},)", 12},
      {R"("resources":{"tool:slow":4},)", 4},
  }));
  SimPlans plans;
  SimWorld world({});
  std::string text = R"({"id":"w","type":"parallel","timeout":"10h","max_concurrency":50,)";
  text += std::string(resources) + R"("branches":[)";
  for (int i = 0; i < 12; ++i) {
    const std::string id = "b" + std::to_string(i);
    text += std::string(i > 0 ? "," : "") + R"({"id":")" + id +
            R"(","tool":"slow","parameters":{"name":")" + id + R"(","do":"wait"}})";
  }
  const auto ticket = world.submit(plans.build(text + "]}"));
  rest(world);
  CHECK(world.tools.waiting.size() == most);
  while (!world.tools.waiting.empty()) {
    world.tools.answer(world.tools.waiting.begin()->first);
    rest(world);
    REQUIRE(world.tools.waiting.size() <= most);
  }
  CHECK(tell(ticket->report).starts_with("completed"));
}

TEST_CASE("a run makes no call beyond its budget", "[sim][room]") {
  const auto [budget, code, calls] = GENERATE(table<const char*, const char*, uint32_t>({
      {R"({"cost":0.25})", "limit.cost", 3},
      {R"({"tokens":200})", "limit.tokens", 2},
      {R"({"cost":100})", "", 5},
  }));
  SimPlans plans;
  SimWorld world({});
  std::string text = R"({"id":"m","budget":)" + std::string(budget) + R"(,"steps":[)";
  for (int i = 0; i < 5; ++i) {
    text += std::string(i > 0 ? "," : "") + R"({"id":"s)" + std::to_string(i) +
            R"(","tool":"idem","parameters":{"name":"s","do":"meta",
                "metadata":{"cost":0.1,"tokens":100}}})";
  }
  const auto plan = plans.build(text + "]}");
  auto ticket = world.submit(plan);
  const bool crashes = GENERATE(false, true);
  if (crashes) {
    world.engine->turn();
    world.crash();
    ticket = world.resume(plan);
  }
  rest(world);
  CHECK(world.tools.calls.size() >= calls);
  CHECK(
      (tell(ticket->report).starts_with("failed " + std::string(code) + " in s") || *code == '\0'));
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a run that keeps more than its budget of memory ends and says so", "[sim][room]") {
  SimPlans plans;
  SimWorld world({.has_sink = false});
  const std::string large(20'000, 'x');
  const auto plan = plans.build(
      R"({"id":"l","type":"loop","budget":{"memory":"6MB"},"iterator":{"count":1000},"body":[
          {"id":"s","tool":"idem","parameters":{"name":"s","value":"{{loop.index}})" +
      large + R"("}}]})");
  const auto ticket = world.submit(plan);
  rest(world);
  REQUIRE(ticket->is_done);
  CHECK(tell(ticket->report).starts_with("failed limit.memory"));
  CHECK(world.tools.calls.size() < 400);
  CHECK(replayed(plan, world) == "");

  const auto forgets = plans.build(
      R"({"id":"f","type":"loop","aggregation":"none","budget":{"memory":"6MB"},
          "iterator":{"count":1000},"body":[
          {"id":"s","tool":"idem","parameters":{"name":"s","value":"{{loop.index}})" +
      large + R"("}}]})");
  const auto other = world.submit(forgets, "run-2");
  rest(world);
  CHECK(tell(other->report).starts_with("completed"));
}

// Every order in which calls can end, one run after the other from the beginning.
struct Orders {
  SimWorld::Plan plan;
  std::map<std::string, std::set<std::string>> takes;  // by step
  std::map<std::string, size_t> limits;
  uint64_t ends = 0;

  void check(const SimWorld& world) const {
    std::map<std::string, size_t> taken;
    for (const auto& [name, op] : world.tools.waiting) {
      for (const std::string& what : takes.at(name)) ++taken[what];
    }
    for (const auto& [what, count] : taken) REQUIRE(count <= limits.at(what));
  }

  void explore() {
    std::vector<size_t> choices, widths;
    do {
      SimWorld world({.has_sink = false});
      const auto ticket = world.submit(plan);
      rest(world);
      for (size_t depth = 0; !ticket->is_done; ++depth) {
        check(world);
        const size_t width = world.tools.waiting.size();
        REQUIRE(width > 0);  // else everybody waits, and nobody for a call
        if (depth == choices.size()) {
          choices.push_back(0);
          widths.push_back(width);
        }
        REQUIRE(widths[depth] == width);
        auto next = world.tools.waiting.begin();
        std::advance(next, static_cast<std::ptrdiff_t>(choices[depth]));
        world.tools.answer(std::string(next->first));
        rest(world);
      }
      REQUIRE(tell(ticket->report).starts_with("completed"));
      ++ends;
      while (!choices.empty() && ++choices.back() == widths.back()) {
        choices.pop_back();
        widths.pop_back();
      }
    } while (!choices.empty());
  }
};

TEST_CASE("no schedule of nested parallel blocks ends in deadlock or exceeds a limit",
          "[sim][room]") {
  // Leaves of two blocks in a third, each with what it takes; the run has three calls at once.
  const std::vector<std::vector<std::vector<std::string>>> houses = {
      {{"door", "db"}, {"db"}, {"door"}, {"window", "db"}, {"window"}, {}},
      {{"door", "window"}, {"window", "door"}, {"db"}, {"db", "door"}, {}, {"db"}},
      {{"db"}, {"db"}, {"db"}, {"door"}, {"door", "window", "db"}, {"window"}},
      {{}, {}, {"door"}, {}, {"db"}, {"db"}},
  };
  uint64_t ends = 0;
  for (const auto& house : houses) {
    Orders orders;
    orders.limits = {{"door", 1}, {"window", 1}, {"db", 2}, {"run", 3}};
    const auto leaf = [&](size_t i) {
      const std::string id = "s" + std::to_string(i);
      std::string mutex, semaphore;
      orders.takes[id] = {house[i].begin(), house[i].end()};
      orders.takes[id].insert("run");
      for (const std::string& what : house[i]) {
        if (what == "db") semaphore = R"(,"semaphore":"db")";
        if (what != "db") mutex += (mutex.empty() ? "\"" : ",\"") + what + "\"";
      }
      if (!mutex.empty()) mutex = R"(,"mutex":[)" + mutex + "]";
      return R"({"id":")" + id + R"(","tool":"slow")" + mutex + semaphore +
             R"(,"parameters":{"name":")" + id + R"(","do":"wait"}})";
    };
    const std::string text =
        R"({"id":"n","type":"parallel","timeout":"10h","resources":{"db":2,"run":3},"branches":[
          {"id":"p","type":"parallel","branches":[)" +
        leaf(0) + "," + leaf(1) + R"(]},
          {"id":"q","type":"parallel","max_concurrency":2,"branches":[)" +
        leaf(2) + R"(,{"id":"r","steps":[)" + leaf(3) + "," + leaf(4) + "]}]}," + leaf(5) + "]}";
    SimPlans plans;
    orders.plan = plans.build(text);
    orders.explore();
    ends += orders.ends;
  }
  CHECK(ends >= 250);
}

}  // namespace
}  // namespace weft::tests
