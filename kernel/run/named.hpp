// Named: what a name of an expression means of what lies beside a run.
#pragma once

#include "run/scope.hpp"
#include "run/shared.hpp"

namespace weft::run {

// Its key is empty where all of the scope is meant.
Result<Spot> spot_named(const FrameScope& from, const SharedName& name);

}  // namespace weft::run
