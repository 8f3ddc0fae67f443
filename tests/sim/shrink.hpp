// shrink: the smallest trial that still fails.
#pragma once

#include <functional>

#include "trouble.hpp"

namespace weft::tests {

// Whether a trial still fails; one whose flow is no definition any more does not.
using Fails = std::function<bool(const Trial&)>;

// Leaves out steps, fields and troubles one after the other, for as long as what is left fails.
// Requires: the trial fails.
Trial shrink(Trial trial, const Fails& fails);

uint32_t count_steps(const Step& step);  // inside it

}  // namespace weft::tests
