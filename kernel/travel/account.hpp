// Account: what a run did, step by step, in a form that can be held against another run.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weft/travel.hpp>

#include "base/compare.hpp"
#include "plan/plan.hpp"
#include "travel/history.hpp"

namespace weft::travel {

// A run that is compared; both outlive the comparison.
struct Side {
  const History* history;
  std::shared_ptr<const plan::Plan> plan;  // shared with whoever loaded it
};

// One visit of one step. Values are kept as digests, for a run may be larger than memory.
struct Deed {
  std::string path, status;
  base::Digest arguments{}, result{};        // result: output, error or reason
  uint64_t arguments_at = 0, result_at = 0;  // sequences of the events that hold them
};

struct Account {
  std::vector<Deed> deeds;  // in order of start
  std::map<std::string, size_t, std::less<>> by_path;
  Document input, params, outcome;
  std::string status;
  bool has_ended = false;
};

Result<Account> account_of(const Side& side);

// Step by step, not by time: a step is held against the one of the same path and visit.
Result<Comparison> compare(const std::array<Side, 2>& sides);

}  // namespace weft::travel
