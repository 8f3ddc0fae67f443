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

// All columns in one piece, the widest first so that each is aligned.
void open_table(State& state, Frame& frame) {
  const uint64_t n = frame.count;
  constexpr uint64_t per_node = 8 + 8 + 8 + 4 + 2 + 1 + 1;
  frame.memory = state.pages->take(n * per_node, &frame.memory_bytes);
  char* at = frame.memory;
  const auto column = [&at, n](auto*& to, bool zero) {
    using T = std::remove_reference_t<decltype(*to)>;
    to = reinterpret_cast<T*>(at);
    if (zero) std::memset(at, 0, n * sizeof(T));
    at += n * sizeof(T);
  };
  column(frame.value, true);
  column(frame.began, false);
  column(frame.ended, false);
  column(frame.visit, true);
  column(frame.attempt, true);
  column(frame.status, true);
  column(frame.traits, true);
}

void open_frame(State& state, const Event& e) {
  const auto packed = static_cast<uint64_t>(e.value().as_i64());
  base::check(e.frame == state.frames.size(), "frames are numbered in the order they open");
  Frame& frame = state.frames.emplace_back();
  frame.number = e.frame;
  frame.block = static_cast<uint32_t>(packed);
  frame.parent = static_cast<uint32_t>(packed >> 32U);
  frame.outer = frame.parent != event::no_frame ? &state.frames[frame.parent] : nullptr;
  frame.parent_node = e.node;
  frame.parent_visit = e.visit;
  frame.count = state.plan->blocks[frame.block].count;
  open_table(state, frame);
}

// What a closed frame waited for, nobody waits for any more.
void close_frame(State& state, Frame& frame) {
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
      if (inner != nullptr) inner->stopping = true;
      return;
    }
    case Type::step_doubted:
      ++state.doubted;
      return set_status(state, frame, e.node, WEFT_NODE_UNKNOWN);
    default: return;
  }
}

}  // namespace

bool may_fold(const State& state, const Event& e) {
  if (e.type == Type::frame_opened) {
    const auto packed = static_cast<uint64_t>(e.value().as_i64());
    const auto parent = static_cast<uint32_t>(packed >> 32U);
    return static_cast<uint32_t>(packed) < state.plan->blocks.size() &&
           e.frame == state.frames.size() &&
           (parent == event::no_frame ? e.frame == 0
                                      : parent < e.frame && e.node < state.frames[parent].count);
  }
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
      return;
    case Type::frame_opened: return open_frame(state, e);
    case Type::frame_advanced: state.frames[e.frame].memo = e.value(); return;
    case Type::frame_closed: return close_frame(state, state.frames[e.frame]);
    case Type::timer_set:
      state.timers.push_back({e.frame, e.node, e.value().as_i64(), true});
      return;
    case Type::timer_fired: return forget_timer(state, e, true);
    case Type::branch_selected: return;
    default: return fold_step(state, e);
  }
}

Frame* State::child(const Frame& frame, uint32_t n) {
  // The latest frames are at the end, and an open child is younger than its parent.
  for (auto it = frames.rbegin(); it != frames.rend() && it->number > frame.number; ++it) {
    if (!it->closed && it->parent == frame.number && it->parent_node == n) return &*it;
  }
  return nullptr;
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

State::~State() {
  for (Frame& frame : frames) pages->give(frame.memory, frame.memory_bytes);
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
