// Steps that begin only while something holds: what wakes them, what does not, and what becomes of
// those that nothing can wake.
#include <string>

#include <weft/draft/hook.h>

#include "catch.hpp"
#include "sim_hook.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr int64_t second = 1'000'000'000;

// One step, 'x', waits; others may change what it reads.
std::string waiting(const std::string& enabled, const std::string& others = {}) {
  return R"({"id":"waits","type":"dag",
    "variables":{"open":{"type":"boolean","default":false}},
    "input_schema":{"properties":{"open_by_input":{}}},
    "steps":[{"id":"x","tool":"once","parameters":{"name":"x"},"when_enabled":)" +
         enabled + "}" + (others.empty() ? "" : ",") + others + "]}";
}

const std::string later = R"({"id":"y","tool":"idem",
    "parameters":{"name":"y","do":"later","ms":50}})";

std::string code_of(const engine::Ticket& ticket) {
  return std::string(ticket.report.outcome.view()["code"_k].as_text());
}

}  // namespace

TEST_CASE("a step waits until somebody changes what it reads, through any number of processes",
          "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("open")"));
  SimWorld world({.has_sink = false});
  auto ticket = world.submit(plan);
  world.settle();
  for (int process = 0; process < 3; ++process) {
    CHECK(ticket->report.status == state::RunStatus::waiting);
    CHECK(world.tools.count("x") == 0);
    world.crash();
    ticket = world.resume(plan);
    world.settle();
  }
  ticket = world.resume(plan);
  world.send(ticket, R"({"verb":"update","changes":{"open":true}})");
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("x") == 1);
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a result that comes wakes the step that speaks of it, wherever the process ended",
          "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("y.name == 'y'")", later));
  SimWorld whole({.has_sink = false});
  const auto ended = whole.submit(plan);
  whole.settle();
  REQUIRE(ended->is_done);
  CHECK(ended->report.status == state::RunStatus::completed);
  CHECK(replayed(plan, whole) == "");
  for (uint64_t k = 1; k < whole.store.commits; ++k) {
    INFO("crash at commit " << k);
    SimWorld world({.has_sink = false});
    world.submit(plan);
    while (world.store.commits < k && world.step()) {
    }
    world.crash();
    const auto ticket = world.resume(plan, run::Settle::again);
    world.settle();
    REQUIRE(ticket->is_done);
    CHECK(tell(ticket->report) == tell(ended->report));
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("a step that is not enabled in time fails with a code of its own", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"({"condition":"open","timeout":"10s"})"));
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle(world.env.now() + 9 * second);
  CHECK_FALSE(ticket->is_done);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::failed);
  CHECK(code_of(*ticket) == "milestone.timeout");
  CHECK(world.tools.count("x") == 0);
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("what nothing can bring about any more fails", "[sim][milestone]") {
  struct Case {
    std::string enabled, others, code;
  };
  const Case cases[] = {
      {R"("y.name == 'z'")", later, "milestone.unreachable"},
      {R"("open_by_input == 1")", {}, "milestone.unreachable"},
      {R"("y.name == 1 and open")", later, ""},  // somebody may say that it is open
      {R"("$global.open == true")", {}, ""},     // another run may
      {R"("y.name < 1")", later, "expr.type"},   // an error is no 'not yet'
      {R"("y.name")", later, "expr.type"},
  };
  SimPlans plans;
  for (const auto& [enabled, others, code] : cases) {
    INFO(enabled);
    const auto plan = plans.build(waiting(enabled, others));
    SimWorld world({.has_sink = false});
    const auto ticket = world.submit(plan);
    world.settle();
    CHECK(code_of(*ticket) == code);
    const auto expected = code.empty() ? state::RunStatus::waiting : state::RunStatus::failed;
    CHECK(ticket->report.status == expected);
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("of two steps that wait for each other one fails, and the other may go on",
          "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"knot","type":"dag","error_strategy":"continue","steps":[
    {"id":"a","tool":"idem","parameters":{"name":"a"},"when_enabled":"b.name == 'b'"},
    {"id":"b","tool":"idem","parameters":{"name":"b"},"when_enabled":"a.success == false"}]})");
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::partially_completed);
  CHECK(world.tools.count("a") == 0);
  CHECK(world.tools.count("b") == 1);
}

