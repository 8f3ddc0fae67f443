// Scenarios on the sqlite store, whose disk fails or loses power at every point; and every
// state in which a power loss can leave that disk when a write was torn or two writes changed
// places.
#include <cstdio>
#include <cstdlib>
#include <map>
#include <unordered_set>

#include "catch.hpp"
#include "process.hpp"

namespace weft::tests {
namespace {

using test::Disk;
using test::Fault;
using test::FaultyVfs;
using test::Folder;
using test::Survival;
using Kind = Survival::Kind;

// How often each step was called, and whether it may be called again.
struct Calls {
  uint64_t count = 0;
  bool is_once = false;
  bool is_undone = false;  // it may, once 'undo_' and its name was called
};
using Ledger = std::map<std::string, Calls>;

void write_down(const std::vector<SimCall>& calls, size_t n, Ledger& ledger) {
  for (size_t i = 0; i < n; ++i) {
    Calls& of = ledger[calls[i].name];
    ++of.count;
    of.is_once = calls[i].tool == "once" || calls[i].tool == "slow_once";
    of.is_undone = calls[i].tool == "undone";
  }
}

struct World {
  explicit World(const Folder& real) : place{real / "store.db", vfs.name()} {}
  Disk disk;
  FaultyVfs vfs{"faulty-run", disk};
  test::Place place;
};

// The disk and what was acknowledged, at one point.
struct Moment {
  Disk::State disk;
  Seen seen;
  bool was_synced = false;
};

// A scenario undisturbed: how it ends, what it calls, and all its moments.
struct Course {
  const Scenario* scenario = nullptr;
  Plans plans;
  Disk::State start;
  std::vector<std::string> outcomes;
  std::vector<SimCall> calls;
  std::vector<Moment> moments;
  uint64_t points = 0;
};

constexpr int64_t began = 1'700'000'000'000'000'000;

Course undisturbed(const Folder& folder, const Scenario& scenario, SimPlans& plans) {
  Course course;
  course.scenario = &scenario;
  for (const std::string& definition : scenario.definitions) {
    course.plans.push_back(plans.build(definition));
  }
  World world(folder);
  if (!scenario.begins_on_nothing) Process(world.place, began).is_open();
  world.disk.restart({Kind::everything});
  course.start = world.disk.picture();
  Process* now = nullptr;
  world.disk.on_point = [&](bool was_synced) {
    course.moments.push_back(
        {world.disk.picture(), now != nullptr ? now->seen() : Seen{.now = began}, was_synced});
  };
  Process process(world.place, began);
  now = &process;
  REQUIRE(process.is_open());
  process.play(course.plans, scenario, 0);
  for (size_t i = 0; i < course.plans.size(); ++i) course.outcomes.push_back(process.outcome(i));
  course.calls = process.calls();
  course.points = world.disk.points();
  world.disk.on_point = nullptr;
  return course;
}

// A run that was cancelled may leave a step of which nobody knows whether it was called.
std::string without_doubts(std::string outcome, const Course& course) {
  constexpr std::string_view doubt = " unknown null";
  if (course.scenario->cancel_after_ns == 0) return outcome;
  for (size_t at; (at = outcome.find(doubt)) != std::string::npos;) {
    outcome.replace(at, doubt.size(), " cancelled null");
  }
  return outcome;
}

// A new process on a disk that works again, and a person where one is needed. The text says what
// was lost or repeated; empty when nothing was.
std::string survive(World& world, const Course& course, Ledger ledger, const Seen& seen) {
  const Ledger before = ledger;
  std::string wrong, doubted;
  std::optional<run::Settle> settle;
  size_t words = seen.words;
  for (int life = 0; life < 4; ++life) {
    Process process(world.place, seen.now);
    if (!process.is_open()) return "the store does not open";
    process.play(course.plans, *course.scenario, words, settle);
    words = process.seen().words;
    write_down(process.calls(), process.calls().size(), ledger);
    bool waits = false;
    for (size_t run = 0; run < course.plans.size(); ++run) {
      waits = waits || process.waits(run);
      if (life > 0) continue;
      const bool was_told = run < seen.is_accepted.size() && seen.is_accepted[run];
      if (was_told && !process.had_run[run]) wrong += "an accepted run is gone\n";
      if (run < seen.published.size() && process.first[run] != 0 &&
          process.first[run] <= seen.published[run]) {
        wrong += "what a sink was told is not in the journal\n";
      }
      const bool was_done = run < seen.is_done.size() && seen.is_done[run];
      if (was_done && process.first[run] != 0) wrong += "a run that had ended went on\n";
    }
    for (const auto& [step, calls] : ledger) {
      if (settle || calls.count <= 1) continue;
      if (calls.is_once) wrong += step + " was repeated and nobody asked\n";
      const auto undone = ledger.find("undo_" + step);
      const uint64_t times = undone != ledger.end() ? undone->second.count : 0;
      if (calls.is_undone && calls.count > 1 + times) wrong += step + " was repeated, not undone\n";
    }
    if (!waits) {
      for (size_t run = 0; run < course.plans.size(); ++run) {
        doubted += process.outcome(run);
        if (without_doubts(process.outcome(run), course) == course.outcomes[run]) continue;
        wrong += "run " + std::to_string(run) + " came to\n" + process.outcome(run) + "\nnot\n" +
                 course.outcomes[run] + "\n";
      }
      break;
    }
    settle = run::Settle::again;
  }
  for (const SimCall& call : course.calls) {
    if (ledger[call.name].count == 0 && doubted.find(call.name + " unknown") == std::string::npos)
      wrong += "the effect of " + call.name + " is lost\n";
  }
  return wrong;
}

struct Counts {
  uint64_t points = 0, syncs = 0, torn = 0, pairs = 0, states = 0, played = 0;
};

std::vector<uint64_t> unsynced(const Disk::State& state, uint64_t& sectors_of_last) {
  std::map<uint64_t, uint64_t> sectors;
  for (const auto& [name, file] : state.names) {
    for (const auto& change : file.unsynced) sectors[change.order] = change.sectors();
  }
  std::vector<uint64_t> orders;
  for (const auto& [order, n] : sectors) orders.push_back(order);
  sectors_of_last = sectors.empty() ? 0 : sectors.rbegin()->second;
  return orders;
}

// WEFT_CRASH_MORE: so many more states of each moment, each sector by the throw of a coin.
uint64_t more() {
  const char* text = std::getenv("WEFT_CRASH_MORE");
  return text != nullptr ? std::strtoull(text, nullptr, 10) : 1;
}

// Every way in which this moment may be left behind: nothing or everything of what was not synced;
// the first sectors of the latest write; and for each earlier write, that it is lost while the
// latest is kept, alone or with all between them.
std::vector<Survival> survivals(const Moment& moment, Counts& counts) {
  std::vector<Survival> all{{Kind::nothing}, {Kind::everything}};
  for (uint64_t i = 0; i < more(); ++i) all.push_back({Kind::some, counts.states + i + 1});
  ++(moment.was_synced ? counts.syncs : counts.points);
  uint64_t sectors = 0;
  const std::vector<uint64_t> orders = unsynced(moment.disk, sectors);
  if (moment.was_synced || orders.empty()) return all;
  all.push_back({.kind = Kind::chosen, .lost = {orders.back()}});
  for (uint64_t n = 1; n < sectors; ++n) {
    all.push_back({.kind = Kind::chosen, .torn = orders.back(), .sectors = n});
    ++counts.torn;
  }
  std::set<uint64_t> between;
  for (size_t i = orders.size() - 1; i-- > 0;) {
    between.insert(orders[i]);
    all.push_back({.kind = Kind::chosen, .lost = {orders[i]}});
    if (between.size() > 1) all.push_back({.kind = Kind::chosen, .lost = between});
    ++counts.pairs;
  }
  return all;
}

// States that are equal in every byte, with the same acknowledged, need one resumption only.
std::string fingerprint(const Disk::State& disk, const Seen& seen) {
  std::string text = std::to_string(seen.calls) + ' ' + std::to_string(seen.now) + ' ' +
                     std::to_string(seen.words);
  for (const bool is : seen.is_accepted) text += is ? 'a' : '-';
  for (const bool is : seen.is_done) text += is ? 'd' : '-';
  for (const uint64_t seq : seen.published) text += ' ' + std::to_string(seq);
  for (const auto& [name, file] : disk.names) text += '|' + name + '|' + file.seen;
  return text;
}

void check_every_state(const Course& course, const Folder& folder, Counts& counts) {
  std::unordered_set<size_t> known;
  for (size_t m = 0; m < course.moments.size(); ++m) {
    const Moment& moment = course.moments[m];
    Ledger ledger;
    write_down(course.calls, moment.seen.calls, ledger);
    for (const Survival& survival : survivals(moment, counts)) {
      ++counts.states;
      World world(folder);
      world.disk.put(moment.disk);
      world.disk.restart(survival);
      const std::string print = fingerprint(world.disk.picture(), moment.seen);
      if (!known.insert(std::hash<std::string>()(print)).second) continue;
      ++counts.played;
      const std::string wrong = survive(world, course, ledger, moment.seen);
      INFO(course.scenario->name << ", point " << m << " of " << course.moments.size()
                                 << ", survival " << static_cast<int>(survival.kind) << ", lost "
                                 << survival.lost.size() << ", sectors " << survival.sectors);
      REQUIRE(wrong == "");
    }
  }
}

void print(std::string_view name, const Counts& c) {
  std::printf("%-46.*s %4d writes, %3d syncs, %5d torn, %5d pairs: %6d states, %5d different\n",
              static_cast<int>(name.size()), name.data(), static_cast<int>(c.points),
              static_cast<int>(c.syncs), static_cast<int>(c.torn), static_cast<int>(c.pairs),
              static_cast<int>(c.states), static_cast<int>(c.played));
  std::fflush(stdout);
}

TEST_CASE("kill_between_any_two_writes_loses_nothing", "[crash]") {
  Folder folder;
  SimPlans plans;
  REQUIRE(scenarios().size() >= 15);
  Counts all;
  for (const Scenario& scenario : scenarios()) {
    const Course course = undisturbed(folder, scenario, plans);
    Counts counts;
    check_every_state(course, folder, counts);
    CHECK(counts.points > 5);
    CHECK(counts.syncs > 3);
    CHECK(counts.pairs > 0);
    print(scenario.name, counts);
    all.points += counts.points;
    all.syncs += counts.syncs;
    all.torn += counts.torn;
    all.pairs += counts.pairs;
    all.states += counts.states;
    all.played += counts.played;
  }
  print("in all", all);
  CHECK(all.torn > 1000);
  CHECK(all.pairs > 1000);
}

TEST_CASE("a failed write or sync at any point of a run loses and repeats nothing", "[crash]") {
  Folder folder;
  SimPlans plans;
  for (const Scenario& scenario : scenarios()) {
    const Course course = undisturbed(folder, scenario, plans);
    uint64_t given_up = 0;
    for (uint64_t point = 1; point <= course.points; ++point) {
      for (const Fault fault : {Fault::error, Fault::full}) {
        INFO(scenario.name << ", point " << point << " of " << course.points << ", full "
                           << (fault == Fault::full));
        World world(folder);
        world.disk.put(course.start);
        world.disk.plan(fault, point);
        Ledger ledger;
        Seen seen{.now = began};
        bool is_fine = false;
        {
          Process process(world.place, began);
          if (process.is_open()) {
            process.play(course.plans, scenario, 0);
            seen = process.seen();
            write_down(process.calls(), seen.calls, ledger);
            is_fine = true;
            for (size_t run = 0; run < course.plans.size(); ++run) {
              is_fine = is_fine && process.outcome(run) == course.outcomes[run];
              // A run that was given up was not accepted by that.
              if (process.was_given_up(run)) seen.is_accepted[run] = seen.is_done[run] = false;
            }
          }
        }
        world.disk.plan(Fault::none, 0);
        if (is_fine) continue;
        ++given_up;
        REQUIRE(survive(world, course, ledger, seen) == "");
      }
    }
    CHECK(given_up > 10);
  }
}

}  // namespace
}  // namespace weft::tests
