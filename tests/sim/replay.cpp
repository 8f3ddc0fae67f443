// A run decided again from what it recorded, and held against the record.
#include <cstdlib>
#include <map>

#include <weft/draft/hook.h>

#include "catch.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"
#include "travel/account.hpp"
#include "travel/imagine.hpp"
#include "travel/replay.hpp"

namespace weft::tests {
namespace {

uint64_t runs() {
  const char* more = std::getenv("WEFT_SIM_RUNS");
  return more != nullptr ? std::strtoull(more, nullptr, 10) : 300;
}

travel::History history_of(SimWorld& world) {
  travel::History history;
  history.run = "run-1";
  history.records = world.store.runs["run-1"].records;
  return history;
}

// What is different, as text for a failed check; empty when nothing is.
std::string difference(Replayed replayed) {
  if (replayed.differences.empty()) return {};
  const Divergence& d = replayed.differences.front();
  return "event " + std::to_string(d.seq) + ", step '" + d.step + "', " + d.field + d.pointer +
         ": " + (d.first ? d.first->to_json() : "nothing") + " against " +
         (d.second ? d.second->to_json() : "nothing");
}

std::string replay(const SimWorld::Plan& plan, const travel::History& history) {
  travel::Replay replay(history, plan);
  const auto played = replay.play();
  if (!played) return played.error().message;
  Replayed replayed = replay.take_result();
  if (replayed.events == 0) return "nothing was replayed";
  return difference(std::move(replayed));
}

// What another definition would have made of it.
Replayed imagine(const SimWorld::Plan& plan, const travel::History& history,
                 const SimWorld::Plan& with) {
  travel::Replay replay(history, plan);
  REQUIRE(replay.play());
  REQUIRE_FALSE(replay.has_difference());
  travel::Imagined imagined(replay, "run-1", with);
  imagined.play();
  const travel::History other = imagined.take_history();
  auto compared = travel::compare({travel::Side{&history, plan}, travel::Side{&other, with}});
  REQUIRE(compared);
  Replayed replayed = replay.take_result();
  imagined.tell(replayed);
  replayed.steps.push_back(std::move(*compared));
  return replayed;
}

// A hook before calls that has a verdict for each step.
struct Judge {
  weft_hook table{};
  std::map<std::string, uint32_t, std::less<>> verdicts;

  engine::Listener bound() {
    table.size = sizeof table;
    table.points = uint64_t{1} << WEFT_AT_BEFORE_TOOL_EXECUTION;
    table.on = on;
    engine::Listener hook;
    hook.bound.table = &table;
    hook.bound.self = this;
    hook.id = "judge";
    return hook;
  }
  static weft_status on(void* self, uint32_t, const weft_call*, weft_val subject,
                        weft_out* out) noexcept {
    using namespace weft::lit;
    const auto& verdicts = static_cast<Judge*>(self)->verdicts;
    const auto found = verdicts.find(Value(subject)["step"_k].as_text());
    out->flags = found != verdicts.end() ? found->second : WEFT_VERDICT_CONTINUE + 0U;
    if (out->flags != WEFT_VERDICT_CONTINUE) out->val = Value(subject)["data"_k].raw();
    return WEFT_OK;
  }
};

TEST_CASE("every run is decided again as it was recorded", "[sim]") {
  SimPlans plans;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const std::string definition = RandomDefinition(seed, {}).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    SimWorld world({.seed = seed, .has_sink = false});
    world.submit(plan);
    world.settle();
    REQUIRE(replay(plan, history_of(world)) == "");
  }
}

TEST_CASE("a run that crashed, was asked to end or was settled is decided again as recorded",
          "[sim]") {
  SimPlans plans;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const std::string definition = RandomDefinition(seed, {}).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    SimWorld world({.seed = seed, .has_sink = false});
    auto ticket = world.submit(plan);
    for (uint64_t until = 2 + seed % 3; !ticket->is_done && until < 300; until += 2 + seed % 3) {
      while (world.store.commits < until && world.step()) {
      }
      if (ticket->is_done || world.store.commits < until) break;
      world.crash();
      const auto& status = world.store.runs["run-1"].status;
      if (status != "running" && status != "waiting") break;
      const auto settle = until % 2 == 0 ? run::Settle::again : run::Settle::fail;
      ticket = world.resume(plan, seed % 4 == 0 ? std::nullopt : std::optional(settle));
      if (seed % 5 == 0 && until > 6) world.cancel(ticket);
    }
    world.settle();
    REQUIRE(replay(plan, history_of(world)) == "");
  }
}

