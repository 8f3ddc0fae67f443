// Expect: whether the variables are still what somebody believes who wants to change them.
#pragma once

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "state/state.hpp"

namespace weft::run {

// The event that changed the variables of the run last: their version.
uint64_t version_of_variables(const state::State& state);

// expect: {seq?, values?: {PATH: value}}, or missing; state.changed says what is other than that.
Result<void> as_expected(const state::State& state, Value expect);

}  // namespace weft::run
