// Registry: the plugins of some folders, what they offer, and the instances that one kernel uses.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "plugin/bound.hpp"
#include "plugin/instance.hpp"
#include "plugin/port.hpp"
#include "spec/catalog.hpp"

namespace weft::plugin {

class Shelf;
class Bindings;
class Stores;

enum class State : uint8_t { available, loaded, refused };

// The text of a state, as lists show it.
std::string_view to_text(State state);

// A plugin file, as 'weft plugin list', 'info' and 'why' tell it.
struct Entry {
  std::string file;
  std::string id, version, kind, description;  // empty when the manifest could not be read
  State state = State::available;
  std::string reason, hint;          // of a refusal: one sentence each, hint may be empty
  std::vector<uint32_t> components;  // numbers
};

// Something that a plugin offers. Its number stays the same as long as the registry lives.
struct Component {
  uint32_t number = 0;
  uint32_t entry = 0;  // index in entries()
  std::string id, version, kind, description;
  std::vector<std::string> aliases;
  Value manifest;  // its object in plugin.json
};

// The configuration of a tool, pattern or format, by component id.
struct Setting {
  std::string component;
  Value config;
};

struct Options {
  std::vector<std::string> paths;  // folders; the same version in two of them: the first is taken
  Port* port = nullptr;            // outlives the registry
  Services services{};
  std::vector<Setting> settings{};  // their values outlive the registry
};

// Nothing is loaded before it is used, nothing is ever unloaded. Every function may be called from
// any thread; what they return by reference or pointer lives as long as the registry.
class Registry final {
 public:
  explicit Registry(Options options);
  // Stops and destroys every instance, latest first.
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Reads the folders; again to find what came since. A folder that cannot be read is an entry.
  void scan();

  std::vector<Entry> entries() const;
  uint32_t size() const;  // of components
  // Requires: number < size().
  const Component& component(uint32_t number) const;

  // The component that a name means: 'upper', an alias, 'read-file' for 'read_file', and any of
  // them with a range, 'upper@^1.2'. The highest version that fits; the error lists near names.
  Result<uint32_t> find(std::string_view kind, std::string_view name) const;
  // By the extension of a path, 'yaml' for 'a/b.yaml'.
  Result<uint32_t> find_format(std::string_view path) const;

  // What spec and plan ask of it.
  spec::Catalog catalog();

  // Load on first use. Tools, models, patterns and formats have one instance each, ...
  Result<BoundTool> tool(uint32_t component);
  Result<BoundTool> model(uint32_t component);
  Result<BoundPattern> pattern(uint32_t component);
  Result<BoundFormat> format(uint32_t component);
  // ... these one for every different configuration.
  Result<BoundStore> store(uint32_t component, Value config);
  Result<BoundHook> hook(uint32_t component, Value config);
  Result<BoundSink> sink(uint32_t component, Value config);
  // 'sqlite:PATH' or 'memory:'; what follows the scheme becomes the configuration {path}.
  Result<BoundStore> store(std::string_view url);

  // Which levels instances may log, of now and later.
  void set_log_mask(uint32_t mask);

 private:
  Value setting(uint32_t component) const;

  Options options_;
  std::unique_ptr<Shelf> shelf_;
  std::unique_ptr<Stores> stores_;
  std::unique_ptr<Bindings> bindings_;
};

}  // namespace weft::plugin
