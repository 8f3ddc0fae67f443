// equal, order, hash and digest: one notion of sameness for values.
#pragma once

#include <compare>
#include <cstdint>

#include <weft/value.hpp>

#include "base/sha256.hpp"

namespace weft::base {

// Numbers are equal by exact value whatever their tag (1 and 1.0; not 2^53+1 and its nearest
// double), NaN equals NaN, objects are equal in any order of entries, all else by bytes and tag.
// Below limits::depth two containers are equal only when they are the same one.
bool equal(Value a, Value b);

// Numbers by exact value, texts by code point, times by instant, false before true; all else, and
// NaN with another number, is unordered unless equal.
std::partial_ordering order(Value a, Value b);

// Equal values have equal hashes. In memory only: it may change between versions.
uint64_t hash(Value value);

// SHA-256 of the canonical form: equal values have equal digests, on every machine and version.
Digest digest(Value value);

}  // namespace weft::base
