// Learn: what the flows of a run that say 'learning' have decided, read from its recorded events.
#pragma once

#include <string>

#include "base/doc.hpp"
#include "travel/account.hpp"
#include "travel/canon.hpp"

namespace weft::travel {

// {run, workflow, ended_ns, dropped, conditions[{at, text, basis}], decisions[{of, at_ns, value? or
// error?, side?, outcome?, took_ns?, hidden?, read[[name, first, took_first, code, value?]]}]}.
// Null when there are none, or the run has not ended. A function of the journal alone.
Result<base::Doc> learn(const Side& side, Canons& canons);

}  // namespace weft::travel
