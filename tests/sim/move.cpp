// Runs that go on under another definition.
#include "state/move.hpp"

#include <cctype>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "random_definition.hpp"
#include "sim_world.hpp"
#include "travel/checkpoints.hpp"
#include "travel/replay.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

// With every word such as s1 as t1.
std::string with_letter(std::string text, char from, char to) {
  const auto is_in_word = [&](size_t at) {
    return at < text.size() && std::isalnum(static_cast<unsigned char>(text[at])) != 0;
  };
  for (size_t i = 0; i + 1 < text.size(); ++i) {
    const bool begins = text[i] == from && (i == 0 || !is_in_word(i - 1));
    size_t end = i + 1;
    while (end < text.size() && std::isdigit(static_cast<unsigned char>(text[end])) != 0) ++end;
    if (begins && end > i + 1 && !is_in_word(end)) text[i] = to;
  }
  return text;
}
std::string renamed(const std::string& text) { return with_letter(text, 's', 't'); }
std::string back(const std::string& text) { return with_letter(text, 't', 's'); }

void add_names(const plan::Plan& plan, uint32_t block, const std::string& path, Builder& b) {
  const plan::Block& in = plan.blocks[block];
  for (uint32_t n = 0; n < in.count; ++n) {
    const plan::Node& node = plan.node(in, n);
    const std::string at = path + std::string(node.id);
    b.begin_object();
    b.set("from"_k, std::string_view(at));
    b.set("to"_k, std::string_view(renamed(std::string(node.id))));
    b.end_object();
    if (node.block != plan::none) add_names(plan, node.block, at + '/', b);
  }
}

base::Doc how_to(const plan::Plan& to, const plan::Plan* renamed_from = nullptr) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("definition"_k, std::string_view(base::to_hex(to.hash)));
  b.key("map"_k);
  b.begin_array();
  if (renamed_from != nullptr) add_names(*renamed_from, 0, {}, b);
  b.end_array();
  b.key("variables"_k);
  b.begin_object();
  b.end_object();
  b.end_object();
  return base::pack(b.take_value());
}

// The names that a drawn definition gives the blocks of its steps are those of no tool.
std::string untouched_outcome(const SimWorld::Plan& plan, uint64_t seed) {
  SimWorld world({.seed = seed, .has_sink = false});
  const auto ticket = world.submit(plan);
  world.settle();
  REQUIRE(ticket->is_done);
  return tell(ticket->report);
}

TEST_CASE("a run that is paused anywhere and moved to other names ends as it would have", "[sim]") {
  SimPlans plans;
  uint64_t moves = 0;
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    const RandomShape shape{.depth = 3, .steps = 10, .may_fail = false};
    const std::string definition = RandomDefinition(seed, shape).make();
    INFO("seed " << seed << "\n" << definition);
    const auto plan = plans.build(definition);
    const auto other = plans.build(renamed(definition));
    SimWorld world({.seed = seed, .has_sink = false});
    const auto ticket = world.submit(plan);
    world.settle(world.env.now() + static_cast<int64_t>(world.env.draw(2'000'000'000)));
    world.send(ticket, R"({"verb":"pause"})");
    world.settle();
    REQUIRE(ticket->is_done);
    if (ticket->report.status != state::RunStatus::paused) continue;

    auto moved = world.move(plan, other, how_to(*other, plan.get()));
    world.settle();
    REQUIRE(moved->is_done);
    REQUIRE(moved->report.error.code == "");
    REQUIRE(moved->report.status == state::RunStatus::paused);
    if (seed % 2 == 0) world.crash();
    auto going = world.resume(plan);
    world.send(going, R"({"verb":"resume"})");
    world.settle();
    REQUIRE(going->is_done);
    CHECK(back(tell(going->report)) == untouched_outcome(plan, seed));
    CHECK(world.store.broken_rule == "");
    ++moves;

    travel::History history;
    history.run = "run-1";
    history.records = world.store.runs["run-1"].records;
    history.plan_of = [&](Value) -> Result<SimWorld::Plan> { return other; };
    travel::Replay replay(history, plan);
    const auto played = replay.play();
    INFO((played ? std::string() : played.error().message));
    REQUIRE(played);
    CHECK_FALSE(replay.has_difference());
  }
  CHECK(moves > 50);
}

TEST_CASE("running_instance_moves_to_a_new_version_or_is_refused", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"w","wait":{"signal":"s"}}]})");
  const auto other = plans.build(R"({"id":"x","steps":[
    {"id":"b","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"w","wait":{"signal":"s"}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  travel::History history;
  history.records = world.store.runs["run-1"].records;
  base::Blocks blocks;
  const Value renamed = *base::parse_json(R"([{"from":"a","to":"b"}])", blocks.arena());
  std::vector<Error> found, mapped;
  REQUIRE(travel::fold(history, plan, [&](const state::State& state, const event::Event& e) {
    if (e.type != event::Type::run_waiting) return;
    found = state::objections(state, *other, state::Mapping(*state.plan, *other, {}));
    mapped = state::objections(state, *other, state::Mapping(*state.plan, *other, renamed));
  }));
  CHECK(mapped.empty());
  REQUIRE(found.size() == 1);
  CHECK(found.front().code == "migrate.step_gone");
  CHECK(found.front().message.find("'a'") != std::string::npos);
}

TEST_CASE("a step that is added and waits for nothing any more begins with the move", "[sim]") {
  SimPlans plans;
  const std::string steps = R"(
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"w","wait":{"signal":"s"},"depends_on":["a"]})";
  const auto plan = plans.build(R"({"id":"x","type":"dag","steps":[)" + steps + "]}");
  const auto other = plans.build(R"({"id":"x","type":"dag","steps":[)" + steps + R"(,
    {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a.value}}"}},
    {"id":"c","tool":"once","parameters":{"name":"c"},"depends_on":["w"]}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  world.tools.calls.clear();
  const auto moved = world.move(plan, other, how_to(*other));
  world.settle();
  REQUIRE(moved->is_done);
  REQUIRE(moved->report.status == state::RunStatus::waiting);
  REQUIRE(world.tools.calls.size() == 1);
  CHECK(world.tools.calls.front().name == "b");
}

