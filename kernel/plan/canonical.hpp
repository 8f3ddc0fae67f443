// The canonical form of a definition: every name in the spelling that the kernel uses.
#pragma once

#include <weft/value.hpp>

#include "spec/calls.hpp"
#include "spec/spec.hpp"

namespace weft::plan {

// The definition itself when all of it is canonical already, else one that links what is. Defaults
// are not filled in: what nobody wrote does not change the digest. Requires: no problems.
Value canonical(const spec::Spec& spec, Arena arena);

// Of the first of a family; what was found elsewhere stands in it under 'workflows'.
Value canonical(const spec::Family& family, Arena arena);
// The same as it was written.
Value with_found(const spec::Family& family, Arena arena);
// One of a family for a run of its own: with all that it may call, and without grants.
Value alone(const spec::Family& family, uint32_t number, Arena arena);

}  // namespace weft::plan
