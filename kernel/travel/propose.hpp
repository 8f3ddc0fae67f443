// Propose: how a condition could be written so that fewer operands are read, or its sides succeed
// more often. LEARNED.md has the rules.
#pragma once

#include <vector>

#include <weft/learned.hpp>

#include "travel/lessons.hpp"

namespace weft::travel {

inline constexpr size_t records_needed = 20;  // of a condition, before anything is said of it
inline constexpr size_t records_of_side = 5;  // and of either side, where outcomes count

// condition: as it stands in the canonical definition at asked.at.
std::vector<Proposal> propose(const Asked& asked, Value condition);

// The parts of it, each of which needs the records.
struct Grounds {
  const Asked& asked;
  Value condition;
  std::vector<Value> decisions;  // that came to true or false
  uint64_t errors = 0;           // that came to neither
};
void propose_order(const Grounds& grounds, std::vector<Proposal>& all);
void propose_thresholds(const Grounds& grounds, std::vector<Proposal>& all);

// A proposal to write the condition so, with its patch and id.
Proposal changed(const Grounds& grounds, std::string_view kind, Value becomes);
// How many decisions would have been made otherwise; what fails then is an objection.
uint64_t replay(const Grounds& grounds, Value becomes, Proposal& proposal);

// 12.3 for 12.34, 12 for 12.0.
std::string short_number(double value);

}  // namespace weft::travel
