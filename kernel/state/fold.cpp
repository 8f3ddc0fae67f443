// Law of this file: one event, one change, no judgement. What an event means was decided when it
// was made; recovery runs the same lines over the journal and calls nobody.
#include <algorithm>
#include <array>
#include <cstring>

#include <weft/value.hpp>

#include "base/check.hpp"
#include "state/state.hpp"

namespace weft::state {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

void touch(State& state, Frame& frame) {
  if (frame.is_dirty) return;
  frame.is_dirty = true;
  state.dirty.push_back(frame.number);
}

void open_frame(State& state, const Event& e) {
  const auto packed = static_cast<uint64_t>(e.value().as_i64());
  base::check(e.frame == state.frames.size(), "frames are numbered in the order they open");
  Frame& frame = state.frames.add();
  frame.block = static_cast<uint32_t>(packed);
  frame.parent = static_cast<uint32_t>(packed >> 32U);
  frame.parent_node = e.node;
  frame.parent_visit = e.visit;
  open_table(state, frame);
  touch(state, frame);
}

// What a closed frame waited for, nobody waits for any more.
void close_frame(State& state, Frame& frame) {
  touch(state, frame);
  frame.closed = true;
  std::erase_if(state.timers, [&](const Timer& t) { return t.frame == frame.number; });
  for (uint32_t n = 0; n < frame.count && state.doubted > 0; ++n) {
    if (frame.status[n] == WEFT_NODE_UNKNOWN) --state.doubted;
  }
}

void forget_timer(State& state, const Event& e, bool of_pattern) {
  std::erase_if(state.timers, [&](const Timer& t) {
    return t.frame == e.frame && t.node == e.node && t.of_pattern == of_pattern;
  });
}

void set_status(State& state, Frame& frame, uint32_t node, uint8_t status) {
  uint8_t& now = frame.status[node];
  const auto change =
      static_cast<uint32_t>(is_node_active(status)) - static_cast<uint32_t>(is_node_active(now));
  frame.active += change;
  if (state.node(frame, node).kind != plan::Kind::block) state.busy += change;
  now = status;
}

void start(State& state, Frame& frame, const Event& e) {
  if (frame.status[e.node] == WEFT_NODE_WAITING) forget_timer(state, e, false);
  if (frame.status[e.node] == WEFT_NODE_UNKNOWN) --state.doubted;
  if (e.attempt <= 1 && frame.status[e.node] != WEFT_NODE_READY) {
    frame.began[e.node] = e.tick;
    frame.visit[e.node] = e.visit;
    frame.value[e.node] = nullptr;
    frame.traits[e.node] = 0;
  }
  frame.attempt[e.node] = e.attempt;
  if (e.payload != nullptr) frame.value[e.node] = e.payload;
  set_status(state, frame, e.node, WEFT_NODE_RUNNING);
}

void queue(State& state, Frame& frame, const Event& e) {
  frame.began[e.node] = e.tick;
  frame.visit[e.node] = e.visit;
  frame.attempt[e.node] = 0;
  frame.value[e.node] = e.payload;
  frame.traits[e.node] = 0;
  set_status(state, frame, e.node, WEFT_NODE_READY);
}

void end(State& state, Frame& frame, const Event& e, uint8_t status) {
  const uint8_t before = frame.status[e.node];
  if (before == WEFT_NODE_WAITING) forget_timer(state, e, false);
  if (before == WEFT_NODE_UNKNOWN) --state.doubted;
  if (before == WEFT_NODE_PENDING || is_node_ended(before)) {
    frame.began[e.node] = e.tick;
    frame.visit[e.node] = e.visit;
    frame.attempt[e.node] = 0;
  }
  frame.ended[e.node] = e.tick;
  frame.value[e.node] = e.payload;
  frame.traits[e.node] = e.flags;
  set_status(state, frame, e.node, status);
}

void end_run(State& state, const Event& e, RunStatus status) {
  state.status = status;
  state.outcome = e.value();
  state.ended = e.tick;
}

void accept(State& state, const Event& e) {
  state.acceptance = e.value();
  state.input = e.value()["input"_k];
  state.params = e.value()["params"_k];
  state.seed = e.value()["seed"_k].as_u64();
  state.accepted = state.since = e.tick;
  state.status = RunStatus::running;
}

void fold_step(State& state, const Event& e) {
  Frame& frame = state.frames[e.frame];
  touch(state, frame);
  frame.dirty[e.node / chunk_nodes] = 1;
  switch (e.type) {
    case Type::step_queued: return queue(state, frame, e);
    case Type::step_started: return start(state, frame, e);
    case Type::step_succeeded:
      frame.prev = e.node;
      return end(state, frame, e, WEFT_NODE_SUCCEEDED);
    case Type::step_failed: {
      const bool goes_on = (e.flags & event::is_continued) != 0;
      if (goes_on) ++state.continued;
      return end(state, frame, e, goes_on ? WEFT_NODE_CONTINUED : WEFT_NODE_FAILED);
    }
    case Type::step_skipped: return end(state, frame, e, WEFT_NODE_SKIPPED);
    case Type::step_cancelled: return end(state, frame, e, WEFT_NODE_CANCELLED);
    case Type::step_retried:
      state.timers.push_back({e.frame, e.node, e.value()["due_ns"_k].as_i64(), false});
      return set_status(state, frame, e.node, WEFT_NODE_WAITING);
    case Type::step_stopping: {
      frame.traits[e.node] |= trait_stopping;
      Frame* inner = state.child(frame, e.node);
      if (inner == nullptr) return;
      inner->stopping = true;
      return touch(state, *inner);
    }
    case Type::step_doubted:
      ++state.doubted;
      return set_status(state, frame, e.node, WEFT_NODE_UNKNOWN);
    default: return;
  }
}

bool may_open(const State& state, const Event& e) {
  const auto packed = static_cast<uint64_t>(e.value().as_i64());
  const auto block = static_cast<uint32_t>(packed);
  const auto parent = static_cast<uint32_t>(packed >> 32U);
  if (block >= state.plan->blocks.size() || e.frame != state.frames.size()) return false;
  if (parent == event::no_frame) return e.frame == 0;
  if (parent >= e.frame || e.node >= state.frames[parent].count) return false;
  const Frame& outer = state.frames[parent];
  return state.node(outer, e.node).block == block && state.child(outer, e.node) == nullptr;
}

}  // namespace

