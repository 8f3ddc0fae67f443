// Every point at which the store touches its disk, and what is found after it broke there.
#include <functional>

#include "catch.hpp"
#include "faulty_vfs.hpp"
#include "store_host.hpp"

namespace weft::test {
namespace {

using lit::operator""_k;

constexpr size_t commits = 8;
constexpr size_t tend_after = 4;

// Commit k of the scenario: several runs, every kind of operation, one larger than a page.
Batch batch_of(size_t k) {
  Batch b;
  const std::string text = "commit " + std::to_string(k);
  b.append("a", 2 * k + 1, 2 * k + 2, text).summary("a", text).put("last", text);
  switch (k) {
    case 0: b.append("b", 1, "b1").timer("b", 1, 100).put("definition/1", "d"); break;
    case 1: b.timer("a", 1, 200).outbox("1", "out"); break;
    case 2: b.append("b", 2, std::string(9000, 'b')).put("large", std::string(20000, 'l')); break;
    case 3: b.snapshot("a", 4, "state 4").truncate("a", 4).no_timer("b", 1); break;
    case 4: b.append("c", 1, "c1").summary("c", "running").erase("definition/1"); break;
    case 5: b.snapshot("a", 10, "state 10", 4).put_new("new", "n").timer("a", 1, 300); break;
    case 6: b.append("b", 3, "b3").summary("b", "completed").erase("outbox/1"); break;
    default: b.append("c", 2, std::string(5000, 'c')).put("large", "small now").forget("b"); break;
  }
  return b;
}

// Eight events of the run a, of which commit k brings two.
std::vector<weft_event> events_of_a(uint64_t first) {
  std::vector<weft_event> all;
  for (uint64_t seq = first; seq < first + 8; ++seq) {
    weft_event& e = all.emplace_back();
    e.size = sizeof e;
    e.seq = seq;
    e.type = to_str("workflow.step.started");
    e.step = to_str("one");
  }
  return all;
}

void tell(std::string& out, const Reply& reply) {
  out += std::to_string(reply.status) + "|";
  for (const auto& [seq, bytes] : reply.snapshots) out += std::to_string(seq) + bytes + "|";
  for (const std::string& record : reply.records) out += record + "|";
  out += std::string(reply.value["status"_k].as_text()) + "\n";
}

// Everything that a store gives back, as one text.
std::string told_by(StoreHost& store) {
  std::string out;
  for (const char* run : {"a", "b", "c"}) {
    tell(out, store.load(run));
    tell(out, store.load(run, 1));
  }
  for (const char* prefix : {"", "run/", "timer/"}) {
    for (const Value entry : store.scan(prefix).value) {
      out.append(entry["key"_k].as_text()).append("=").append(entry["value"_k].as_bytes());
      out.append(entry["value"_k]["status"_k].as_text()).append("\n");
    }
  }
  return out;
}

// A disk with its layer, and the scenario on it.
struct World {
  explicit World(Folder& real) : folder(real) {}

  Folder& folder;  // for the locks of owners, which are real
  Disk disk;
  FaultyVfs vfs{"faulty", disk};
  size_t acknowledged = 0;  // commits
  bool was_refused = false;
  bool spoke_after_failure = false;  // a commit was accepted after one had failed
  std::vector<Reply> refusals;

  Place place() const { return {folder / "store.db", vfs.name()}; }

