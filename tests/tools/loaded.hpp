// The plugin of this process: WEFT_PLUGIN_FILE, whose folder in the tree is WEFT_PLUGIN_FOLDER.
#pragma once

#include <dlfcn.h>

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <weft/plugin.h>

namespace weft::tests {

inline std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) throw std::runtime_error(std::string(name) + " is not set");
  return value;
}

inline const weft_plugin* loaded() {
  const std::string file = from_environment("WEFT_PLUGIN_FILE");
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
  if (library == nullptr) throw std::runtime_error(dlerror());
  const auto* found = static_cast<const weft_plugin*>(dlsym(library, "weft_plugin_v1"));
  if (found == nullptr) throw std::runtime_error(file + " exports no weft_plugin_v1");
  return found;
}

inline std::string plugin_folder() { return from_environment("WEFT_PLUGIN_FOLDER"); }

}  // namespace weft::tests
