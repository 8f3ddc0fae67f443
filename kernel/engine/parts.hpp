// Parts: what an engine is put together from.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "engine/env.hpp"
#include "engine/gate.hpp"
#include "engine/hooks.hpp"
#include "engine/inbox.hpp"
#include "engine/ticket.hpp"
#include "journal/store.hpp"
#include "plugin/bound.hpp"

namespace weft::engine {

struct Parts {
  Env env;
  journal::Store* store;  // outlives the engine
  std::vector<Listener> hooks;
  std::vector<plugin::BoundSink> sinks;
  // Brings a run back that rests in the store; called by the deciding thread.
  std::function<void(std::string_view run)> revive{};
  // A definition that a run was moved to; called by the deciding thread.
  std::function<Result<std::shared_ptr<const Bindings>>(Value named)> bindings_of{};
  // There is time for what nobody waits for; called by the deciding thread.
  std::function<void()> idle{};
  Composition composition{};  // of the hooks
  HostLimits limits{};        // of resources
  // The store has all that its host could ask of this run; called by the deciding thread.
  std::function<void(const Ticket& ticket)> left{};
};

}  // namespace weft::engine
