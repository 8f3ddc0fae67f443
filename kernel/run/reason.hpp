// Why a run does not go on, in one sentence for people.
#pragma once

#include <string>

#include "state/state.hpp"

namespace weft::run {

// Of a run that waits: for what, and in which step. The wait that ends first is told.
std::string waiting_text(const state::State& state);

}  // namespace weft::run
