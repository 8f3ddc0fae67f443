// Learn: what the flows of a run that say 'learning' have decided, read from its recorded events.
#pragma once

#include <string>

#include "base/doc.hpp"
#include "travel/account.hpp"
#include "travel/canon.hpp"

namespace weft::travel {

inline constexpr uint32_t runs_learned_of = 10'000;     // of a workflow, the latest; a person waits
inline constexpr uint32_t decisions_learned = 1'000;    // of one run; the others are counted
inline constexpr uint32_t value_bytes_learned = 4'096;  // of what a condition has read
inline constexpr uint32_t adaptations_at_hand = 64;     // plans of a process

// {run, workflow, ended_ns, dropped, conditions[{at, text, basis}], decisions[{of, at_ns, value? or
// error?, side?, outcome?, took_ns?, hidden?, read[[name, first, took_first, code, value?]]}]}.
// Null when there are none, or the run has not ended. A function of the journal alone.
Result<base::Doc> learn(const Side& side, Canons& canons);

}  // namespace weft::travel
