#include "run/retry.hpp"

#include <algorithm>
#include <cmath>

namespace weft::run {
namespace {

// splitmix64's finaliser.
uint64_t spread(uint64_t x) {
  x += 0x9e3779b97f4a7c15ULL;
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31U);
}

// In [0, 1).
double fraction(uint64_t x) { return static_cast<double>(x >> 11U) * 0x1.0p-53; }

}  // namespace

uint64_t mix(uint64_t seed, uint64_t a, uint64_t b, uint64_t c) {
  return spread(spread(spread(seed ^ a) ^ b) ^ c);
}

bool is_retryable(int32_t status, const weft_error* error) {
  const uint32_t flags = error != nullptr ? error->flags : 0;
  constexpr uint32_t never =
      WEFT_ERR_CANCELLED | WEFT_ERR_BAD_INPUT | WEFT_ERR_DENIED | WEFT_ERR_BUG;
  if ((flags & never) != 0 || status == WEFT_CANCELLED) return false;
  return status == WEFT_TIMEOUT || (flags & (WEFT_ERR_RETRYABLE | WEFT_ERR_TIMEOUT)) != 0;
}

bool may_repeat(spec::Effect effect) { return effect <= spec::Effect::idempotent; }

uint64_t delay_ns(const plan::Policy& policy, uint32_t attempt, uint64_t seed) {
  const auto initial = static_cast<double>(policy.initial_ns);
  const double n = attempt;
  double d = policy.multiplier == 0 ? initial * n : initial * std::pow(policy.multiplier, n - 1);
  d = std::min(d, static_cast<double>(policy.cap_ns));
  const double drawn = fraction(mix(seed, attempt, 0x6a697474, 0));
  d *= policy.jitter >= 1 ? drawn : 1 - policy.jitter + 2 * policy.jitter * drawn;
  return static_cast<uint64_t>(d);
}

}  // namespace weft::run
