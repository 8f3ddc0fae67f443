#include "state/layer.hpp"

#include <algorithm>

#include "state/state.hpp"

namespace weft::state {

using namespace weft::lit;

namespace {

bool is_before(const Layer& layer, const Layer& other) {
  return layer.frame != other.frame ? layer.frame < other.frame : layer.branch < other.branch;
}

std::vector<Layer>::iterator place_of(std::vector<Layer>& layers, uint32_t frame, uint32_t branch) {
  return std::lower_bound(layers.begin(), layers.end(), Layer{frame, branch}, is_before);
}

}  // namespace

Value Layer::variables() const { return Value(told)["variables"_k]; }
Value Layer::writes() const { return Value(told)["writes"_k]; }

Branch branch_of(const State& state, uint32_t frame, uint32_t node, uint32_t visit) {
  if (!state.plan->isolates) return {};
  while (frame != event::no_frame) {
    const Frame& f = state.frames[frame];
    if (!f.closed && node < f.count) {
      const uint32_t number = state.node(f, node).branch;
      if (number != plan::none) return {frame, number, visit};
    }
    node = f.parent_node;
    visit = f.parent_visit;
    frame = f.parent;
  }
  return {};
}

const Layer* first_layer(const State& state, uint32_t frame) {
  const auto& all = state.layers;
  const auto at = std::lower_bound(all.begin(), all.end(), Layer{frame, 0}, is_before);
  return all.data() + (at - all.begin());
}

const Layer* end_layer(const State& state, uint32_t frame) { return first_layer(state, frame + 1); }

const Layer* find_layer(const State& state, uint32_t frame, uint32_t branch) {
  const auto& all = state.layers;
  const auto at = std::lower_bound(all.begin(), all.end(), Layer{frame, branch}, is_before);
  const bool is_it = at != all.end() && at->frame == frame && at->branch == branch;
  return is_it ? &*at : nullptr;
}

// What an earlier visit left there is not this one's.
const Layer* layer_of(const State& state, const Branch& branch) {
  const Layer* layer = find_layer(state, branch.frame, branch.number);
  return layer != nullptr && layer->visit == branch.visit ? layer : nullptr;
}

Value variables_in(const State& state, const Branch& branch) {
  if (branch.is_of_run()) return state.variables;
  const Layer* layer = layer_of(state, branch);
  return layer != nullptr ? layer->variables() : state.frames[branch.frame].before;
}

bool are_sound(const std::vector<Layer>& layers, const State& state) {
  const auto is_there = [&](const Layer& layer) {
    if (layer.frame >= state.frames.size() || layer.told == nullptr) return false;
    const Frame& frame = state.frames[layer.frame];
    const bool is_number = layer.branch == joined_branches || layer.branch < frame.count;
    return state.block(frame).isolates && is_number;
  };
  return std::all_of(layers.begin(), layers.end(), is_there) &&
         std::adjacent_find(layers.begin(), layers.end(), [](const Layer& a, const Layer& b) {
           return !is_before(a, b);
         }) == layers.end();
}

void mark_join(State& state, const Wait& wait) {
  const bool is_it = wait.kind == Wait::Kind::hook && wait.frame < state.frames.size() &&
                     wait.node == event::no_node && Value(wait.about)["for"_k].as_text() == "join";
  if (is_it) state.frames[wait.frame].joining = true;
}

void mark_joins(State& state) {
  for (Frame& frame : state.frames) frame.joining = false;
  for (const Wait& wait : state.waits) mark_join(state, wait);
}

void forget_join(State& state, Frame& frame) {
  if (!frame.joining) return;
  frame.joining = false;
  std::erase_if(state.waits, [&](const Wait& w) {
    return w.kind == Wait::Kind::hook && w.frame == frame.number && w.node == event::no_node;
  });
}

void put_layer(State& state, const Layer& layer) {
  const auto at = place_of(state.layers, layer.frame, layer.branch);
  if (at != state.layers.end() && at->frame == layer.frame && at->branch == layer.branch) {
    *at = layer;
  } else {
    state.layers.insert(at, layer);
  }
}

void drop_layer(State& state, uint32_t frame, uint32_t branch) {
  const auto at = place_of(state.layers, frame, branch);
  if (at != state.layers.end() && at->frame == frame && at->branch == branch) {
    state.layers.erase(at);
  }
}

void drop_layers(State& state, uint32_t frame) {
  if (state.layers.empty()) return;
  auto& all = state.layers;
  all.erase(place_of(all, frame, 0), place_of(all, frame + 1, 0));
}

}  // namespace weft::state
