// What a sweep gives back, and what it leaves.
#include "state/sweep.hpp"

#include "base/blocks.hpp"
#include "catch.hpp"
#include "run_of.hpp"

using namespace weft;
using namespace weft::lit;
using event::Type;

namespace {

const char* const two_steps = R"({"id":"x","steps":[
    {"id":"a","tool":"upper","parameters":{"input":"x"}},
    {"id":"b","tool":"upper","parameters":{"input":"y"}}]})";

std::string text_of(size_t n, char c) { return '"' + std::string(n, c) + '"'; }

}  // namespace

TEST_CASE("whatever the state refers to survives a sweep, through links to links", "[state]") {
  tests::RunOf run(two_steps);
  run.open(0, event::no_frame, event::no_node);
  run.tell(Type::step_started, 0, 0, R"({"argument":"of the first step, a long one"})");
  run.tell(Type::step_succeeded, 0, 0, R"(["one text that is long",["and one within a list"]])");
  const Value result(run.state.frames[0].value[0]);
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("linked"_k, result[1]);
  b.end_object();
  run.tell(Type::step_started, 0, 1, b.take_value());
  const Value argument(run.state.frames[0].value[1]);
  run.tell(Type::step_succeeded, 0, 1, argument["linked"_k]);
  run.tell(Type::frame_advanced, 0, event::no_node, R"({"memo":"of the pattern, a long one"})");
  // What the second step linked to is now held by that link alone.
  run.tell(Type::step_started, 0, 0, text_of(300, 'z'));
  for (int i = 0; i < 2000; ++i) {
    run.tell(Type::step_succeeded, 0, 0, text_of(700, 'x'));
    run.tell(Type::step_started, 0, 0, text_of(700, 'y'));
  }
  const uint64_t before = run.state.vault.held_bytes();
  const uint64_t given = state::sweep(run.state);
  CHECK(given > before * 9 / 10);
  // Whoever takes pages now writes over what was given back.
  for (int i = 0; i < 500; ++i) run.tell(Type::step_succeeded, 0, 0, text_of(700, 'w'));
  CHECK(base::json_text(run.state.input) == R"({"a":"what the run was given"})");
  CHECK(base::json_text(run.state.frames[0].memo) == R"({"memo":"of the pattern, a long one"})");
  CHECK(base::json_text(Value(run.state.frames[0].value[1])) == R"(["and one within a list"])");
}

TEST_CASE("a million results of one step take the memory of a few", "[state]") {
  tests::RunOf run(two_steps);
  run.open(0, event::no_frame, event::no_node);
  const std::string words = text_of(200, 'x');
  uint64_t largest = 0, sweeps = 0;
  const tests::Allocated before;
  for (int i = 0; i < 1'000'000; ++i) {
    run.tell(Type::step_started, 0, 0);
    run.tell(Type::step_succeeded, 0, 0, words);
    if (!run.state.vault.is_full()) continue;
    state::sweep(run.state);
    ++sweeps;
    largest = std::max(largest, before.more_bytes());
  }
  CHECK(sweeps > 100);
  CHECK(sweeps < 1000);
  CHECK(largest < 4'000'000);
  CHECK(run.state.vault.held_bytes() < 2'000'000);
}

TEST_CASE("what one run gives back is not taken from its fork", "[state]") {
  tests::RunOf run(two_steps);
  run.open(0, event::no_frame, event::no_node);
  run.tell(Type::step_started, 0, 0);
  run.tell(Type::step_succeeded, 0, 0, text_of(50'000, 'f'));
  state::State fork(run.plan, run.pages);
  state::copy(run.state, fork);
  run.tell(Type::step_started, 0, 0);
  run.tell(Type::step_succeeded, 0, 0, "1");
  CHECK(state::sweep(run.state) > 50'000);
  for (int i = 0; i < 100; ++i) run.tell(Type::step_succeeded, 0, 0, text_of(50'000, 'g'));
  CHECK(base::json_text(Value(fork.frames[0].value[0])) == text_of(50'000, 'f'));
}
