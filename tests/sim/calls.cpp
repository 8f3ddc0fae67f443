// Steps that call another definition: what a run of them comes to when its process ends anywhere,
// when it is decided again, and when its time is over.
#include <algorithm>
#include <string>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "sim_world.hpp"
#include "state/move.hpp"
#include "travel/checkpoints.hpp"
#include "travel/replay.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr int64_t ms = 1'000'000;

// Counts down by calling itself; each level has variables of its own, branches that write them, a
// step that is tried again and one that waits.
constexpr std::string_view countdown = R"({"id":"count","on_failure":"compensate",
  "variables":{"sum":{"type":"integer","default":1000}},
  "steps":[
    {"id":"down","workflow":"down","input":{"n":3}},
    {"id":"own","tool":"idem","parameters":{"name":"own","value":"{{sum}} {{down}}"}}],
  "workflows":{"down":{
    "input_schema":{"properties":{"n":{"type":"integer"},"step":{"type":"integer","default":1}}},
    "variables":{"sum":{"type":"integer","default":0},"seen":{"type":"array","default":[]}},
    "merge":{"reduce":{"seen":"append"}},
    "steps":[
      {"id":"both","type":"parallel","branches":[
        {"id":"left","steps":[{"id":"l","set":{"seen":["l{{n}}"]}}]},
        {"id":"right","steps":[
          {"id":"flaky","tool":"idem","retry":{"max_attempts":2,"initial":"50ms"},
           "parameters":{"name":"flaky{{n}}","do":"fail","times":1}},
          {"id":"r","set":{"seen":["r{{n}}"]}}]}]},
      {"id":"rest","wait":"100ms"},
      {"id":"next","workflow":"down","if":"n > 0","input":{"n":"{{n - step}}"}},
      {"id":"add","set":{"sum":"{{n + default(next.sum, 0)}}"}}],
    "output":{"sum":"{{sum}}","seen":"{{seen}}","below":"{{default(next.seen, 'none')}}"}}}})";

Value step(const engine::Report& report, std::string_view path) {
  return report.detail.view()["step_results"_k][Key(path)];
}

}  // namespace

TEST_CASE("each call has its own input and variables, however deep it calls itself", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(countdown);
  SimWorld world({});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  INFO(base::json_text(ticket->report.detail.view()));
  REQUIRE(ticket->report.status == state::RunStatus::completed);
  CHECK(base::json_text(ticket->report.outcome.view()["value"_k]) ==
        R"x("1000 {\"sum\":6,\"seen\":[\"l3\",\"r3\"],\"below\":[\"l2\",\"r2\"]}")x");
  CHECK(base::json_text(step(ticket->report, "down/next/next/next")["output"_k]) ==
        R"({"sum":0,"seen":["l0","r0"],"below":"none"})");
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a run that calls comes to the same wherever its process ends", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(countdown);
  SimWorld whole({});
  const auto wanted = whole.submit(plan);
  whole.settle();
  const uint64_t commits = whole.store.commits;
  REQUIRE(commits > 10);
  for (uint64_t at = 1; at < commits; ++at) {
    INFO("the process ends behind commit " << at);
    SimWorld world({});
    world.submit(plan);
    while (world.store.commits < at && world.step()) {
    }
    world.crash();
    const auto again = world.resume(plan);
    world.settle();
    REQUIRE(again->is_done);
    CHECK(tell(again->report) == tell(wanted->report));
    CHECK(world.store.broken_rule == "");
    CHECK(replayed(plan, world) == "");
  }
}

TEST_CASE("what ended in calls is undone when their caller fails, the latest first", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","on_failure":"compensate","steps":[
    {"id":"c","workflow":"inner","input":{"n":1}},
    {"id":"bad","tool":"idem","parameters":{"name":"bad","do":"refuse"}}],
   "workflows":{"inner":{"steps":[
    {"id":"s","tool":"idem","parameters":{"name":"s{{$input.n}}"},
     "compensate":{"tool":"idem","parameters":{"name":"undo{{$input.n}}"}}},
    {"id":"again","workflow":"inner","if":"$input.n < 3","input":{"n":"{{$input.n + 1}}"}}]}}})");
  SimWorld world({});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::failed);
  std::string called;
  for (const SimCall& call : world.tools.calls) called += call.name + " ";
  CHECK(called == "s1 s2 s3 bad undo3 undo2 undo1 ");
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("a call that is out of time fails its step, and its own calls end with it", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"c","workflow":"inner","input":{"n":2},"on_error":"continue"},
    {"id":"after","tool":"idem","parameters":{"name":"after"}}],
   "workflows":{"inner":{"timeout":"2s","steps":[
    {"id":"again","workflow":"inner","if":"$input.n > 0","input":{"n":"{{$input.n - 1}}"}},
    {"id":"slow","tool":"slow","parameters":{"name":"slow","do":"hang"},"timeout":"1h"}]}}})");
  SimWorld world({});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::partially_completed);
  const Value error = step(ticket->report, "c")["error"_k];
  INFO(base::json_text(ticket->report.detail.view()));
  CHECK(error["code"_k].as_text() == "timeout");
  CHECK(error["message"_k].as_text() ==
        "the workflow 'inner' took longer than its time limit of 2s");
  CHECK(step(ticket->report, "c/again/again/slow")["status"_k].as_text() == "cancelled");
  CHECK(world.tools.count("after") == 1);
  CHECK(ticket->report.detail.view()["duration_ms"_k].as_f64() == 2000);
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("time that a run rests is not counted of what it has called", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[{"id":"c","workflow":"inner"}],
   "workflows":{"inner":{"timeout":"10s","steps":[
    {"id":"ask","approval":"go on?"},
    {"id":"slow","tool":"slow","parameters":{"name":"slow","do":"hang"},"timeout":"1h"}]}}})");
  SimWorld world({});
  const auto ticket = world.submit(plan);
  world.settle(world.env.now() + 3'600'000 * ms);
  REQUIRE(ticket->is_done);
  REQUIRE(ticket->report.status == state::RunStatus::waiting);
  world.crash();
  const auto again = world.resume(plan);
  world.send(again, R"({"verb":"decide","step":"c/ask","by":"ann","approve":true})");
  const int64_t began = world.env.now();
  world.settle();
  REQUIRE(again->is_done);
  CHECK(again->report.status == state::RunStatus::failed);
  CHECK(step(again->report, "c/ask")["status"_k].as_text() == "succeeded");
  CHECK(step(again->report, "c")["error"_k]["code"_k].as_text() == "timeout");
  CHECK(world.env.now() - began >= 9'000 * ms);
}

