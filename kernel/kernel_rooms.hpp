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
  const plan::Plan& plan() const { return *bindings->plan; }
};

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
  std::map<std::string, std::shared_ptr<engine::Ticket>, std::less<>> tickets
      WEFT_GUARDED_BY(mutex);  // each shared with the engine

  ~Rooms();
  Result<void> open(KernelOptions the_options);
  Result<std::unique_ptr<engine::Engine>> make_engine();
  Result<std::shared_ptr<const engine::Bindings>> bind(std::shared_ptr<const plan::Plan> plan);
  plan::Built plan_stored(std::string_view hash, Error& error);
  Result<std::shared_ptr<engine::Ticket>> submit(const Workflow::Body& body,
                                                 const RunOptions& options);
  Result<Outcome> outcome(engine::Ticket& ticket);
  Result<std::shared_ptr<engine::Ticket>> ticket_of(std::string_view run);
};

}  // namespace weft
