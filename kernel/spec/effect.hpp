// Effect of a step: what it may do beyond its result, whichever way it goes.
#pragma once

#include "spec/spec.hpp"

namespace weft::spec {

Effect worst_effect(const Spec& spec, const Item& item);

}  // namespace weft::spec