TEST_CASE("a loop that has begun moves with the steps it has, and with no others", "[sim]") {
  SimPlans plans;
  const auto loop = [&](std::string_view more) {
    return plans.build(
        R"({"id":"x","type":"dag","steps":[{"id":"l","type":"loop","iterator":{"count":3},"body":[
      {"id":"a","tool":"pure","parameters":{"name":"a","value":"{{loop.index}}"}},
      {"id":"w","wait":{"signal":"s"}})" +
        std::string(more) + "]}]}");
  };
  const auto plan = loop("");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  travel::History history;
  history.records = world.store.runs["run-1"].records;
  std::vector<Error> same, other;
  const auto longer = loop(R"(,{"id":"b","tool":"pure","parameters":{"name":"b"}})");
  REQUIRE(travel::fold(history, plan, [&](const state::State& state, const event::Event& e) {
    if (e.type != event::Type::run_waiting) return;
    same = state::objections(state, *plan, state::Mapping(*plan, *plan, {}));
    other = state::objections(state, *longer, state::Mapping(*plan, *longer, {}));
  }));
  CHECK(same.empty());
  REQUIRE(other.size() == 1);
  CHECK(other.front().code == "migrate.block_changed");
}

TEST_CASE("records that move a run to a plan that does not fit are damage", "[sim]") {
  SimPlans plans;
  const auto plan = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":1}},
    {"id":"w","wait":{"signal":"s"}}]})");
  const auto other = plans.build(R"({"id":"x","steps":[
    {"id":"a","tool":"pure","parameters":{"name":"a","value":2}},
    {"id":"w","wait":{"signal":"s"}}]})");
  const auto strange = plans.build(R"({"id":"x","steps":[
    {"id":"q","tool":"pure","parameters":{"name":"a","value":2}}]})");
  SimWorld world({});
  world.submit(plan);
  world.settle();
  world.move(plan, other, how_to(*other));
  world.settle();
  travel::History history;
  history.records = world.store.runs["run-1"].records;
  const auto fold_with = [&](const SimWorld::Plan& given) {
    history.plan_of = [given](Value) -> Result<SimWorld::Plan> { return given; };
    return travel::fold(history, plan, [](const state::State&, const event::Event&) {});
  };
  CHECK(fold_with(other));
  const auto damaged = fold_with(strange);
  REQUIRE_FALSE(damaged);
  CHECK(damaged.error().code == "journal.damaged");
  history.plan_of = {};
  const auto lost = travel::fold(history, plan, [](const state::State&, const event::Event&) {});
  REQUIRE_FALSE(lost);
  CHECK(lost.error().code == "run.moved");
}

}  // namespace
}  // namespace weft::tests
