// A run of five steps on the sqlite store, whose disk fails or loses power at every point.
#include <map>

#include "base/encode.hpp"
#include "base/json.hpp"
#include "catch.hpp"
#include "engine/engine.hpp"
#include "faulty_vfs.hpp"
#include "sim_plans.hpp"
#include "sim_tools.hpp"
#include "sim_world.hpp"
#include "store_host.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;
using test::Disk;
using test::Fault;
using test::FaultyVfs;
using test::Folder;
using test::Survival;
using Ledger = std::map<std::string, int>;

constexpr std::string_view definition = R"({"id":"five","steps":[
  {"id":"a","tool":"pure","parameters":{"name":"a","value":"{{$input}}"}},
  {"id":"b","tool":"once","parameters":{"name":"b","value":"{{a}}"}},
  {"id":"c","tool":"idem","parameters":{"name":"c","value":"{{b.name}} and more","do":"fail",
   "times":1},"retry":{"max_attempts":3,"initial":"2s"}},
  {"id":"d","tool":"once","parameters":{"name":"d","value":"{{c}}","do":"later","ms":3000}},
  {"id":"e","tool":"read","parameters":{"name":"e","value":["{{a}}","{{d}}"]}}]})";

// One life of a process: a store that was opened, an engine on it, and what it called.
class Process final {
 public:
  Process(const std::string& path, const std::string& vfs)
      : registry_({{WEFT_PLUGIN_DIR}, &port_, {}, {}}), tools_(env_, port_) {
    registry_.scan();
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_object();
    b.set("path"_k, std::string_view(path));
    b.set("vfs"_k, std::string_view(vfs));
    b.end_object();
    const auto number = registry_.find("store", "sqlite");
    REQUIRE(number);
    auto bound = registry_.store(*number, b.take_value());
    if (!bound) return;
    store_ = std::make_unique<journal::Store>(*bound);
    engine_ =
        std::make_unique<engine::Engine>(engine::Engine::Parts{env_.env(), store_.get(), {}, {}});
    engine::Engine::connect(*engine_, port_);
    if (!store_->own()) engine_.reset();
  }
  ~Process() { engine_.reset(); }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  bool is_open() const { return engine_ != nullptr; }

  // Whether the store has the run; then it goes on from there, else it begins.
  engine::Report play(const SimWorld::Plan& plan, std::optional<run::Settle> settle = {}) {
    auto made = std::make_unique<engine::Submission>();
    auto bindings = std::make_shared<engine::Bindings>();
    bindings->plan = plan;
    for (const auto& c : plan->tools) bindings->tools.push_back(tools_.bound(c.component));
    made->bindings = std::move(bindings);
    const auto ticket = std::make_shared<engine::Ticket>();
    ticket->run = "run";
    ticket->wants_detail = true;
    made->ticket = ticket;
    (void)store_->claim("run", env_.now(), 1);
    (void)store_->load("run", [&](std::string_view piece) { made->records.emplace_back(piece); });
    had_run = !made->records.empty();
    made->settles = settle.has_value();
    if (settle) made->settle = *settle;
    made->acceptance = acceptance();
    engine_->submit(std::move(made));
    while (!ticket->is_done) {
      if (engine_->turn()) continue;
      const int64_t next = std::min(engine_->next_due(), env_.next_due());
      if (next == INT64_MAX) break;
      env_.advance_to(next);
    }
    REQUIRE(ticket->is_done);
    return std::move(ticket->report);
  }

  void write_down(Ledger& ledger) const {
    for (const SimCall& call : tools_.calls) ++ledger[call.name];
  }
  bool had_run = false;

 private:
  static base::Doc acceptance() {
    base::Blocks blocks;
    return base::pack(*base::parse_json(
        R"({"id":"run","input":{"text":"some text of some length"},"params":null,"seed":3})",
        blocks.arena()));
  }

  SimEnv env_{1};
  plugin::Port port_;
  plugin::Registry registry_;
  SimTools tools_;
  std::unique_ptr<journal::Store> store_;
  std::unique_ptr<engine::Engine> engine_;
};

