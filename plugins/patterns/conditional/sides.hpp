// Sides: blocks of which conditions choose one side each, and a frame on its way through them.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

namespace conditional {

enum class When : uint8_t { success, failure, always };

// Steps that run one after another when the condition is true; without one, when none was.
struct Side {
  uint32_t condition = UINT32_MAX;
  std::vector<uint32_t> steps;
};

// What conditions are asked for.
struct Asking {
  bool takes_all = false;  // every side whose condition is true, at once
  bool asks_all = false;   // also those behind the first that is true
  uint32_t conditions_max = UINT32_MAX;
};

// The cache of a frame: the block that it is in, and what it does there.
class Sides final {
 public:
  // Of {blocks: [[[condition or null, [step...]]...]...], run_if: [[step, when]...], and asking}.
  explicit Sides(weft::Value plan);

  // Rebuilds from the table; the memo is {start}, where the run began at a later step.
  void recall(const weft::sdk::Frame& frame);
  void take(const weft_fact& fact, const weft::sdk::Frame& frame, weft::sdk::Commands& commands);

 private:
  struct Told {
    const weft::sdk::Frame& frame;
    weft::sdk::Commands& commands;
  };
  using Block = std::vector<Side>;

  void begin(const weft_fact& fact, const Told& told);
  void begin_at(uint32_t start, const Told& told);
  void ask(const Told& told);
  uint32_t choice() const;
  void choose(const Told& told);
  void chosen(uint64_t taken, const Told& told);
  void chosen_all(const Told& told);
  void go_on(const Told& told);
  void next_block(const Told& told);
  void end(const Told& told);
  void ended(uint32_t node, uint32_t status, const Told& told);
  void step_ended(uint32_t status, uint32_t node, const Told& told);
  void fail(uint32_t node, const Told& told);
  bool is_decided(const weft::sdk::Frame& frame, uint32_t block) const;
  void recall_block(const weft::sdk::Frame& frame);
  void recall_side(const weft::sdk::Frame& frame);
  uint32_t side_of(uint32_t step) const;
  bool has_condition(uint32_t side) const { return blocks_[block_][side].condition != UINT32_MAX; }
  When when(uint32_t step) const;

  std::vector<Block> blocks_;
  std::vector<std::pair<uint32_t, When>> run_if_;  // sorted by step
  Asking asking_;
  uint32_t block_ = 0;
  uint32_t asked_ = 0;            // conditions of the block that were answered
  std::vector<uint32_t> true_;    // sides whose condition was true, in order
  uint32_t side_ = UINT32_MAX;    // that runs; none while it is not chosen
  uint32_t position_ = 0;         // of the next step in it
  std::vector<uint32_t> active_;  // steps that run
  uint32_t failed_ = UINT32_MAX;
  bool runs_all_ = false;
};

// The plan of a block of the form flow, or of one with branches.
void compile_flow(weft::Value block, weft::Builder& out);
void compile_branches(weft::Value block, weft::Builder& out);

}  // namespace conditional