TEST_CASE("what hooks said is part of what is decided again", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","type":"dag","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a"}},
    {"id":"b","tool":"once","parameters":{"name":"b"},"on_error":"continue"},
    {"id":"c","tool":"pure","parameters":{"name":"c"}},
    {"id":"d","tool":"pure","parameters":{"name":"d","value":"{{a}}"}},
    {"id":"e","tool":"pure","parameters":{"name":"e"}}]})");
  Judge judge;
  judge.verdicts = {{"a", WEFT_VERDICT_MODIFIED},
                    {"b", WEFT_VERDICT_CANCEL},
                    {"c", WEFT_VERDICT_SKIPPED},
                    {"d", WEFT_VERDICT_REPLACE}};
  SimWorld world({.hooks = {judge.bound()}});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(tell(ticket->report).find("\nb failed") != std::string::npos);
  CHECK(tell(ticket->report).find("\nc skipped") != std::string::npos);
  CHECK(replay(plan, history_of(world)) == "");
}

TEST_CASE("the field 'output' of a step is not applied twice", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":3},"output":{"is":"{{result.value}}"}},
    {"id":"b","tool":"pure","parameters":{"name":"b"},"output":"{{result.value.missing}}"}]})");
  SimWorld world({});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  CHECK(tell(ticket->report).find(R"(a succeeded {"is":3})") != std::string::npos);
  CHECK(tell(ticket->report).starts_with("failed path.missing in b"));
  CHECK(replay(plan, history_of(world)) == "");
}

TEST_CASE("a record that was forged differs from what is decided", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"b","tool":"pure","parameters":{"name":"b","value":"{{a.value}}"}}]})");
  const auto other = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"b","tool":"pure","parameters":{"name":"b","value":"{{a.name}}"}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  CHECK(replay(plan, history_of(world)) == "");
  const std::string told = replay(other, history_of(world));
  CHECK(told.find("step 'b', arguments/value: 1 against \"a\"") != std::string::npos);
}

TEST_CASE("the same definition would have made the same of the answers", "[sim]") {
  SimPlans plans;
  for (uint64_t seed = 1; seed <= runs(); ++seed) {
    const std::string definition = RandomDefinition(seed, {}).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    SimWorld world({.seed = seed, .has_sink = false});
    const auto ticket = world.submit(plan);
    world.settle();
    Replayed replayed = imagine(plan, history_of(world), plan);
    REQUIRE(replayed.state == static_cast<RunState>(ticket->report.status));
    REQUIRE(replayed.steps.front().different == 0);
    REQUIRE(replayed.steps.front().only_first.empty());
    REQUIRE(replayed.steps.front().only_second.empty());
    REQUIRE(replayed.unused.empty());

    const auto& differences = replayed.steps.front().differences;
    REQUIRE(differences.empty());
  }
}

TEST_CASE("a changed definition is played with the answers of the steps it still has", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"b","tool":"once","parameters":{"name":"b","do":"later","ms":5,"value":"{{a.value}}"}},
    {"id":"c","tool":"pure","parameters":{"name":"c","value":"{{b.name}}"}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  SECTION("a step in between that nobody has an answer for ends the play") {
    const auto with = plans.build(R"({"id":"x","steps":[
      {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
      {"id":"new","tool":"pure","parameters":{"name":"new"}},
      {"id":"b","tool":"once","parameters":{"name":"b","do":"later","ms":5}}]})");
    const Replayed replayed = imagine(plan, history_of(world), with);
    CHECK(replayed.unanswered == std::vector<std::string>{"new"});
    CHECK(replayed.unused == std::vector<std::string>{"b", "c"});
    CHECK(replayed.state == RunState::running);
    CHECK(replayed.steps.front().same == 1);
  }
  SECTION("a condition that would leave a step out changes what follows") {
    const auto with = plans.build(R"({"id":"x","steps":[
      {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
      {"id":"b","if":"a.value > 1","tool":"once","parameters":{"name":"b"},"on_error":"continue"},
      {"id":"c","tool":"pure",
       "parameters":{"name":"c","value":"{{default(b.name, \"none\")}}"}}]})");
    const Replayed replayed = imagine(plan, history_of(world), with);
    const Comparison& steps = replayed.steps.front();
    REQUIRE_FALSE(steps.differences.empty());
    CHECK(steps.differences.front().step == "b");
    CHECK(replayed.unused == std::vector<std::string>{"b"});
    CHECK(replayed.state == RunState::completed);
    CHECK(steps.different == 2);
  }
}

TEST_CASE("attempts that a new policy would add have no answer", "[sim]") {
  SimPlans plans;
  const std::string head = R"({"id":"x","steps":[{"id":"a","tool":"pure",)";
  const std::string tail = R"("parameters":{"name":"a","do":"fail","times":1}}]})";
  const auto plan = plans.build(head + tail);
  const auto with = plans.build(head + R"("retry":{"max_attempts":3,"initial":"1s"},)" + tail);
  SimWorld world({});
  world.submit(plan);
  world.settle();
  const Replayed replayed = imagine(plan, history_of(world), with);
  CHECK(replayed.state == RunState::running);
  CHECK(replayed.unanswered == std::vector<std::string>{"a"});
}

}  // namespace
}  // namespace weft::tests
