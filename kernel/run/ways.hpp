// Called: which tool a command means, the step's own, its alternative or its compensation.
#pragma once

#include "run/input.hpp"
#include "state/state.hpp"

namespace weft::run {

struct Called {
  uint32_t tool = plan::none;
  uint32_t arguments = plan::none;  // template
  spec::Effect effect = spec::Effect::at_most_once;
  const plan::Policy* policy = nullptr;
  uint64_t cache_ns = 0;
};

inline Called called(const state::State& state, const plan::Way& way) {
  return {way.tool, way.arguments, way.effect, &state.plan->policies[way.policy], 0};
}

inline Called called(const state::State& state, const state::Frame& frame, uint32_t n,
                     bool is_compensation = false) {
  const plan::Plan& plan = *state.plan;
  const plan::Node& node = state.node(frame, n);
  if (is_compensation) return called(state, plan.ways[plan.rarity(node)->compensation]);
  if ((frame.traits[n] & state::trait_diverted) != 0) {
    return called(state, plan.ways[plan.rarity(node)->alternative]);
  }
  const plan::Rarity* rarity = plan.rarity(node);
  return {node.tool, node.arguments, node.effect, &plan.policies[node.policy],
          rarity != nullptr ? rarity->cache_ns : 0};
}

inline Called called(const state::State& state, const Command& command) {
  return called(state, state.frames[command.frame], command.node, command.is_compensation);
}

}  // namespace weft::run