  // Runs until the end whatever happens, as a careless caller would.
  void play(const std::function<void(size_t, StoreHost&)>& watch = {}) {
    StoreHost store(place());
    if (!store.is_open()) return;
    if (store.acquire() != WEFT_OK) return;
    if (watch) watch(0, store);
    for (size_t k = 0; k < commits; ++k) {
      Reply reply = store.commit(batch_of(k));
      if (reply.status == WEFT_OK) {
        ++acknowledged;
        spoke_after_failure = spoke_after_failure || was_refused;
        if (watch) watch(k + 1, store);
      } else {
        was_refused = true;
        refusals.push_back(std::move(reply));
      }
      if (k + 1 != tend_after && k + 1 != commits) continue;
      static_cast<void>(store.tend());
      static_cast<void>(store.tell("a", events_of_a(k + 1 == commits ? 9 : 1)));
    }
  }
};

// What the store says after each number of commits, and how many points the scenario has.
struct Course {
  std::vector<std::string> told;
  uint64_t points = 0;
};

Course undisturbed(Folder& folder) {
  Course course;
  World world(folder);
  world.play([&](size_t, StoreHost& store) { course.told.push_back(told_by(store)); });
  course.points = world.disk.points();
  REQUIRE(world.acknowledged == commits);
  REQUIRE(course.told.size() == commits + 1);
  StoreHost again(world.place());
  REQUIRE(told_by(again) == course.told.back());
  return course;
}

// The store opened anew holds all that was acknowledged, or that and the commit under way, whole;
// and it goes on from there.
void check_survivor(World& world, const Course& course) {
  StoreHost store(world.place());
  INFO(store.message());
  REQUIRE(store.is_open());
  const std::string told = told_by(store);
  const size_t k = world.acknowledged;
  const bool has_next = k < commits && told == course.told[k + 1];
  if (told != course.told[k] && !has_next) {
    FAIL("after " << k << " acknowledged commits the store tells\n" << told.substr(0, 400));
  }
  REQUIRE(store.acquire() == WEFT_OK);
  const size_t next = has_next ? k + 1 : k;
  if (next < commits) {
    REQUIRE(store.commit(batch_of(next)).message == "");
    REQUIRE(told_by(store) == course.told[next + 1]);
  }
  REQUIRE(store.tend().message == "");
}

TEST_CASE("a power loss at any point loses no acknowledged commit and halves none", "[crash]") {
  Folder folder;
  const Course course = undisturbed(folder);
  REQUIRE(course.points > 60);
  using Kind = Survival::Kind;
  const std::vector<Survival> survivals{{Kind::nothing, 0}, {Kind::everything, 0}, {Kind::some, 1},
                                        {Kind::some, 2},    {Kind::some, 3},       {Kind::some, 4}};
  size_t in_flight = 0;
  for (uint64_t point = 1; point <= course.points; ++point) {
    for (const Survival& survival : survivals) {
      INFO("point " << point << " of " << course.points << ", survival "
                    << static_cast<int>(survival.kind) << ", seed " << survival.seed);
      World world(folder);
      world.disk.plan(Fault::power, point);
      world.play();
      REQUIRE(world.disk.is_dead());
      REQUIRE_FALSE(world.spoke_after_failure);
      world.disk.restart({survival.kind, survival.seed * 1000 + point});
      check_survivor(world, course);
      ++in_flight;
    }
  }
  CHECK(in_flight == course.points * survivals.size());
}

TEST_CASE("a failed write or sync ends all writing and loses nothing", "[crash]") {
  Folder folder;
  const Course course = undisturbed(folder);
  size_t failed = 0;
  for (uint64_t point = 1; point <= course.points; ++point) {
    for (const bool loses_power : {false, true}) {
      INFO("point " << point << " of " << course.points << ", power loss " << loses_power);
      World world(folder);
      world.disk.plan(Fault::error, point);
      world.play();
      REQUIRE_FALSE(world.spoke_after_failure);
      for (const Reply& refusal : world.refusals) {
        REQUIRE(refusal.status == WEFT_FAILED);
        REQUIRE_THAT(refusal.message, ContainsSubstring("store.db"));
      }
      failed += world.was_refused ? 1 : 0;
      world.disk.plan(Fault::none, 0);
      if (loses_power) world.disk.restart({});
      check_survivor(world, course);
    }
  }
  CHECK(failed > 20);
}

TEST_CASE("a full disk refuses the commit and no other", "[crash]") {
  Folder folder;
  const Course course = undisturbed(folder);
  size_t refused = 0;
  for (uint64_t point = 1; point <= course.points; ++point) {
    INFO("point " << point << " of " << course.points);
    World world(folder);
    world.disk.plan(Fault::full, point);
    StoreHost store(world.place());
    if (!store.is_open() || store.acquire() != WEFT_OK) continue;
    for (size_t k = 0; k < commits; ++k) {
      Reply reply = store.commit(batch_of(k));
      if (reply.status == WEFT_LIMIT) {
        REQUIRE(reply.code == "resource.disk");
        ++refused;
        reply = store.commit(batch_of(k));
      }
      if (reply.status != WEFT_OK) break;
      REQUIRE(told_by(store) == course.told[k + 1]);
    }
  }
  CHECK(refused > 10);
}

}  // namespace
}  // namespace weft::test
