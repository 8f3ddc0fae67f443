#include "state/visit.hpp"

namespace weft::state {

void keep_pass(State& state, const Frame& frame, uint32_t node) {
  const plan::Kind kind = state.node(frame, node).kind;
  if (kind == plan::Kind::expression || kind == plan::Kind::record) return;
  auto& all = state.passes;
  if (all.size() >= passes_max) all.erase(all.begin(), all.begin() + passes_max / 2);
  all.push_back({frame.number, node, frame.visit[node], frame.order[node], frame.attempt[node]});
}

void keep_past(State& state, const Frame& frame, uint32_t node) {
  std::vector<Past>& all = state.past;
  // Those of a frame that is gone nobody can speak of.
  std::erase_if(all, [&](const Past& past) { return state.frames[past.frame].released; });
  if (all.size() == past_max) all.erase(all.begin());
  const bool has_result = frame.status[node] == WEFT_NODE_SUCCEEDED;
  all.push_back({frame.number, node, (frame.traits[node] & event::is_envelope) != 0,
                 has_result ? frame.value[node] : nullptr});
}

}  // namespace weft::state