struct World {
  explicit World(const Folder& real) : folder(real) {}
  std::string path() const { return folder / "store.db"; }

  // The life of a process on this disk; an empty report when the store did not open.
  std::optional<engine::Report> live(const SimWorld::Plan& plan,
                                     std::optional<run::Settle> settle = {}) {
    Process process(path(), vfs.name());
    if (!process.is_open()) return {};
    engine::Report report = process.play(plan, settle);
    process.write_down(ledger);
    had_run = process.had_run;
    return report;
  }

  const Folder& folder;
  Disk disk;
  FaultyVfs vfs{"faulty-run", disk};
  Ledger ledger;  // of all processes
  bool had_run = false;
};

struct Course {
  std::string outcome;
  uint64_t points = 0;
};

Course undisturbed(const Folder& folder, const SimWorld::Plan& plan) {
  World world(folder);
  const auto report = world.live(plan);
  REQUIRE(report);
  REQUIRE(report->status == state::RunStatus::completed);
  return {tell(*report), world.disk.points()};
}

// A new process on a disk that works again.
void check_survivor(World& world, const SimWorld::Plan& plan, const Course& course) {
  const Ledger before = world.ledger;
  auto report = world.live(plan);
  REQUIRE(report);
  // No effect before its intent; what is harmless need not wait.
  const bool had_effect = before.contains("b") || before.contains("c") || before.contains("d");
  if (!world.had_run) REQUIRE_FALSE(had_effect);
  for (const char* once : {"b", "d"}) {
    INFO(once);
    REQUIRE(world.ledger[once] <= 1);
  }
  if (report->status == state::RunStatus::waiting) {
    const std::string told = tell(*report);
    const char* doubted = told.find("\nb unknown") != std::string::npos ? "b" : "d";
    REQUIRE_THAT(told, ContainsSubstring(std::string(doubted) + " unknown"));
    report = world.live(plan, run::Settle::again);
    REQUIRE(report);
  }
  REQUIRE(tell(*report) == course.outcome);
  for (const char* step : {"a", "b", "c", "d", "e"}) {
    INFO(step);
    REQUIRE(world.ledger[step] >= 1);
  }
}

TEST_CASE("a power loss at any point of a run loses nothing and repeats nothing", "[crash]") {
  Folder folder;
  SimPlans plans;
  const auto plan = plans.build(definition);
  const Course course = undisturbed(folder, plan);
  REQUIRE(course.points > 30);
  using Kind = Survival::Kind;
  const std::vector<Survival> survivals{
      {Kind::nothing, 0}, {Kind::everything, 0}, {Kind::some, 1}, {Kind::some, 2}};
  for (uint64_t point = 1; point <= course.points; ++point) {
    for (const Survival& survival : survivals) {
      INFO("point " << point << " of " << course.points << ", survival "
                    << static_cast<int>(survival.kind) << ", seed " << survival.seed);
      World world(folder);
      world.disk.plan(Fault::power, point);
      (void)world.live(plan);
      REQUIRE(world.disk.is_dead());
      world.disk.restart({survival.kind, survival.seed * 1000 + point});
      check_survivor(world, plan, course);
    }
  }
}

TEST_CASE("a failed write or sync at any point of a run loses and repeats nothing", "[crash]") {
  Folder folder;
  SimPlans plans;
  const auto plan = plans.build(definition);
  const Course course = undisturbed(folder, plan);
  uint64_t given_up = 0;
  for (uint64_t point = 1; point <= course.points; ++point) {
    for (const Fault fault : {Fault::error, Fault::full}) {
      INFO("point " << point << " of " << course.points << ", full " << (fault == Fault::full));
      World world(folder);
      world.disk.plan(fault, point);
      const auto report = world.live(plan);
      world.disk.plan(Fault::none, 0);
      if (report && report->error.code.empty()) {
        REQUIRE(tell(*report) == course.outcome);
        continue;
      }
      ++given_up;
      check_survivor(world, plan, course);
    }
  }
  CHECK(given_up > 20);
}

}  // namespace
}  // namespace weft::tests
