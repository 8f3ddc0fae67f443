// Form: what a parallel block says, as its plan holds it and as a frame reads it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

namespace parallel {

enum class Mode : uint8_t { fail_fast, fail_slow, best_effort };
enum class Goal : uint8_t { all, first, some, weighted, custom };

struct Form {
  uint32_t first = 0, count = 0;  // the branches are nodes first to first + count - 1
  uint32_t at_once = 10;
  Mode mode = Mode::fail_fast;
  Goal goal = Goal::all;
  uint32_t needed = 1;          // successes, for 'some'
  uint32_t judge = UINT32_MAX;  // the node of the expression of 'custom'
  bool is_map = false;
  int64_t timeout_ns = 0;      // of the block; 0 is none
  std::vector<bool> required;  // by branch
  std::vector<double> weights;
  std::vector<int64_t> timeouts;  // of branches; empty where none has one
  weft::Value ids, custom;

  std::string_view id(uint32_t branch) const { return ids[branch].as_text(); }
};

// {plan, problems, notes, spared} of a block.
weft::Value compile(weft::Value block, weft::Builder& out);
Form read(weft::Value plan);

}  // namespace parallel
