// Steps that start a run of their own and do not wait for it: exactly one, whenever the process
// ends, and each goes its own way.
#include "catch.hpp"
#include "journal/recover.hpp"
#include "sim_world.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

constexpr std::string_view child = R"({"id":"child","steps":[
  {"id":"c","tool":"idem",
   "parameters":{"name":"c","value":"{{$input.n}}","do":"later","ms":20}}]})";
// Three from a loop, one in a branch and one as the last step.
const std::string parent = R"({"id":"parent","workflows":{"child":)" + std::string(child) +
                           R"(},"steps":[
  {"id":"a","tool":"idem","parameters":{"name":"a","do":"later","ms":2}},
  {"id":"each","type":"foreach","n":3,"steps":[
    {"id":"one","workflow":"child","input":{"n":"{{loop.index}}"},"detached":true}]},
  {"id":"beside","type":"parallel","branches":[
    {"id":"left","workflow":"child","input":{"n":7},"detached":true},
    {"id":"right","tool":"idem","parameters":{"name":"right","do":"later","ms":3}}]},
  {"id":"end","workflow":"child","input":{"n":"{{len(each)}}"},"detached":true}]})";

std::vector<std::string> children(SimWorld& world) {
  std::vector<std::string> ids;
  for (const auto& [id, run] : world.store.runs) {
    if (id != "run-1" && !run.records.empty()) ids.push_back(id);
  }
  return ids;
}

bool keeps_some(const SimWorld& world) {
  for (const auto& [key, bytes] : world.store.entries) {
    if (key.starts_with("spawn/")) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("a detached step starts a run and goes on", "[sim][detached]") {
  SimPlans plans;
  const auto plan = plans.build(parent);
  SimWorld world({.has_sink = false, .loaded = {plans.build(child)}});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::completed);
  const std::vector<std::string> ids = children(world);
  REQUIRE(ids.size() == 5);
  for (const std::string& id : ids) {
    CHECK(world.store.runs[id].status == "completed");
    auto found = journal::acceptance_of(world.store.runs[id].records.front(), {});
    REQUIRE(found);
    const Value cause = found->view()["caused_by"_k];
    CHECK(cause["run"_k].as_text() == "run-1");
    CHECK(cause["depth"_k].as_u64() == 1);
  }
  // The last step succeeded with the run that it started, and named it.
  const Value last = ticket->report.outcome.view();
  CHECK(last["workflow"_k].as_text() == "child");
  CHECK(std::count(ids.begin(), ids.end(), last["run"_k].as_text()) == 1);
  CHECK_FALSE(keeps_some(world));
  CHECK(world.tools.count("c") == 5);
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("whenever the process ends, what a step started exists exactly once", "[sim][detached]") {
  SimPlans plans;
  const auto plan = plans.build(parent);
  const auto other = plans.build(child);
  uint64_t crashes = 0;
  for (uint64_t crash_at = 1; crash_at < 100; ++crash_at) {
    INFO("crash after commit " << crash_at);
    SimWorld world({.seed = crash_at, .has_sink = false, .loaded = {other}});
    world.submit(plan);
    while (world.store.commits < crash_at && world.step()) {
    }
    if (world.store.commits < crash_at) break;
    world.crash();
    ++crashes;
    std::vector<std::string> left;
    for (const auto& [id, run] : world.store.runs) {
      if (!run.records.empty() && run.status != "completed") left.push_back(id);
    }
    for (const std::string& id : left) {
      world.resume(id == "run-1" ? plan : other, run::Settle::again, id);
    }
    world.start_left();
    world.settle();
    CHECK(world.store.runs["run-1"].status == "completed");
    const std::vector<std::string> ids = children(world);
    CHECK(ids.size() == 5);
    for (const std::string& id : ids) CHECK(world.store.runs[id].status == "completed");
    CHECK_FALSE(keeps_some(world));
    CHECK(world.store.broken_rule == "");
    CHECK(replayed(plan, world) == "");
  }
  CHECK(crashes >= 6);
}

TEST_CASE("cancelling a run does not reach what it has started", "[sim][detached]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"parent","workflows":{"child":)" + std::string(child) +
                                R"(},"steps":[
    {"id":"one","workflow":"child","input":{"n":1},"detached":true},
    {"id":"long","tool":"idem","parameters":{"name":"long","do":"hang"}}]})");
  SimWorld world({.has_sink = false, .loaded = {plans.build(child)}});
  const auto ticket = world.submit(plan);
  world.settle(world.env.now() + 5'000'000);
  world.cancel(ticket);
  world.settle();
  CHECK(world.store.runs["run-1"].status == "cancelled");
  REQUIRE(children(world).size() == 1);
  CHECK(world.store.runs[children(world).front()].status == "completed");
}

TEST_CASE("a step whose start is refused fails and starts nothing", "[sim][detached]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"parent","error_strategy":"continue",
    "workflows":{"child":)" + std::string(child) +
                                R"(,"strict":{"steps":[],
      "input_schema":{"type":"object","required":["n"]}}},"steps":[
    {"id":"wrong","workflow":"strict","input":"{{$input}}","detached":true},
    {"id":"unused","workflow":"child","detached":true,"output":"{{result.nothing}}"},
    {"id":"told","tool":"idem","parameters":{"name":"told",
      "value":["{{wrong.error.code}}","{{unused.error.code}}"]}}]})");
  SimWorld world({.has_sink = false, .loaded = {plans.build(child)}});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(ticket->report.status == state::RunStatus::partially_completed);
  CHECK(children(world).empty());
  CHECK_FALSE(keeps_some(world));
  CHECK(replayed(plan, world) == "");
}

TEST_CASE("runs that start each other end somewhere", "[sim][detached]") {
  SimPlans plans;
  constexpr std::string_view endless =
      R"({"id":"endless","steps":[{"id":"again","workflow":"endless","detached":true}]})";
  const auto plan = plans.build(endless);
  SimWorld world({.has_sink = false, .loaded = {plan}});
  world.submit(plan);
  world.settle();
  uint64_t failed = 0;
  for (const auto& [id, run] : world.store.runs) failed += run.status == "failed" ? 1U : 0U;
  CHECK(world.store.runs.size() == 64);
  CHECK(failed == 1);
}

}  // namespace weft::tests
