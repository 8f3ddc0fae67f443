// Person: who decides at this terminal.
#pragma once

#include <string>

#include "arguments.hpp"

namespace weft::cli {

// Of '--by', else the user.
std::string person(const Arguments& arguments);

}  // namespace weft::cli
