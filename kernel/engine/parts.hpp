// Parts: what an engine is built of, and what its host does for it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "engine/env.hpp"
#include "engine/gate.hpp"
#include "engine/hooks.hpp"
#include "engine/inbox.hpp"
#include "engine/publish.hpp"
#include "engine/ticket.hpp"
#include "journal/store.hpp"

namespace weft::engine {

// A run that a hook wants beside another one, ready to be kept until it is started.
struct Wanted {
  std::shared_ptr<const Bindings> bindings;  // shared with other runs of the plan
  base::Doc how;  // {workflow, definition, pins, input, key?}, of a step {run, params, grants}
};

// The same with {caused_by}, under a key of the store that it is taken away from when it begins.
struct Kept {
  std::string key;
  base::Doc how;
  std::shared_ptr<const Bindings> bindings;  // null where only the store knows them
};

// All functions are called by the deciding thread.
struct Parts {
  Env env;
  journal::Store* store;  // outlives the engine
  std::vector<Listener> hooks;
  std::vector<plugin::BoundSink> sinks;
  // Brings a run back that rests in the store.
  std::function<void(std::string_view run)> revive{};
  // A definition that a run was moved to.
  std::function<Result<std::shared_ptr<const Bindings>>(Value named)> bindings_of{};
  // There is time for what nobody waits for.
  std::function<void()> idle{};
  Composition composition{};  // of the hooks
  HostLimits limits{};        // of resources
  // The store has all that its host could ask of this run.
  std::function<void(const Ticket& ticket)> left{};
  // One operation of a hook that forks, {workflow, input?, key?} or {tool, parameters}; or why
  // nothing can be started with it.
  std::function<Result<Wanted>(Value operation)> want{};
  // Starts what was kept under its key; the same key again starts nothing.
  std::function<Result<void>(const Kept& kept)> start{};
};

}  // namespace weft::engine
