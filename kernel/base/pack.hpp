// pack: the contiguous form of a value, for disk and other processes.
#pragma once

#include <cstdint>

#include <weft/value.hpp>

namespace weft::base {

inline constexpr uint64_t unpackable = UINT64_MAX;

// Bytes of the contiguous form, a multiple of 8; unpackable when the value is deeper than
// limits::depth or larger than limits::value_bytes.
uint64_t packed_bytes(Value value);

// Writes exactly packed_bytes(value) to out, which is 8-aligned: the root slot first, every payload
// behind the slot that owns it, gaps zeroed. Key shapes stay shared within a run of records, and
// indexes are kept. Requires: the value is valid and packable.
void pack_into(Value value, void* out);

}  // namespace weft::base
