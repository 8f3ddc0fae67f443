// The caches of patterns may be closed at any time: the commands stay the same.
#include "catch.hpp"

#include <algorithm>
#include <deque>

#include "base/json.hpp"
#include "nest.hpp"
#include "random_definition.hpp"
#include "run/decide.hpp"
#include "sim_plans.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using run::Command;
using run::Input;

// A run without an engine: every call is answered, every timer fires, in the order they came.
struct Bare {
  Bare(std::shared_ptr<const plan::Plan> plan, bool closes)
      : run(0, "bare", std::move(plan), pages), closes_caches(closes) {}

  void take(const Input& input) {
    decision.clear();
    decider.decide(run, input, ++tick, decision);
    for (const event::Event& e : decision.events) {
      told += std::string(event::name(e.type)) + ' ' + std::to_string(e.frame) + ' ' +
              std::to_string(e.node) + ' ' + std::to_string(e.attempt) + ' ' +
              base::json_text(Value(e.payload)) + '\n';
    }
    for (const Command& c : decision.commands) {
      told += std::to_string(static_cast<int>(c.kind)) + ' ' + std::to_string(c.frame) + ' ' +
              std::to_string(c.node) + ' ' + std::to_string(c.due) + ' ' + base::json_text(c.args) +
              '\n';
      todo.push_back(c);
    }
    if (closes_caches) run.close_caches();
  }

  void play(Value acceptance) {
    Input submit;
    submit.value = acceptance;
    take(submit);
    while (!todo.empty()) {
      const Command c = todo.front();
      todo.pop_front();
      Input input;
      input.frame = c.frame;
      input.node = c.node;
      input.visit = c.visit;
      input.attempt = c.attempt;
      input.kind = c.kind == Command::Kind::wake_at ? Input::Kind::wake : Input::Kind::reply;
      const std::string_view how = c.args["do"_k].as_text();
      const bool misbehaves = c.attempt <= c.args["times"_k].as_u64(UINT32_MAX);
      weft_error error{};
      error.size = sizeof error;
      if (c.kind == Command::Kind::call && misbehaves && (how == "fail" || how == "refuse")) {
        error.flags = how == "fail" ? WEFT_ERR_RETRYABLE : 0;
        input.status = WEFT_FAILED;
        input.error = &error;
      } else if (c.kind == Command::Kind::stop) {
        input.status = WEFT_CANCELLED;
      } else if (c.kind == Command::Kind::finished || c.kind == Command::Kind::parked) {
        continue;
      }
      input.value = c.args;
      tick = std::max(tick, c.due);
      take(input);
    }
  }

  state::Pages pages;
  run::Run run;
  run::Decider decider;
  run::Decision decision;
  int64_t tick = 1000;
  bool closes_caches;
  std::string told;
  std::deque<Command> todo;
};

TEST_CASE("closing every cache after every decision changes no event and no command", "[sim]") {
  SimPlans plans;
  base::Blocks blocks;
  const Value acceptance = *base::parse_json(
      R"({"id":"bare","input":{"number":7,"text":"abc"},"seed":5})", blocks.arena());
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    const std::string definition = RandomDefinition(seed, {}).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    Bare kept(plan, false), closed(plan, true);
    kept.play(acceptance);
    closed.play(acceptance);
    REQUIRE(state::is_ended(kept.run.state.status));
    REQUIRE(kept.told == closed.told);
  }
}

TEST_CASE("closing every cache changes nothing in any stack of patterns", "[sim][nesting]") {
  SimPlans plans;
  base::Blocks blocks;
  const Value acceptance =
      *base::parse_json(R"({"id":"bare","input":null,"seed":5})", blocks.arena());
  uint32_t played = 0;
  for (uint32_t depth = 1; depth <= 4; ++depth) {
    for (const Nest& nest : nests(depth)) {
      if (nest.happening.kind > Happening::Kind::skip) continue;  // those hang
      INFO(nest.definition());
      const auto plan = plans.build(nest.definition());
      Bare kept(plan, false), closed(plan, true);
      kept.play(acceptance);
      closed.play(acceptance);
      REQUIRE(state::is_ended(kept.run.state.status));
      REQUIRE(kept.told == closed.told);
      ++played;
    }
  }
  CHECK(played > 5'000);
}

}  // namespace
}  // namespace weft::tests
