// The tables of frames: opened, given back when nobody asks for them any more, and copied.
#include <algorithm>
#include <cstring>
#include <type_traits>

#include "base/check.hpp"
#include "state/table.hpp"

namespace weft::state {
namespace {

// All columns in one piece, the widest first so that each is aligned.
constexpr uint64_t bytes_per_node = 8 + 8 + 8 + 4 + 4 + 2 + 1 + 1;

uint64_t bytes_of(uint32_t nodes) { return nodes * bytes_per_node + chunks_of(nodes); }

void place_columns(Frame& frame) {
  const uint64_t n = frame.count;
  char* at = frame.memory;
  const auto column = [&at, n](auto*& to) {
    using T = std::remove_reference_t<decltype(*to)>;
    to = reinterpret_cast<T*>(at);
    at += n * sizeof(T);
  };
  // What is not meaningful before it is written comes first; the rest begins as zero.
  column(frame.began);
  column(frame.ended);
  column(frame.value);
  column(frame.visit);
  column(frame.order);
  column(frame.attempt);
  column(frame.status);
  column(frame.traits);
  frame.dirty = reinterpret_cast<uint8_t*>(at);
}

void release(State& state, Frame& frame) {
  for (uint32_t n = 0; frame.inner != nullptr && n < frame.count; ++n) {
    if (frame.inner[n] != event::no_frame) release(state, state.frames[frame.inner[n]]);
  }
  if (frame.released) return;
  give_table(state, frame);
  // Who publishes an event still asks where the frame stood.
  frame.count = frame.active = 0;
  frame.value = nullptr;
  frame.memory = nullptr;
  frame.inner = nullptr;
  frame.memo = Value();
  frame.closed = frame.released = true;
}

void enter(State& state, Frame& frame) {
  Frame& outer = state.frames[frame.parent];
  frame.outer = &outer;
  if (outer.inner == nullptr) take_inner(state, outer);
  uint32_t& latest = outer.inner[frame.parent_node];
  // What may still be undone is looked up in the frame where it was done.
  const bool may_undo = !state.plan->rarities.empty();
  if (latest != event::no_frame && !may_undo) release(state, state.frames[latest]);
  latest = frame.number;
}

}  // namespace

void take_table(State& state, Frame& frame) {
  frame.count = state.plan->blocks[frame.block].count;
  frame.memory = state.pages->take(bytes_of(frame.count), &frame.memory_bytes);
  frame.inner = nullptr;
  place_columns(frame);
  auto* zero = reinterpret_cast<char*>(frame.value);
  std::memset(zero, 0, static_cast<size_t>(frame.memory + bytes_of(frame.count) - zero));
}

void take_inner(State& state, Frame& frame) {
  const uint64_t bytes = frame.count * sizeof(uint32_t);
  frame.inner = reinterpret_cast<uint32_t*>(state.pages->take(bytes, &frame.inner_bytes));
  std::fill_n(frame.inner, frame.count, event::no_frame);
}

void give_table(State& state, const Frame& frame) {
  state.pages->give(frame.memory, frame.memory_bytes);
  if (frame.inner == nullptr) return;
  state.pages->give(reinterpret_cast<char*>(frame.inner), frame.inner_bytes);
}

void open_table(State& state, Frame& frame) {
  if (frame.parent != event::no_frame) enter(state, frame);
  take_table(state, frame);
}

void recount(State& state) {
  mark_joins(state);
  state.busy = state.doubted = 0;
  for (Frame& f : state.frames) {
    f.active = 0;
    for (uint32_t n = 0; n < f.count; ++n) {
      if (f.status[n] == WEFT_NODE_UNKNOWN && !f.closed) ++state.doubted;
      if (!is_node_active(f.status[n])) continue;
      ++f.active;
      if (state.node(f, n).kind != plan::Kind::block) ++state.busy;
    }
  }
}

void copy(const State& from, State& to) {
  base::check(to.seq == 0 && to.frames.empty(), "a state is copied before anything was folded");
  to.vault.share_from(from.vault);
  to.status = from.status;
  to.seq = from.seq;
  to.seed = from.seed;
  to.accepted = from.accepted;
  to.updated = from.updated;
  to.ended = from.ended;
  to.since = from.since;
  to.acceptance = from.acceptance;
  to.input = from.input;
  to.params = from.params;
  to.stopping = from.stopping;
  to.outcome = from.outcome;
  to.busy = from.busy;
  to.continued = from.continued;
  to.doubted = from.doubted;
  to.spent = from.spent;
  to.base_seq = from.base_seq;
  to.cost = from.cost;
  to.tokens = from.tokens;
  to.had_timer = from.had_timer;
  to.variables = from.variables;
  to.reason = from.reason;
  to.moved = from.moved;
  to.before_moves = from.before_moves;
  to.waits = from.waits;
  to.signals = from.signals;
  to.votes = from.votes;
  to.undo = from.undo;
  to.layers = from.layers;
  to.signal_ids = from.signal_ids;
  to.confided = from.confided;
  to.passes = from.passes;
  to.past = from.past;
  for (const Frame& source : from.frames) {
    Frame& frame = to.frames.add(source.number);
    frame = source;
    frame.is_dirty = false;
    if (frame.parent != event::no_frame) frame.outer = &to.frames[frame.parent];
    take_table(to, frame);
    std::memcpy(frame.memory, source.memory, bytes_of(frame.count));
    if (source.inner == nullptr) continue;
    take_inner(to, frame);
    std::copy_n(source.inner, frame.count, frame.inner);
  }
  to.frames.extend(from.frames.size());
}

void Saved::add(bool whole, uint64_t the_seq, uint64_t bytes) {
  if (whole) *this = {};
  (whole ? whole_bytes : chain_bytes) += bytes;
  seq = the_seq;
  record_bytes = 0;
  ++links;
}

State::~State() {
  for (const Frame& frame : frames) give_table(*this, frame);
}

}  // namespace weft::state
