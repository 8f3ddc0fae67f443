#include "engine/sides.hpp"

#include "run/scope.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

constexpr uint32_t none = UINT32_MAX;

bool has_condition(Value side) { return side[1U].is_integer(); }

}  // namespace

Sides::Sides(const state::State& state, const state::Frame& frame)
    : frame_(frame),
      sides_(state.block(frame).compiled["sides"_k]),
      takes_all_(state.block(frame).compiled["takes_all"_k].as_bool()) {}

uint32_t Sides::end_of(uint32_t first) const {
  while (first < sides_.size() && has_condition(sides_[first])) ++first;
  return first < sides_.size() ? first + 1 : first;
}

bool Sides::has_begun(Value side) const {
  for (const Value step : side[2U]) {
    const uint64_t n = step.as_u64(frame_.count);
    if (n >= frame_.count) continue;
    if (frame_.status[n] != WEFT_NODE_PENDING && frame_.status[n] != WEFT_NODE_SKIPPED) return true;
  }
  return false;
}

bool Sides::is_true(Value side) const {
  const uint64_t n = side[1U].as_u64(frame_.count);
  if (n >= frame_.count || frame_.status[n] != WEFT_NODE_SUCCEEDED) return false;
  return run::result_of(frame_, static_cast<uint32_t>(n)).as_bool();
}

// What has begun says it, for hooks may have chosen otherwise; else what conditions came to.
uint32_t Sides::chosen(uint32_t first, uint32_t end) const {
  for (uint32_t i = first; i < end; ++i) {
    if (has_begun(sides_[i])) return i;
  }
  for (uint32_t i = first; i < end; ++i) {
    if (!has_condition(sides_[i]) || is_true(sides_[i])) return i;
    const uint64_t n = sides_[i][1U].as_u64(frame_.count);
    if (n >= frame_.count || frame_.status[n] != WEFT_NODE_SUCCEEDED) return none;
  }
  return none;
}

std::string_view Sides::taken(uint32_t condition) const {
  uint32_t first = 0;
  while (first < sides_.size()) {
    const uint32_t end = end_of(first);
    for (uint32_t i = first; i < end; ++i) {
      if (!has_condition(sides_[i]) || sides_[i][1U].as_u64() != condition) continue;
      const uint32_t side = takes_all_ && is_true(sides_[i]) ? i : chosen(first, end);
      return side != none ? sides_[side][0U].as_text() : std::string_view();
    }
    first = end;
  }
  return {};
}

std::vector<Taken> Sides::all() const {
  std::vector<Taken> all;
  uint32_t first = 0;
  while (first < sides_.size()) {
    const uint32_t end = end_of(first);
    // Nothing was asked of a block that was not reached.
    const bool is_reached = has_condition(sides_[first]) || has_begun(sides_[first]);
    const uint32_t side = is_reached ? chosen(first, end) : none;
    for (uint32_t i = first; i < end; ++i) {
      const bool is_one = i == side || (takes_all_ && is_true(sides_[i]));
      if (is_one) all.push_back({sides_[i][0U].as_text(), sides_[i][2U]});
    }
    first = end;
  }
  return all;
}

}  // namespace weft::engine
