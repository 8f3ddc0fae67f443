// Judge: whether a block has succeeded when its branches have ended, and what it gives or why not.
#pragma once

#include <cstdint>
#include <vector>

#include <weft/sdk.hpp>

#include "form.hpp"

namespace parallel {

inline constexpr uint32_t none = UINT32_MAX;

// What became of the branches, by branch as weft/draft/pattern.h numbers statuses.
struct Branches {
  std::vector<uint8_t> status;
  std::vector<bool> late;  // asked to end by their own time limit; may be shorter
  uint32_t good = 0, bad = 0, required_bad = 0, open = 0;
  uint32_t winner = none;  // the first that succeeded, where that decides
  uint32_t start = 0;      // those before were left out on purpose
  bool is_over = false;    // the time of the block is up

  bool is_late(uint32_t branch) const { return branch < late.size() && late[branch]; }
};

// A required branch must succeed; any other is bad when it failed or was cancelled.
bool is_bad(const Form& form, const Branches& branches, uint32_t branch);
// Under 'fail_fast': whatever the others do, the verdict cannot be reached any more.
bool is_lost(const Form& form, const Branches& branches);

// Requires: all branches have ended. Closes the frame, or starts the expression that judges.
void conclude(const Form& form, const Branches& branches, const weft::sdk::Frame& frame,
              weft::sdk::Commands& commands);
// The expression has judged.
void conclude_with(const Form& form, const Branches& branches, const weft::sdk::Frame& frame,
                   weft::sdk::Commands& commands);

}  // namespace parallel
