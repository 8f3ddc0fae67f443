// Permits: what there is only so much of, who has some of it, and who stands in line.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "spec/spec.hpp"

namespace weft::engine {

// A claim names all that it needs and gets all of it at once, or nothing. Nobody who has something
// claims more, so there is no circle in which everybody waits for the next one.
//
// Every resource has a line, and all lines have the same order: who came first, where each level of
// priority counts like limits::permit_level_ns that one came earlier. Whoever waits long enough is
// therefore before everybody who comes later, whatever their priority. What the first in line needs
// is kept for it, so that it is not passed for ever by those who need less.
class Permits final {
 public:
  static constexpr uint32_t none = UINT32_MAX;

  // What is used of the share of a minute does not come back.
  using Limit = spec::Limit;
  struct Need {
    uint32_t resource = none;
    uint32_t amount = 1;
  };
  // What is left of a minute's share, as it outlives the process.
  struct Share {
    double left = 0;
    int64_t at = 0;
  };

  // A resource by its name; where several limits were said of it, the least of each holds. True in
  // is_new when it was not known before.
  uint32_t named(std::string_view name, const Limit& limit, bool* is_new = nullptr);
  uint32_t find(const std::string& name) const;  // none when it is not known
  Limit limit_of(uint32_t resource) const { return resources_[resource].limit; }
  void limit(uint32_t resource, const Limit& limit) { resources_[resource].limit = limit; }
  // One without a name, and its end; nobody has anything of it then.
  uint32_t add(const Limit& limit);
  void remove(uint32_t resource);
  std::string_view name(uint32_t resource) const { return resources_[resource].name; }

  // A claim, which has what it needs if that is there now, and stands in line otherwise. Requires:
  // no resource is named twice.
  struct Wish {
    std::span<const Need> needs;
    int32_t priority = 0;
    int64_t since = 0;  // when it began to wait
  };
  uint32_t claim(const Wish& wish, int64_t tick);
  bool is_granted(uint32_t claim) const { return claims_[claim].is_granted; }
  // Why a claim can never be granted: a resource of which there is less than it needs.
  uint32_t beyond(uint32_t claim) const;
  // The claim ends: what it had is free, or it leaves the line.
  void give_back(uint32_t number);
  // The next in line who has now been given what it needs; none when there is nobody.
  uint32_t next(int64_t tick);
  // What a claim that stands in line waits for.
  uint32_t lacking(uint32_t number, int64_t tick) const;
  // When something of it was given to somebody the last time.
  int64_t given_at(uint32_t resource) const { return resources_[resource].given_at; }
  bool is_before(uint32_t a, uint32_t b) const { return claims_[a].place < claims_[b].place; }

  // When somebody may get something without anybody's giving back; INT64_MAX when never.
  int64_t due(int64_t tick) const;
  bool is_idle() const { return waiting_ == 0; }
  // Something was given back since next() had nobody left, and somebody waits.
  bool has_news() const { return waiting_ != 0 && !changed_.empty(); }

  // Shares that were used since they were asked for the last time.
  std::vector<uint32_t> take_used();
  Share share(uint32_t resource) const { return resources_[resource].share; }
  void restore(uint32_t resource, const Share& share) { resources_[resource].share = share; }

 private:
  using Place = std::pair<int64_t, uint64_t>;  // when it came, priority counted; order of coming
  struct Resource {
    std::string name;
    Limit limit;
    uint64_t taken = 0;
    int64_t given_at = 0;
    Share share;
    bool has_changed = false;  // listed in changed_
    bool was_used = false;     // listed in used_
    std::set<std::pair<Place, uint32_t>> line;
  };
  struct Claim {
    std::vector<Need> needs;
    Place place;
    bool is_granted = false;
    bool is_open = false;
  };

  static double share_at(const Resource& resource, int64_t tick);
  uint64_t room(const Need& need, int64_t tick) const;  // beside what is taken
  bool fits(const Need& need, int64_t tick) const { return room(need, tick) >= need.amount; }
  bool fits_behind(const Claim& claim, const Need& need, int64_t tick) const;
  bool reserves(uint32_t number, uint32_t but, int64_t tick) const;
  bool can_have(const Claim& claim, int64_t tick) const;
  void grant(uint32_t number, int64_t tick);
  void leave(uint32_t number);
  void change(uint32_t resource);
  uint32_t first_of(uint32_t resource, int64_t tick) const;

  std::vector<Resource> resources_;
  std::vector<uint32_t> free_resources_;
  std::unordered_map<std::string, uint32_t> by_name_;
  std::vector<Claim> claims_;
  std::vector<uint32_t> free_claims_;
  std::vector<uint32_t> changed_;  // resources whose lines are to be looked at
  std::vector<uint32_t> used_;
  std::set<uint32_t> shared_;  // resources with a share of which somebody waits
  uint64_t order_ = 0;
  uint32_t waiting_ = 0;
};

}  // namespace weft::engine
