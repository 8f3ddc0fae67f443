// SimWorld: an engine on a seeded environment with fake tools and a store that outlives it.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "sim_env.hpp"
#include "sim_plans.hpp"
#include "sim_sink.hpp"
#include "sim_store.hpp"
#include "sim_tools.hpp"

namespace weft::tests {

class SimWorld final {
 public:
  struct Setup {
    uint64_t seed = 1;
    bool has_threads = true;
    bool has_sink = true;
    std::vector<engine::Listener> hooks{};
    engine::Composition composition{};
    engine::HostLimits limits{};
    std::vector<plugin::BoundSink> sinks{};                   // beside the one of the world
    std::vector<std::shared_ptr<const plan::Plan>> loaded{};  // that hooks may start, by their ids
  };
  explicit SimWorld(Setup setup);
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  using Plan = std::shared_ptr<const plan::Plan>;
  std::shared_ptr<engine::Ticket> submit(const Plan& plan, std::string id = "run-1");
  // A run that the store has goes on in the engine of now.
  std::shared_ptr<engine::Ticket> resume(const Plan& plan, std::optional<run::Settle> settle = {},
                                         std::string id = "run-1");
  // A new run that goes on from where another one was: its records, cut there, and how.
  std::shared_ptr<engine::Ticket> fork(const Plan& plan, std::vector<std::string> records,
                                       base::Doc how, std::string id);
  // A run that the store has goes on under another definition: how is {definition, map, variables}.
  std::shared_ptr<engine::Ticket> move(const Plan& from, const Plan& to, base::Doc how,
                                       std::string id = "run-1");
  // Starts what hooks wanted and a process before this one has kept.
  void start_left();
  void send(const std::shared_ptr<engine::Ticket>& ticket, std::string_view message);
  void cancel(const std::shared_ptr<engine::Ticket>& ticket);

  // Until nothing happens any more by itself, or the tick. Drawn: when works are done between
  // turns.
  void settle(int64_t until = INT64_MAX);
  // One thing; false when there is nothing to do before the tick.
  bool step(int64_t until = INT64_MAX);

  // The time as the engine tells it.
  int64_t tick() const { return env.now() + wall_offset_; }

  // The process ends here and begins anew, with what the store has.
  void crash();

  SimEnv env;
  SimStore store;
  plugin::Port port;
  SimTools tools;
  SimSink sink;
  std::vector<Plan> definitions;              // that runs are moved to
  std::map<std::string, std::string> starts;  // what hooks wanted: the key, and the run of it
  std::unique_ptr<engine::Engine> engine;

 private:
  std::shared_ptr<const engine::Bindings> bind(const Plan& plan);
  Result<std::shared_ptr<const engine::Bindings>> bindings_of(Value named);
  std::unique_ptr<engine::Submission> submission(const Plan& plan, const std::string& id);
  void open();
  Result<engine::Wanted> want(Value operation);
  Result<void> start(const engine::Kept& kept);

  Setup setup_;
  journal::Store kept_;
  int64_t wall_offset_ = 0;  // when the engine looked at the wall
};

// How a run ended: its status, its outcome and every step with status and output; no times and no
// numbers of attempts, which a crash changes.
std::string tell(const engine::Report& report);

// What is decided otherwise when the records of a run are decided again; empty when nothing is.
std::string replayed(const SimWorld::Plan& plan, SimWorld& world, std::string id = "run-1");

}  // namespace weft::tests
