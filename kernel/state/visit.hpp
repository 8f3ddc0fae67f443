// Visit: the beginning of one in the table, and what is kept of those before it.
#pragma once

#include "state/state.hpp"

namespace weft::state {

// Visits before the latest that a run tells of; enough to see how a graph goes round and round.
inline constexpr uint32_t passes_max = 512;

// Of the latest at least half of that many are kept.
void keep_pass(State& state, const Frame& frame, uint32_t node);

// And what they gave, where something asks for it. The oldest are forgotten first.
inline constexpr uint32_t past_max = 4096;
void keep_past(State& state, const Frame& frame, uint32_t node);

// The event begins a visit of its node. Iterations come again in their lanes, so of those the table
// says enough.
inline void begin_visit(State& state, Frame& frame, const event::Event& e) {
  const bool is_again = is_node_ended(frame.status[e.node]);
  if (is_again && state.block(frame).lanes == 1) keep_pass(state, frame, e.node);
  if (is_again && state.node(frame, e.node).keeps_history) keep_past(state, frame, e.node);
  frame.began[e.node] = e.tick;
  frame.order[e.node] = static_cast<uint32_t>(e.seq);
  frame.visit[e.node] = e.visit;
}

// The sequence of the event whose low half it is. Requires: it is among the latest four thousand
// million.
inline uint64_t whole_order(const State& state, uint32_t order) {
  return state.seq - (static_cast<uint32_t>(state.seq) - order);
}

}  // namespace weft::state
