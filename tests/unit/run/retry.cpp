#include "run/retry.hpp"

#include <cmath>

#include "catch.hpp"

using namespace weft;
using run::delay_ns;

namespace {

constexpr uint64_t ms = 1'000'000;

plan::Policy policy(uint64_t initial, double multiplier, uint64_t cap, double jitter) {
  plan::Policy p;
  p.initial_ns = initial * ms;
  p.multiplier = multiplier;
  p.cap_ns = cap * ms;
  p.jitter = jitter;
  return p;
}

}  // namespace

TEST_CASE("delays grow by the multiplier up to the cap", "[run]") {
  struct Case {
    plan::Policy policy;
    std::vector<uint64_t> delays;  // in ms, after attempts 1, 2, ...
    const char* reason;
  };
  const std::vector<Case> cases{
      {policy(1000, 2, 3000, 0), {1000, 2000, 3000, 3000}, "the worked case"},
      {policy(1000, 2, 10000, 0), {1000, 2000, 4000, 8000, 10000}, "exponential"},
      {policy(500, 1, 10000, 0), {500, 500, 500}, "fixed"},
      {policy(500, 0, 1200, 0), {500, 1000, 1200, 1200}, "linear"},
      {policy(0, 2, 10000, 0), {0, 0, 0}, "at once"},
  };
  for (const Case& c : cases) {
    for (uint32_t n = 0; n < c.delays.size(); ++n) {
      INFO(c.reason << ", after attempt " << n + 1);
      CHECK(delay_ns(c.policy, n + 1, 42) == c.delays[n] * ms);
    }
  }
}

TEST_CASE("a delay after very many attempts is the cap", "[run]") {
  CHECK(delay_ns(policy(1000, 100, 7000, 0), 60000, 1) == 7000 * ms);
}

TEST_CASE("jitter stays in its bounds, is spread over them and follows from the seed", "[run]") {
  struct Case {
    double jitter, low, high;
  };
  for (const Case& c : {Case{0.1, 0.9, 1.1}, Case{0.5, 0.5, 1.5}, Case{1, 0, 1}}) {
    INFO("jitter " << c.jitter);
    double least = 10, most = 0;
    for (uint64_t seed = 0; seed < 2000; ++seed) {
      const uint64_t delay = delay_ns(policy(1000, 1, 9000, c.jitter), 1, seed);
      REQUIRE(delay == delay_ns(policy(1000, 1, 9000, c.jitter), 1, seed));
      const double share = static_cast<double>(delay) / (1000 * ms);
      REQUIRE(share >= c.low);
      REQUIRE(share <= c.high);
      least = std::min(least, share);
      most = std::max(most, share);
    }
    CHECK(least < c.low + 0.02);
    CHECK(most > c.high - 0.02);
  }
}

TEST_CASE("which errors may be tried again", "[run]") {
  struct Case {
    int32_t status;
    uint32_t flags;
    bool retryable;
    const char* reason;
  };
  const std::vector<Case> cases{
      {WEFT_FAILED, 0, false, "a failure that says nothing"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE, true, "one that says so"},
      {WEFT_FAILED, WEFT_ERR_TIMEOUT, true, "a time limit inside the tool"},
      {WEFT_TIMEOUT, 0, true, "a time limit"},
      {WEFT_CANCELLED, WEFT_ERR_RETRYABLE, false, "a cancellation"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE | WEFT_ERR_CANCELLED, false, "a cancellation, by flag"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE | WEFT_ERR_BUG, false, "a fault of the tool"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE | WEFT_ERR_BAD_INPUT, false, "wrong arguments"},
      {WEFT_FAILED, WEFT_ERR_RETRYABLE | WEFT_ERR_DENIED, false, "a missing grant"},
  };
  for (const Case& c : cases) {
    INFO(c.reason);
    weft_error error{};
    error.flags = c.flags;
    CHECK(run::is_retryable(c.status, &error) == c.retryable);
  }
  CHECK_FALSE(run::is_retryable(WEFT_FAILED, nullptr));
  CHECK(run::is_retryable(WEFT_TIMEOUT, nullptr));
}

TEST_CASE("only effects that can be repeated are repeated", "[run]") {
  CHECK(run::may_repeat(spec::Effect::pure));
  CHECK(run::may_repeat(spec::Effect::read));
  CHECK(run::may_repeat(spec::Effect::idempotent));
  CHECK_FALSE(run::may_repeat(spec::Effect::compensable));
  CHECK_FALSE(run::may_repeat(spec::Effect::at_most_once));
}
