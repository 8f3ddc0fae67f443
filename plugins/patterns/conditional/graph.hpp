// Graph: steps that lead to each other by conditions, and a frame on its way along them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

namespace conditional {

inline constexpr uint32_t none = UINT32_MAX;

// Where a step may go on when the condition is true; 'none' ends the block.
struct Branch {
  uint32_t condition = none, next = none;
};

// A step, or a condition of one. Nodes of a block that are neither do not exist.
struct Place {
  bool is_step = false;
  uint32_t owner = none;          // of a condition: the step that it belongs to
  uint32_t first = 0, count = 0;  // of a step: its branches
  uint32_t fallback = none;       // of a step: where it goes on when no condition is true
  bool has_fallback = false;
};

// Where a block stands: a step that runs, or a condition that is asked. The cache of a frame.
class Graph final {
 public:
  // Of {initial, transitions, steps: [[node, fallback or null, [[condition, next or null]]]]}.
  explicit Graph(weft::Value plan);

  void recall(const weft::sdk::Frame& frame);
  void take(const weft_fact& fact, const weft::sdk::Frame& frame, weft::sdk::Commands& commands);

 private:
  struct Told {
    const weft::sdk::Frame& frame;
    weft::sdk::Commands& commands;
  };
  void go_to(uint32_t step, const Told& told);
  void ask(const Told& told);
  void select(uint32_t next, const Told& told);
  void end(const Told& told);
  void skip_rest(const Told& told);
  void ended(uint32_t node, uint32_t status, const Told& told);
  const Place* place(uint64_t node) const {
    return node < places_.size() ? &places_[node] : nullptr;
  }

  std::vector<Place> places_;  // by node
  std::vector<Branch> branches_;
  uint32_t initial_ = none, transitions_max_ = 0;
  uint32_t at_ = none;   // the step that was begun last
  uint32_t branch_ = 0;  // of it that is asked
  uint64_t transitions_ = 0;
};

// The plan of a block, or what is wrong with it.
void compile_graph(weft::Value block, weft::Builder& out);

}  // namespace conditional
