// undone: the steps of a frame whose effects were taken back, or could not be.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "state/state.hpp"

namespace weft::run {

// Their paths, each once: what was in doubt, undone and made again may be undone a second time.
inline std::vector<std::string> undone(const state::State& state, state::Undo::Stage stage,
                                       uint32_t frame) {
  std::vector<std::string> paths;
  for (const state::Undo& u : state.undo) {
    if (u.stage != stage || !state.is_within(u.frame, frame)) continue;
    std::string path = state::step_path(state, u.frame, u.node);
    if (std::find(paths.begin(), paths.end(), path) == paths.end())
      paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace weft::run
