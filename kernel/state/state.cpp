#include "state/state.hpp"

#include <algorithm>
#include <array>

#include "state/move.hpp"

namespace weft::state {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

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
  if (e.type == Type::run_migrated) {
    if (state.arriving == nullptr) return false;
    const Mapping mapping(*state.plan, *state.arriving, e.value()["map"_k]);
    return objections(state, *state.arriving, mapping).empty();
  }
  if (e.type == Type::run_stopping) return !state.frames.empty();
  if (e.type == Type::rollback_started || e.type == Type::rollback_done) {
    return e.frame < state.frames.size();
  }
  if (e.type == Type::state_changed && e.value()["joined"_k].exists()) {
    return e.frame < state.frames.size() && state.block(state.frames[e.frame]).isolates;
  }
  const bool may_be_of_run = e.type == Type::step_waiting || e.type >= Type::signal_received;
  if (e.frame == event::no_frame && may_be_of_run) return true;
  if (e.frame == event::no_frame) return e.type < Type::frame_opened;
  if (e.frame >= state.frames.size()) return false;
  const Frame& frame = state.frames[e.frame];
  if (e.type == Type::hook_executed) {
    const uint64_t target = e.value()["target"_k].as_u64(0);
    if (target >= frame.count) return false;
  }
  // A call changes its variables when its branches come together, and may be out of time.
  const bool may_be_of_call = e.type == Type::state_changed || e.type == Type::timer_fired;
  if (may_be_of_call && e.node == event::no_node) return is_call(state, frame);
  // A pattern may choose a branch at no node of its own.
  const bool may_be_of_none = e.type == Type::branch_selected || e.type >= Type::hook_asked;
  if (may_be_of_none && e.node == event::no_node) return true;
  const bool of_frame = e.type == Type::frame_advanced || e.type == Type::frame_closed;
  return of_frame || e.node < frame.count;
}

int64_t State::expires(uint32_t frame) const {
  const bool counts = status == RunStatus::running || status == RunStatus::compensating;
  if (!counts) return never;
  int64_t limit = plan->timeout_ns != 0 ? static_cast<int64_t>(plan->timeout_ns) : never;
  for (uint32_t f = frame; plan->has_limits && f != event::no_frame; f = frames[f].parent) {
    limit = std::min(limit, limit_of(*this, frames[f]));
  }
  return limit != never ? since + limit - spent : never;
}

int64_t State::expires_next() const {
  int64_t first = expires();
  if (!plan->has_limits) return first;
  for (const Frame& frame : frames) {
    if (limit_of(*this, frame) != never) first = std::min(first, expires(frame.number));
  }
  return first;
}

int64_t limit_of(const State& state, const Frame& frame) {
  if (frame.closed || frame.stopping || !is_call(state, frame)) return never;
  const plan::Node& node = state.node(*frame.outer, frame.parent_node);
  if (node.call == plan::none || state.plan->calls[node.call].timeout_ns == 0) return never;
  return frame.before["counted_ns"_k].as_i64() +
         static_cast<int64_t>(state.plan->calls[node.call].timeout_ns);
}

uint32_t definition_of(const State& state, uint32_t frame) {
  if (state.plan->calls.empty()) return 0;
  while (frame != 0 && !is_call(state, state.frames[frame])) frame = state.frames[frame].parent;
  return frame;
}

const Wait* State::wait_of(uint32_t frame, uint32_t node) const {
  for (const Wait& w : waits) {
    const bool is_beside = w.kind == Wait::Kind::pattern || w.kind == Wait::Kind::compensation;
    if (w.frame == frame && w.node == node && !is_beside) return &w;
  }
  return nullptr;
}

bool State::is_within(uint32_t inner, uint32_t outer) const {
  while (inner > outer && inner != event::no_frame) inner = frames[inner].parent;
  return inner == outer;
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
  const bool is_there = frame != event::no_frame && node != event::no_node;
  return is_there ? step_path(state, frame, node, state.frames[frame].visit[node]) : "";
}

std::string step_path(const State& state, uint32_t frame, uint32_t node, uint32_t visit) {
  std::string path;
  while (frame != event::no_frame && node != event::no_node) {
    const Frame& f = state.frames[frame];
    std::string part(state.node(f, node).id);
    if (visit != 0) part += '#' + std::to_string(visit);
    path = path.empty() ? part : part + '/' + path;
    node = f.parent_node;
    visit = f.parent_visit;
    frame = f.parent;
  }
  return path;
}

std::string_view to_text(RunStatus status) {
  constexpr std::array<std::string_view, 9> words{"pending", "running",   "paused",
                                                  "waiting", "completed", "partially_completed",
                                                  "failed",  "cancelled", "compensating"};
  return words[static_cast<size_t>(status)];
}

std::string_view node_status_text(uint8_t status) {
  constexpr std::array<std::string_view, 11> words{"pending",   "ready",   "running",    "waiting",
                                                   "succeeded", "failed",  "failed",     "skipped",
                                                   "cancelled", "unknown", "compensated"};
  return status < words.size() ? words[status] : "unknown";
}

}  // namespace weft::state
