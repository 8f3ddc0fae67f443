#include "engine/permits.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "base/limits.hpp"
#include "catch.hpp"

namespace weft::engine {
namespace {

using Need = Permits::Need;
constexpr int64_t second = 1'000'000'000;

uint32_t ask(Permits& permits, std::vector<Need> needs, int64_t tick = 0, int32_t priority = 0) {
  return permits.claim({needs, priority, tick}, tick);
}

TEST_CASE("needs_are_granted_all_or_none") {
  Permits permits;
  const uint32_t one = permits.named("one", {1, 0});
  const uint32_t two = permits.named("two", {2, 0});
  const uint32_t first = ask(permits, {{one}});
  const uint32_t both = ask(permits, {{one}, {two, 2}});
  CHECK(permits.is_granted(first));
  CHECK_FALSE(permits.is_granted(both));
  CHECK(permits.lacking(both, 0) == one);

  permits.give_back(first);
  CHECK(permits.next(0) == both);
  const uint32_t late = ask(permits, {{two}});
  CHECK_FALSE(permits.is_granted(late));
  permits.give_back(both);
  CHECK(permits.next(0) == late);
  CHECK(permits.next(0) == Permits::none);
}

TEST_CASE("low_priority_is_not_starved") {
  Permits permits;
  const uint32_t door = permits.named("door", {1, 0});
  uint32_t inside = ask(permits, {{door}});
  const uint32_t low = ask(permits, {{door}}, 0, -10);
  // Somebody of a higher priority comes each second, and there is always one of them in line.
  uint32_t next = ask(permits, {{door}}, 0, 0);
  int64_t tick = 0;
  while (inside != low && tick < 1'000 * second) {
    tick += second;
    permits.give_back(inside);
    inside = permits.next(tick);
    if (inside == next) next = ask(permits, {{door}}, tick, 0);
  }
  CHECK(inside == low);
  CHECK(tick <= 10 * base::limits::permit_level_ns + 2 * second);
}

TEST_CASE("a higher priority goes first, and equal ones in the order in which they came") {
  Permits permits;
  const uint32_t door = permits.named("door", {1, 0});
  const uint32_t inside = ask(permits, {{door}});
  const uint32_t first = ask(permits, {{door}}, 1);
  const uint32_t second_one = ask(permits, {{door}}, 1);
  const uint32_t urgent = ask(permits, {{door}}, 2, 1);
  permits.give_back(inside);
  CHECK(permits.next(3) == urgent);
  permits.give_back(urgent);
  CHECK(permits.next(3) == first);
  permits.give_back(first);
  CHECK(permits.next(3) == second_one);
}

TEST_CASE("whoever waits for a mutex behind others keeps nothing else from those who could go on") {
  Permits permits;
  const uint32_t mutex = permits.named("mutex:m", {1, 0});
  const uint32_t calls = permits.add({2, 0});
  const uint32_t elsewhere = ask(permits, {{mutex}});
  const uint32_t next_in_line = ask(permits, {{mutex}, {calls}});
  const uint32_t behind = ask(permits, {{mutex}, {calls}});
  // One of the two calls is kept for the next in line; the one behind it keeps none.
  const uint32_t free = ask(permits, {{calls}});
  CHECK(permits.is_granted(free));
  CHECK_FALSE(permits.is_granted(ask(permits, {{calls}})));
  permits.give_back(elsewhere);
  CHECK(permits.next(0) == next_in_line);
  CHECK_FALSE(permits.is_granted(behind));
}

TEST_CASE("what is used of a minute's share comes back with time, and not before") {
  Permits permits;
  const uint32_t api = permits.named("api", {Permits::none, 60});
  for (int i = 0; i < 60; ++i) {
    const uint32_t call = ask(permits, {{api}});
    REQUIRE(permits.is_granted(call));
    permits.give_back(call);
  }
  const uint32_t waits = ask(permits, {{api}});
  CHECK_FALSE(permits.is_granted(waits));
  CHECK(permits.due(0) == second);
  CHECK(permits.next(second - 1'000'000) == Permits::none);
  CHECK(permits.next(second) == waits);
}

TEST_CASE("of several limits of one name the least holds") {
  Permits permits;
  bool is_new = false;
  const uint32_t db = permits.named("db", {5, 0}, &is_new);
  CHECK(is_new);
  CHECK(permits.named("db", {2, 100}, &is_new) == db);
  CHECK_FALSE(is_new);
  CHECK(permits.beyond(ask(permits, {{db, 3}})) == db);
  CHECK(permits.beyond(ask(permits, {{db, 2}})) == Permits::none);
}

// Every order in which some come, are let in and leave.
class Schedules final {
 public:
  struct Who {
    std::vector<Need> needs;
    int32_t priority;
  };
  Schedules(std::vector<uint32_t> limits, std::vector<Who> all)
      : limits_(std::move(limits)), all_(std::move(all)) {}

  uint64_t explore() {
    Permits permits;
    for (const uint32_t limit : limits_) permits.add({limit, 0});
    Stand stand;
    stand.claim.fill(Permits::none);
    go_on(permits, stand);
    return ends_;
  }

