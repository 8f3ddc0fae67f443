// The verbs of values that outlive runs.
#pragma once

#include <vector>

#include "verbs.hpp"

namespace weft::cli {

std::vector<Verb> verbs_of_state();

}  // namespace weft::cli
