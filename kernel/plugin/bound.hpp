// Bound: what the engine calls, the full-size table of a component beside its instance.
#pragma once

#include <cstdint>

#include <weft/draft/format.h>
#include <weft/draft/hook.h>
#include <weft/draft/pattern.h>
#include <weft/draft/sink.h>
#include <weft/draft/store.h>
#include <weft/tool.h>

#include "plugin/instance.hpp"

namespace weft::plugin {

// Invariant: no function of table is null; what the plugin lacks answers UNSUPPORTED with a
// message. Alive as long as the registry.
template <class Table>
struct Bound {
  const Table* table = nullptr;
  void* self = nullptr;
  uint32_t flags = 0;            // those of the table
  uint32_t component = 0;        // number in the registry
  Instance* instance = nullptr;  // whose calls are serial under WEFT_SERIAL
};

using BoundTool = Bound<weft_tool>;
using BoundPattern = Bound<weft_pattern>;
using BoundStore = Bound<weft_store>;
using BoundHook = Bound<weft_hook>;
using BoundSink = Bound<weft_sink>;
using BoundFormat = Bound<weft_format>;

}  // namespace weft::plugin
