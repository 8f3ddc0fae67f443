// What a kernel has to work with: the plugins it has seen and the components in them.
#pragma once

#include <string>
#include <vector>

#include <weft/value.hpp>

namespace weft {

struct PluginState {
  std::string file, id, version, kind, description;
  std::string state;         // available, loaded or refused
  std::string reason, hint;  // of a refusal
  std::vector<std::string> components;
};

struct ComponentEntry {
  std::string id, version, kind, description, plugin;
  std::vector<std::string> aliases;
  Value manifest;  // lives as long as the kernel
};

}  // namespace weft