TEST_CASE("a value that another run writes wakes a step that waits for it", "[sim][milestone]") {
  SimPlans plans;
  const auto waits = plans.build(waiting(R"({"condition":"$global.open == true","timeout":"1h"})"));
  const auto writes = plans.build(R"({"id":"writes","steps":[{"id":"s",
    "set":{"$global.open":true}}]})");
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(waits);
  ticket->stays = true;
  world.settle(world.env.now() + second);
  CHECK(world.tools.count("x") == 0);
  world.submit(writes, "run-2");
  world.settle(world.env.now() + second);
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("x") == 1);
  CHECK(replayed(waits, world) == "");
}

TEST_CASE("what others write beside a run that waits in vain leaves nothing in its journal",
          "[sim][milestone]") {
  SimPlans plans;
  const auto waits =
      plans.build(waiting(R"x({"condition":"default($global.open, false)","timeout":"1h"})x"));
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(waits);
  ticket->stays = true;
  world.settle(world.env.now() + second);
  const size_t before = world.store.runs["run-1"].records.size();
  for (int i = 0; i < 5; ++i) {
    const auto writes = plans.build(R"({"id":"writes","steps":[{"id":"s",
      "set":{"$global.other":)" + std::to_string(i) +
                                    "}}]}");
    world.submit(writes, "other-" + std::to_string(i));
    world.settle(world.env.now() + second);
  }
  CHECK(world.store.runs["run-1"].records.size() == before);
  const auto opens = plans.build(R"({"id":"opens","steps":[{"id":"s",
    "set":{"$global.open":true}}]})");
  world.submit(opens, "opens");
  world.settle(world.env.now() + second);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("x") == 1);
  CHECK(replayed(waits, world) == "");
}

TEST_CASE("a step that waits is cancelled with its run", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("open")"));
  SimWorld world({.has_sink = false});
  auto ticket = world.submit(plan);
  world.settle();
  ticket = world.resume(plan);
  world.cancel(ticket);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::cancelled);
  CHECK(world.tools.count("x") == 0);
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a step that 'if' skips waits for nothing", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"skips","type":"dag",
    "variables":{"open":{"type":"boolean","default":false}},
    "steps":[{"id":"x","tool":"once","parameters":{"name":"x"},"if":"open",
              "when_enabled":"open"}]})");
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("x") == 0);
}

TEST_CASE("hooks hear of a step when it is enabled, and not before", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("y.name == 'y'")", later));
  std::string asked;
  SimHook hook(uint64_t{1} << WEFT_AT_BEFORE_STAGE, [&](uint32_t, Value about) {
    asked += std::string(about["step"_k].as_text()) + " ";
    return SimHook::Says{};
  });
  SimWorld world({.has_sink = false, .hooks = {hook.bound()}});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(asked == "y x ");
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a run that is paused enables nothing until it goes on", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("y.name == 'y'")", later));
  SimWorld world({.has_sink = false});
  auto ticket = world.submit(plan);
  world.settle(world.env.now() + second / 100);
  world.send(ticket, R"({"verb":"pause"})");
  world.settle();
  CHECK(world.tools.count("x") == 0);
  ticket = world.resume(plan);
  world.send(ticket, R"({"verb":"resume"})");
  world.settle();
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("x") == 1);
}

TEST_CASE("a step that waits ends with its block", "[sim][milestone]") {
  SimPlans plans;
  const auto plan = plans.build(waiting(R"("open")", R"({"id":"y","tool":"idem",
    "parameters":{"name":"y","do":"refuse"}})"));
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::failed);
  CHECK(world.tools.count("x") == 0);
}

}  // namespace weft::tests