bool may_fold(const State& state, const Event& e) {
  if (e.type == Type::frame_opened) return may_open(state, e);
  if (e.type == Type::run_stopping) return !state.frames.empty();
  if (e.frame == event::no_frame) return e.type < Type::frame_opened;
  if (e.frame >= state.frames.size()) return false;
  const bool of_frame = e.type == Type::frame_advanced || e.type == Type::frame_closed;
  return of_frame || e.node < state.frames[e.frame].count;
}

void fold(State& state, const Event& e) {
  base::check(e.seq == state.seq + 1, "events are folded in order");
  state.seq = e.seq;
  state.updated = e.tick;
  switch (e.type) {
    case Type::run_accepted: return accept(state, e);
    case Type::run_started: state.status = RunStatus::running; return;
    case Type::run_resumed:
      state.status = RunStatus::running;
      state.since = e.tick;
      return;
    case Type::run_waiting: state.status = RunStatus::waiting; return;
    case Type::run_paused: state.status = RunStatus::paused; return;
    case Type::run_completed: return end_run(state, e, RunStatus::completed);
    case Type::run_partially_completed: return end_run(state, e, RunStatus::partially_completed);
    case Type::run_failed: return end_run(state, e, RunStatus::failed);
    case Type::run_cancelled: return end_run(state, e, RunStatus::cancelled);
    case Type::run_stopping:
      state.stopping = e.value();
      state.frames.front().stopping = true;
      return touch(state, state.frames.front());
    case Type::frame_opened: return open_frame(state, e);
    case Type::frame_advanced:
      state.frames[e.frame].memo = e.value();
      return touch(state, state.frames[e.frame]);
    case Type::frame_closed: return close_frame(state, state.frames[e.frame]);
    case Type::timer_set:
      state.timers.push_back({e.frame, e.node, e.value().as_i64(), true});
      return;
    case Type::timer_fired: return forget_timer(state, e, true);
    case Type::branch_selected: return;
    default: return fold_step(state, e);
  }
}

const Frame* State::child(const Frame& frame, uint32_t n) const {
  if (frame.inner == nullptr || frame.inner[n] == event::no_frame) return nullptr;
  const Frame& inner = frames[frame.inner[n]];
  return inner.closed ? nullptr : &inner;
}

Frame* State::child(const Frame& frame, uint32_t n) {
  const Frame* inner = static_cast<const State*>(this)->child(frame, n);
  return inner != nullptr ? &frames[inner->number] : nullptr;
}

std::string step_path(const State& state, uint32_t frame, uint32_t node) {
  std::string path;
  while (frame != event::no_frame && node != event::no_node) {
    const Frame& f = state.frames[frame];
    std::string part(state.node(f, node).id);
    if (f.visit[node] != 0) part += '#' + std::to_string(f.visit[node]);
    path = path.empty() ? part : part + '/' + path;
    node = f.parent_node;
    frame = f.parent;
  }
  return path;
}

std::string_view to_text(RunStatus status) {
  constexpr std::array<std::string_view, 8> words{"pending", "running",   "paused",
                                                  "waiting", "completed", "partially_completed",
                                                  "failed",  "cancelled"};
  return words[static_cast<size_t>(status)];
}

std::string_view node_status_text(uint8_t status) {
  constexpr std::array<std::string_view, 11> words{"pending",   "ready",   "running",    "waiting",
                                                   "succeeded", "failed",  "failed",     "skipped",
                                                   "cancelled", "unknown", "compensated"};
  return status < words.size() ? words[status] : "unknown";
}

}  // namespace weft::state
