// Layer: what a branch has changed of the variables, kept apart until its block brings all
// together.
#pragma once

#include <cstdint>
#include <vector>

#include <weft/value.hpp>

#include "event/event.hpp"

namespace weft::state {

struct State;
struct Frame;
struct Wait;

// In place of the number of a branch: what those have changed that ended and made room for others.
inline constexpr uint32_t joined_branches = UINT32_MAX - 1;

struct Layer {
  uint32_t frame = event::no_frame;
  uint32_t branch = 0;              // as the plan numbers those of the frame's block
  uint32_t visit = 0;               // of the steps that wrote it
  const weft_slot* told = nullptr;  // payload of its latest state_changed

  Value variables() const;
  Value writes() const;  // paths, each once
};

// Whose variables a step sees and changes: those of the run, or what a branch makes of them.
struct Branch {
  uint32_t frame = event::no_frame;  // none: the run
  uint32_t number = 0;
  uint32_t visit = 0;

  bool is_of_run() const { return frame == event::no_frame; }
};

// Whatever visit it is of; null when there is none.
const Layer* find_layer(const State& state, uint32_t frame, uint32_t branch);

// The innermost branch in which a node stands; with no node, in which its frame does.
Branch branch_of(const State& state, uint32_t frame, uint32_t node, uint32_t visit);
// What it has written; null while that is nothing.
const Layer* layer_of(const State& state, const Branch& branch);
// The variables as they are there.
Value variables_in(const State& state, const Branch& branch);

// The pattern of a frame has ended it, and hooks are asked about conflicts: a wait that says so
// makes the frame joining, and forgetting it makes it go on.
void mark_join(State& state, const Wait& wait);
void mark_joins(State& state);  // of all waits, and no other frame
void forget_join(State& state, Frame& frame);

// The layers of a frame, in order of their branches.
const Layer* first_layer(const State& state, uint32_t frame);
const Layer* end_layer(const State& state, uint32_t frame);

// Whether each is of a branch that there is, and they are in order: they are found by halving.
bool are_sound(const std::vector<Layer>& layers, const State& state);

// In place of what the branch had.
void put_layer(State& state, const Layer& layer);
void drop_layer(State& state, uint32_t frame, uint32_t branch);
void drop_layers(State& state, uint32_t frame);

}  // namespace weft::state