TEST_CASE("frames of calls that are over are given back", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","type":"loop","iterator":{"count":2000},
    "body":{"id":"c","workflow":"inner","input":"{{loop.index}}"},
    "workflows":{"inner":{"steps":[{"id":"s","tool":"idem","parameters":{"name":"s"}}]}}})");
  SimWorld world({.has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("s") == 2000);
  CHECK(world.store.broken_rule == "");
}

TEST_CASE("a run moves to another definition while a call is open, or says why it does not",
          "[sim]") {
  SimPlans plans;
  const auto with = [&](std::string_view step, std::string_view held) {
    return plans.build(R"({"id":"x","steps":[{"id":"c",)" + std::string(step) +
                       R"(,"input":{"n":1}},{"id":"end","tool":"idem","parameters":{"name":"end"}}],
        "workflows":{)" +
                       std::string(held) + "}}");
  };
  constexpr std::string_view waits =
      R"("inner":{"variables":{"v":{"default":1}},"steps":[{"id":"a","set":{"v":2}},
         {"id":"w","wait":{"signal":"s"}}]})";
  const auto plan = with(R"("workflow":"inner")", waits);
  const auto longer = with(R"("workflow":"inner")",
                           R"("inner":{"variables":{"v":{"default":1}},"steps":[
         {"id":"a","set":{"v":2}},{"id":"w","wait":{"signal":"s"}},
         {"id":"more","tool":"idem","parameters":{"name":"more{{v}}{{$input.n}}"}}]})");
  const auto tool = plans.build(R"({"id":"x","steps":[{"id":"c","tool":"idem","input":{"n":1}}]})");
  const auto gone =
      with(R"("workflow":"other")", R"("other":{"steps":[{"id":"b","tool":"idem"}]})");
  const auto objections = [&](SimWorld& world, const SimWorld::Plan& to) {
    travel::History history;
    history.records = world.store.runs["run-1"].records;
    std::string found;
    REQUIRE(travel::fold(history, plan, [&](const state::State& state, const event::Event& e) {
      if (e.type != event::Type::run_waiting) return;
      for (const Error& one : state::objections(state, *to, state::Mapping(*state.plan, *to, {}))) {
        found += one.code + " ";
      }
    }));
    return found;
  };
  SimWorld world({});
  world.submit(plan);
  world.settle();
  CHECK(objections(world, longer) == "");
  CHECK(objections(world, tool).find("migrate.step_changed") != std::string::npos);
  CHECK(objections(world, gone).find("migrate.step_gone") != std::string::npos);

  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("definition"_k, std::string_view(base::to_hex(longer->hash)));
  b.key("map"_k);
  b.begin_array();
  b.end_array();
  b.key("variables"_k);
  b.begin_object();
  b.end_object();
  b.end_object();
  world.move(plan, longer, base::pack(b.take_value()));
  world.settle();
  world.crash();
  const auto going = world.resume(plan);
  world.send(going, R"({"verb":"signal","name":"s"})");
  world.settle();
  REQUIRE(going->is_done);
  CHECK(going->report.status == state::RunStatus::completed);
  CHECK(world.tools.count("more21") == 1);
  CHECK(world.tools.count("end") == 1);
}

}  // namespace weft::tests
