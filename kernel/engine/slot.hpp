// Slot: a run as the engine holds it.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>

#include "engine/engine.hpp"

namespace weft::engine {

struct Engine::Slot {
  uint32_t number = 0;  // index and generation, so that what is late finds nobody
  std::unique_ptr<run::Run> run;
  std::shared_ptr<Ticket> ticket;            // shared with the host
  std::shared_ptr<const Bindings> bindings;  // shared with other runs of the plan
  base::Doc grants;
  bool is_durable = false;
  bool is_touched = false;
  bool is_gone = false;  // retired; what was queued for it is dropped
  uint32_t open_calls = 0;
  int64_t expires = INT64_MAX;
  std::vector<uint64_t> published;  // by channel: what must be consumed before the run is forgotten
};

// Something that becomes due; the earliest is on top of the heap.
struct Engine::Due {
  int64_t at;
  uint64_t order;  // ties are taken as they were set
  uint32_t run;
  run::Input input;
  bool operator<(const Due& other) const {
    return at != other.at ? at > other.at : order > other.order;
  }
};

}  // namespace weft::engine
