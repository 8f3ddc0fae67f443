#include "engine/permits.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/limits.hpp"

namespace weft::engine {

namespace {

constexpr double minute_ns = 60e9;

// A little less than one is one: it was counted in pieces.
constexpr double rounding = 1e-6;

}  // namespace

uint32_t Permits::named(std::string_view name, const Limit& limit, bool* is_new) {
  const auto [found, added] = by_name_.try_emplace(std::string(name), none);
  if (is_new != nullptr) *is_new = added;
  if (added) {
    found->second = add(limit);
    resources_[found->second].name = name;
    return found->second;
  }
  Resource& known = resources_[found->second];
  known.limit.at_once = std::min(known.limit.at_once, limit.at_once);
  const bool is_less = limit.per_minute != 0 &&
                       (known.limit.per_minute == 0 || limit.per_minute < known.limit.per_minute);
  if (is_less) {
    if (known.limit.per_minute == 0) known.share = {static_cast<double>(limit.per_minute), 0};
    known.limit.per_minute = limit.per_minute;
    known.share.left = std::min(known.share.left, static_cast<double>(limit.per_minute));
  }
  return found->second;
}

uint32_t Permits::find(const std::string& name) const {
  const auto found = by_name_.find(name);
  return found != by_name_.end() ? found->second : none;
}

uint32_t Permits::add(const Limit& limit) {
  uint32_t number = 0;
  if (free_resources_.empty()) {
    number = static_cast<uint32_t>(resources_.size());
    resources_.emplace_back();
  } else {
    number = free_resources_.back();
    free_resources_.pop_back();
    resources_[number] = {};
  }
  resources_[number].limit = limit;
  resources_[number].share.left = limit.per_minute;
  return number;
}

void Permits::remove(uint32_t resource) {
  std::erase(changed_, resource);
  free_resources_.push_back(resource);
}

double Permits::share_at(const Resource& r, int64_t tick) {
  const double most = r.limit.per_minute;
  if (tick <= r.share.at) return r.share.left;
  return std::min(most, r.share.left + static_cast<double>(tick - r.share.at) * most / minute_ns);
}

uint64_t Permits::room(const Need& need, int64_t tick) const {
  const Resource& r = resources_[need.resource];
  uint64_t left = UINT64_MAX;
  if (r.limit.at_once != none)
    left = r.limit.at_once - std::min<uint64_t>(r.taken, r.limit.at_once);
  if (r.limit.per_minute != 0) {
    left = std::min(left, static_cast<uint64_t>(share_at(r, tick) + rounding));
  }
  return left;
}

// A claim keeps of one resource what it needs when all that it still lacks elsewhere comes to it
// next. Others who lack the same wait behind it, and need nothing kept yet.
bool Permits::reserves(uint32_t number, uint32_t but, int64_t tick) const {
  const auto comes_next = [&](const Need& need) {
    if (need.resource == but || fits(need, tick)) return true;
    return resources_[need.resource].line.begin()->second == number;
  };
  const Claim& claim = claims_[number];
  return std::all_of(claim.needs.begin(), claim.needs.end(), comes_next);
}

// Whether there is enough beside what is kept for those before it.
bool Permits::fits_behind(const Claim& claim, const Need& need, int64_t tick) const {
  uint64_t left = room(need, tick);
  for (const auto& [place, other] : resources_[need.resource].line) {
    if (left < need.amount) return false;
    if (place >= claim.place) break;
    if (!reserves(other, need.resource, tick)) continue;
    for (const Need& kept : claims_[other].needs) {
      if (kept.resource == need.resource) left -= std::min<uint64_t>(left, kept.amount);
    }
  }
  return left >= need.amount;
}

bool Permits::can_have(const Claim& claim, int64_t tick) const {
  return std::all_of(claim.needs.begin(), claim.needs.end(),
                     [&](const Need& need) { return fits_behind(claim, need, tick); });
}

uint32_t Permits::beyond(uint32_t claim) const {
  for (const Need& need : claims_[claim].needs) {
    const Limit& limit = resources_[need.resource].limit;
    const bool is_too_much = (limit.at_once != none && need.amount > limit.at_once) ||
                             (limit.per_minute != 0 && need.amount > limit.per_minute);
    if (is_too_much) return need.resource;
  }
  return none;
}

uint32_t Permits::claim(const Wish& wish, int64_t tick) {
  uint32_t number = 0;
  if (free_claims_.empty()) {
    number = static_cast<uint32_t>(claims_.size());
    claims_.emplace_back();
  } else {
    number = free_claims_.back();
    free_claims_.pop_back();
  }
  Claim& made = claims_[number];
  made.needs.assign(wish.needs.begin(), wish.needs.end());
  made.place = {wish.since - int64_t{wish.priority} * base::limits::permit_level_ns, order_++};
  made.is_granted = false;
  made.is_open = true;
  if (can_have(made, tick)) {
    grant(number, tick);
    return number;
  }
  ++waiting_;
  for (const Need& need : made.needs) {
    Resource& r = resources_[need.resource];
    r.line.emplace(made.place, number);
    if (r.limit.per_minute != 0) shared_.insert(need.resource);
  }
  return number;
}

void Permits::grant(uint32_t number, int64_t tick) {
  Claim& claim = claims_[number];
  claim.is_granted = true;
  for (const Need& need : claim.needs) {
    Resource& r = resources_[need.resource];
    r.taken += need.amount;
    r.given_at = tick;
    if (r.limit.per_minute == 0) continue;
    r.share = {std::max(0.0, share_at(r, tick) - need.amount), std::max(tick, r.share.at)};
    if (!std::exchange(r.was_used, true)) used_.push_back(need.resource);
  }
}

void Permits::change(uint32_t resource) {
  if (!std::exchange(resources_[resource].has_changed, true)) changed_.push_back(resource);
}

void Permits::leave(uint32_t number) {
  --waiting_;
  for (const Need& need : claims_[number].needs) {
    Resource& r = resources_[need.resource];
    r.line.erase({claims_[number].place, number});
    if (r.line.empty()) shared_.erase(need.resource);
    change(need.resource);
  }
}

void Permits::give_back(uint32_t number) {
  Claim& claim = claims_[number];
  if (!claim.is_granted) {
    leave(number);
  } else {
    for (const Need& need : claim.needs) {
      resources_[need.resource].taken -= need.amount;
      change(need.resource);
    }
  }
  claim.is_open = false;
  free_claims_.push_back(number);
}

// The first in the line of a resource that can have all it needs.
uint32_t Permits::first_of(uint32_t resource, int64_t tick) const {
  const Resource& r = resources_[resource];
  for (const auto& [place, number] : r.line) {
    if (room({resource, 1}, tick) == 0) return none;
    if (can_have(claims_[number], tick)) return number;
  }
  return none;
}

uint32_t Permits::next(int64_t tick) {
  if (waiting_ == 0) {
    for (const uint32_t resource : changed_) resources_[resource].has_changed = false;
    changed_.clear();
    return none;
  }
  for (const uint32_t resource : shared_) change(resource);
  while (!changed_.empty()) {
    const uint32_t resource = changed_.back();
    const uint32_t found = first_of(resource, tick);
    if (found != none) {
      leave(found);
      grant(found, tick);
      return found;
    }
    resources_[resource].has_changed = false;
    changed_.pop_back();
  }
  return none;
}

uint32_t Permits::lacking(uint32_t number, int64_t tick) const {
  const Claim& claim = claims_[number];
  for (const Need& need : claim.needs) {
    if (!fits_behind(claim, need, tick)) return need.resource;
  }
  return none;
}

int64_t Permits::due(int64_t tick) const {
  int64_t due = INT64_MAX;
  for (const uint32_t resource : shared_) {
    const Resource& r = resources_[resource];
    if (share_at(r, tick) + rounding >= r.limit.per_minute) continue;
    const double whole = std::floor(share_at(r, tick) + rounding) + 1;
    const double wait = (whole - share_at(r, tick)) * minute_ns / r.limit.per_minute;
    due = std::min(due, tick + static_cast<int64_t>(std::ceil(wait)));
  }
  return due;
}

std::vector<uint32_t> Permits::take_used() {
  for (const uint32_t resource : used_) resources_[resource].was_used = false;
  return std::exchange(used_, {});
}

}  // namespace weft::engine
