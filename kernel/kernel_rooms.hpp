// The rooms of one kernel, put together; what the files behind kernel.hpp share.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <weft/kernel.hpp>

#include "base/doc.hpp"
#include "base/mutex.hpp"
#include "engine/engine.hpp"
#include "engine/host_env.hpp"
#include "journal/journal.hpp"
#include "journal/recover.hpp"
#include "journal/store.hpp"
#include "plan/build.hpp"
#include "plugin/files.hpp"
#include "plugin/registry.hpp"

namespace weft {

struct DocumentAccess {
  static Document wrap(base::Doc doc);
};

struct Workflow::Body {
  std::shared_ptr<const engine::Bindings> bindings;  // shared with the runs of the plan
  bool adapts = false;  // what people accepted changes it when it is started; see adapt.cpp
  const plan::Plan& plan() const { return *bindings->plan; }
};

// An event in the words of sinks, without what nobody may see; the texts and the arena outlive it.
std::string path_of(const state::State& state, const event::Event& event);
struct Readable {
  const state::State& state;
  std::string_view run, path;
};
weft_event readable(const Readable& in, const event::Event& event, Arena arena);

// Built in this order and torn down in the reverse one.
struct Kernel::Rooms {
  KernelOptions options;
  plugin::Port port;
  std::unique_ptr<engine::HostEnv> host_env;
  std::unique_ptr<plugin::Files> files;
  std::unique_ptr<plugin::Registry> registry;
  spec::Catalog catalog;
  std::unique_ptr<journal::Store> store;
  std::unique_ptr<engine::Engine> engine;
  base::Mutex mutex;
  base::Mutex spawning;  // held while a run that hooks want is started; before the other one
  std::map<std::string, std::shared_ptr<engine::Ticket>, std::less<>> tickets
      WEFT_GUARDED_BY(mutex);  // each shared with the engine
  std::map<std::string, std::weak_ptr<const engine::Bindings>, std::less<>> stored_plans
      WEFT_GUARDED_BY(mutex);
  std::map<std::string, std::shared_ptr<const engine::Bindings>, std::less<>> loaded
      WEFT_GUARDED_BY(
          mutex);  // the latest of each id, to be called and started; shared with its runs

  std::map<std::string, std::shared_ptr<const engine::Bindings>, std::less<>> adaptations
      WEFT_GUARDED_BY(mutex);  // by definition and what was accepted; shared with their runs

  int64_t message_ms WEFT_GUARDED_BY(mutex) = 0;     // of the latest that was left for a run
  uint32_t message_turn WEFT_GUARDED_BY(mutex) = 0;  // of those of the same millisecond

  ~Rooms();
  static const Workflow::Body& body_of(const Workflow& workflow) { return *workflow.body_; }
  static Workflow workflow_of(std::shared_ptr<const engine::Bindings> bindings);
  Result<void> open(KernelOptions the_options);
  Result<std::unique_ptr<engine::Engine>> make_engine();
  Result<plugin::BoundTool> find_tool(const plan::Component& component);
  Result<std::shared_ptr<const engine::Bindings>> bind(std::shared_ptr<const plan::Plan> plan,
                                                       Error unfit = {});
  // The plan that an acceptance or a move names, {definition, pins}. Where a version that it was
  // pinned to is not installed, another one takes its place and unfit says so.
  Result<std::shared_ptr<const plan::Plan>> plan_stored(Value named, Error* unfit = nullptr);
  plan::PlanOf plan_of();  // the same, for those who read records
  std::string new_id() const;
  std::string new_message_id();  // of one process they sort in the order in which they were made
  struct Start {
    std::string run;  // empty when any id will do
    bool is_new;
  };
  // Whether a start with this key has been made, and of which run.
  Result<Start> started_before(const Workflow::Body& body, const RunOptions& run);
  // The run that it comes from, {caused_by, started_by}, or nothing.
  Result<std::shared_ptr<engine::Ticket>> submit(const Workflow::Body& body, const RunOptions& run,
                                                 std::string_view id, Value origin = {});
  // Runs that hooks want beside others: from an operation to what is kept, and on to the run.
  Result<engine::Wanted> want(Value operation);
  Result<void> start_kept(const engine::Kept& kept);
  // What another process has kept and not started; of one run, or of all that nobody holds.
  void start_left(std::string_view run);
  void hold(const std::shared_ptr<engine::Ticket>& ticket);
  void forget(const engine::Ticket& ticket);
  void post(const std::shared_ptr<engine::Ticket>& ticket, Value message);

  // The plan of a stored definition with its tools.
  Result<std::shared_ptr<const engine::Bindings>> bindings_of(Value named);
  // A run of the store that nobody else owns comes into the engine, and its ticket is held. One
  // that is in the engine already is not brought twice: both who want it share its ticket.
  struct Return {
    Unknown unknown = Unknown::keep_waiting;
    bool with_detail = false;
    bool stays = false;
    bool by_itself = false;
    bool is_claimed = false;  // by this process, with many others at once
    std::shared_ptr<const engine::Bindings> moves_to{};  // another definition, and how
    Value move{};
  };
  struct Returned {
    std::shared_ptr<engine::Ticket> ticket;  // shared with the engine
    bool was_here;
  };
  Result<Returned> bring_back(std::string_view run, const Return& how);
  Returned seat(std::string_view run, const Return& how);
  Result<void> read_in(const std::shared_ptr<engine::Ticket>& ticket, const Return& how);
  // Tells the store what it has not heard of its runs.
  void tell();
  Result<Delivered> leave_message(std::string_view run, Value message);
  // The state of a run as the store has it.
  struct Recalled {
    base::Doc summary, acceptance;
    std::shared_ptr<const plan::Plan> plan;  // shared with the state
    std::unique_ptr<state::Pages> pages;
    std::unique_ptr<state::State> state;
  };
  // Told of each event after it was folded.
  using Told = std::function<void(const state::State&, const event::Event&)>;
  Result<Recalled> recall(std::string_view run, const Told& told = {});
  static Result<Outcome> outcome(engine::Ticket& ticket);
  static Outcome outcome(std::string_view run, const state::State& state, Value result);
  Result<std::shared_ptr<engine::Ticket>> ticket_of(std::string_view run);
};

}  // namespace weft
