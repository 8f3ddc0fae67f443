#include "state/visit.hpp"

namespace weft::state {

void keep_pass(State& state, const Frame& frame, uint32_t node) {
  const plan::Kind kind = state.node(frame, node).kind;
  if (kind == plan::Kind::expression || kind == plan::Kind::record) return;
  auto& all = state.passes;
  if (all.size() >= passes_max) all.erase(all.begin(), all.begin() + passes_max / 2);
  all.push_back({frame.number, node, frame.visit[node], frame.order[node], frame.attempt[node]});
}

}  // namespace weft::state
