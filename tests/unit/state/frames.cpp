// Frames by number, and which of them keep their memory.
#include "state/frames.hpp"

#include "catch.hpp"
#include "run_of.hpp"
#include "state/sweep.hpp"

using namespace weft;
using event::Type;
using state::Frame;
using state::Frames;

TEST_CASE("a frame stays where it is while others come", "[state]") {
  Frames frames;
  CHECK(frames.empty());
  const Frame* first = &frames.add();
  for (uint32_t n = 1; n < 1000; ++n) CHECK(frames.add().number == n);
  CHECK(&frames.front() == first);
  CHECK(frames.size() == 1000);
  CHECK(frames[999].number == 999);
}

TEST_CASE("numbers that are left out read as frames that are gone", "[state]") {
  const auto [from, to] = GENERATE(
      table<uint32_t, uint32_t>({{0, 5}, {3, 31}, {3, 32}, {31, 33}, {32, 200}, {40, 95}}));
  INFO(from << " to " << to);
  Frames frames;
  for (uint32_t n = 0; n < from; ++n) frames.add();
  frames.add(to);
  CHECK(frames.size() == to + 1);
  for (uint32_t n = 0; n <= to; ++n) {
    const bool is_there = n < from || n == to;
    CHECK(frames[n].released == !is_there);
    CHECK(frames[n].closed == !is_there);
    CHECK(frames[n].count == 0);
  }
  uint32_t seen = 0;
  for (const Frame& frame : frames) {
    CHECK_FALSE(frame.released);
    ++seen;
  }
  CHECK(seen == from + 1);
  frames.extend(to + 40);
  CHECK(frames.size() == to + 40);
  CHECK(frames.add().number == to + 40);
  CHECK_FALSE(frames[to].released);
}

TEST_CASE("the table of a frame is there until its step opens the next one", "[state]") {
  tests::RunOf run(R"({"id":"x","steps":[{"id":"outer","type":"sequential","steps":[
    {"id":"inner","type":"sequential","steps":[{"id":"a","tool":"upper",
     "parameters":{"input":"x"}}]}]}]})");
  run.open(0, event::no_frame, event::no_node);
  run.open(1, 0, 0);
  run.open(2, 1, 0);
  run.tell(Type::step_started, 2, 0);
  run.tell(Type::step_succeeded, 2, 0, "1");
  run.tell(Type::frame_closed, 2);
  run.tell(Type::frame_closed, 1);
  CHECK_FALSE(run.state.frames[2].released);
  CHECK(run.state.frames[2].status[0] == WEFT_NODE_SUCCEEDED);

  run.open(3, 0, 0);
  CHECK(run.state.frames[1].released);
  CHECK(run.state.frames[2].released);
  CHECK(run.state.frames[2].count == 0);
  CHECK(run.state.child(run.state.frames[0], 0) == &run.state.frames[3]);
  const event::Event late{Type::step_succeeded, 0, 1, 2, 0, 0, run.state.seq + 1, 1, nullptr};
  CHECK_FALSE(state::may_fold(run.state, late));
}

TEST_CASE("a step cannot open a frame while its frame is open, nor one of another block",
          "[state]") {
  tests::RunOf run(R"({"id":"x","steps":[
    {"id":"one","type":"sequential","steps":[{"id":"a","tool":"upper",
     "parameters":{"input":"x"}}]},
    {"id":"two","type":"sequential","steps":[{"id":"b","tool":"upper",
     "parameters":{"input":"x"}}]}]})");
  run.open(0, event::no_frame, event::no_node);
  CHECK_FALSE(state::may_fold(run.state, run.opened(1, 0, 0, 2)));
  run.open(1, 0, 0);
  CHECK_FALSE(state::may_fold(run.state, run.opened(2, 0, 0, 1)));
  run.tell(Type::frame_closed, 1);
  CHECK(state::may_fold(run.state, run.opened(2, 0, 0, 1)));
}

TEST_CASE("a million frames of one step, one after the other, take the memory of a few",
          "[state]") {
  tests::RunOf run(R"({"id":"x","steps":[{"id":"outer","type":"sequential","steps":[
    {"id":"a","tool":"upper",
     "parameters":{"input":"x"}}]}]})");
  run.open(0, event::no_frame, event::no_node);
  const tests::Allocated before;
  for (uint32_t n = 1; n <= 1'000'000; ++n) {
    run.open(n, 0, 0);
    run.tell(Type::frame_closed, n);
    if (run.state.vault.is_full()) state::sweep(run.state);
  }
  state::sweep(run.state);
  CHECK(run.state.frames.size() == 1'000'001);
  CHECK(run.state.vault.held_bytes() < 2'000'000);
  CHECK(run.state.dirty.size() < 10);
  CHECK(before.more_bytes() < 8'000'000);
}