 private:
  static constexpr size_t most = 5;
  enum class At : uint8_t { away, waits, inside, done };
  struct Stand {
    std::array<At, most> at{};
    std::array<uint32_t, most> claim{};
    int64_t tick = 0;
  };

  uint32_t taken(const Stand& stand, uint32_t resource) const {
    uint32_t sum = 0;
    for (size_t i = 0; i < all_.size(); ++i) {
      if (stand.at[i] == At::inside) sum += amount(i, resource);
    }
    return sum;
  }
  uint32_t amount(size_t who, uint32_t resource) const {
    for (const Need& need : all_[who].needs) {
      if (need.resource == resource) return need.amount;
    }
    return 0;
  }

  // Nobody is let in where that takes from the first in line something of which it had enough.
  void enter(const Permits& permits, Stand& stand, size_t who) {
    size_t first = all_.size();
    for (size_t i = 0; i < all_.size(); ++i) {
      if (stand.at[i] != At::waits || i == who) continue;
      if (first == all_.size() || permits.is_before(stand.claim[i], stand.claim[first])) first = i;
    }
    const bool is_passed =
        first < all_.size() && permits.is_before(stand.claim[first], stand.claim[who]);
    for (uint32_t r = 0; is_passed && r < limits_.size(); ++r) {
      const uint32_t before = limits_[r] - taken(stand, r);
      const uint32_t wish = amount(first, r);
      if (before >= wish) REQUIRE(before - amount(who, r) >= wish);
    }
    stand.at[who] = At::inside;
    for (uint32_t r = 0; r < limits_.size(); ++r) REQUIRE(taken(stand, r) <= limits_[r]);
  }

  void settle(Permits& permits, Stand& stand) {
    for (uint32_t claim = permits.next(stand.tick); claim != Permits::none;
         claim = permits.next(stand.tick)) {
      size_t who = 0;
      while (stand.at[who] != At::waits || stand.claim[who] != claim) ++who;
      enter(permits, stand, who);
    }
    const auto is = [&](At at) { return std::count(stand.at.begin(), stand.at.end(), at); };
    // Where nobody is inside, nobody waits: there is no deadlock.
    if (is(At::inside) == 0) REQUIRE(is(At::waits) == 0);
  }

  void go_on(const Permits& before, const Stand& from) {
    bool is_over = true;
    for (size_t i = 0; i < all_.size(); ++i) {
      if (from.at[i] != At::away && from.at[i] != At::inside &&
          !(gives_up_ && from.at[i] == At::waits))
        continue;
      is_over = is_over && from.at[i] == At::waits;
      Permits permits = before;
      Stand stand = from;
      ++stand.tick;
      if (stand.at[i] == At::away) {
        stand.claim[i] = permits.claim({all_[i].needs, all_[i].priority, stand.tick}, stand.tick);
        stand.at[i] = At::waits;
        if (permits.is_granted(stand.claim[i])) enter(permits, stand, i);
      } else {
        permits.give_back(stand.claim[i]);
        stand.at[i] = At::done;
      }
      settle(permits, stand);
      go_on(permits, stand);
    }
    if (!is_over) return;
    REQUIRE(std::count(from.at.begin(), from.at.begin() + static_cast<long>(all_.size()),
                       At::done) == static_cast<long>(all_.size()));
    ++ends_;
  }

 public:
  bool gives_up_ = false;

 private:
  std::vector<uint32_t> limits_;
  std::vector<Who> all_;
  uint64_t ends_ = 0;
};

TEST_CASE(
    "no schedule exceeds a limit, lets two in at once, passes the first or ends in deadlock") {
  // Two that exclude each other, a thing of which there are two, and the calls of a run.
  const std::vector<std::vector<Need>> wishes = {
      {{0}}, {{0}, {1}}, {{1}}, {{0}, {2}}, {{1}, {2, 2}}, {{0}, {1}, {2}}, {{2, 2}}};
  uint64_t ends = 0;
  for (size_t a = 0; a < wishes.size(); ++a) {
    for (size_t b = a; b < wishes.size(); ++b) {
      for (size_t c = b; c < wishes.size(); ++c) {
        for (size_t d = c; d < wishes.size(); ++d) {
          Schedules all({1, 1, 2},
                        {{wishes[a], 0}, {wishes[b], 1}, {wishes[c], 0}, {wishes[d], -1}});
          ends += all.explore();
        }
      }
    }
  }
  CHECK(ends > 100'000);
}

TEST_CASE("whoever leaves the line holds up nobody, in any schedule") {
  const std::vector<std::vector<Need>> wishes = {{{0}}, {{0}, {1}}, {{0}, {1}, {2}}, {{2, 2}}};
  uint64_t ends = 0;
  for (const auto& a : wishes) {
    for (const auto& b : wishes) {
      for (const auto& c : wishes) {
        Schedules all({1, 1, 2}, {{a, 0}, {b, 1}, {c, 0}, {{{2}}, 0}});
        all.gives_up_ = true;
        ends += all.explore();
      }
    }
  }
  CHECK(ends > 100'000);
}

}  // namespace
}  // namespace weft::engine
