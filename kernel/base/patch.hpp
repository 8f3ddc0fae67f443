// Patches of RFC 6902: applied whole or not at all, and found between two values.
#pragma once

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::base {

// The value with every operation of the patch applied, one after the other. The error has the
// number of the operation that cannot be in its message and its path as the place: patch.malformed
// when it is none, patch.no_target when there is nothing where it points, patch.test_failed when a
// test finds another value.
Result<Value> patched(Value value, Value patch, Arena arena);

// Operations that make one value of another: add, remove and replace. Empty when they are equal.
Value patch_between(Value from, Value to, Arena arena);

}  // namespace weft::base
