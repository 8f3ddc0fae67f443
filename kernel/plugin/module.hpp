// Module: a loaded plugin that was judged and initialised, shared by all kernels of the process.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/plugin.h>
#include <weft/result.hpp>

#include "plugin/instance.hpp"
#include "plugin/manifest.hpp"
#include "plugin/port.hpp"

namespace weft::plugin {

// Alive until the process ends; components are those of the manifest, in its order.
struct Module {
  std::string file;
  weft_plugin plugin{};  // full size
  std::vector<const weft_component*> components;
  uint32_t users = 0;
};

// Loads a plugin, or finds it loaded, and calls init for its first user. Refused with the reason
// and the remedy: cannot be loaded, wrong magic, needs a later host, too short, init fails or
// throws, and a library that is not what its manifest says. The port gets what init logs.
Result<const Module*> acquire_module(const Manifest& manifest, const std::string& file,
                                     const Port* port);
// Calls fini after the last user. drained says that every instance was destroyed.
void release_module(const Module& module, bool drained);

// Puts an ended instance where it stays until the process ends: threads and exit handlers that a
// plugin forgot may still call its host.
void keep_for_ever(std::unique_ptr<Instance> instance);

}  // namespace weft::plugin
