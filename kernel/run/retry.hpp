// Retry: whether an error may be tried again, and how long that waits.
#pragma once

#include <cstdint>

#include <weft/host.h>

#include "plan/plan.hpp"

namespace weft::run {

// Whether the error is of a kind that another attempt may cure.
bool is_retryable(int32_t status, const weft_error* error);

// Whether the effect may be repeated although the attempt before may have had it.
bool may_repeat(spec::Effect effect);

// Nanoseconds before attempt n + 1, after attempt n >= 1 failed. seed decides the jitter.
uint64_t delay_ns(const plan::Policy& policy, uint32_t attempt, uint64_t seed);

// A number from a seed and some words, evenly spread; the recorded randomness of a run.
uint64_t mix(uint64_t seed, uint64_t a, uint64_t b, uint64_t c);

}  // namespace weft::run
