// What is loaded belongs to the process: two kernels share a library and its init, and nothing
// else. The table of modules is made on first use and never destroyed, like the libraries
// themselves.
#include "plugin/module.hpp"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "base/mutex.hpp"
#include "plugin/failure.hpp"
#include "plugin/library.hpp"

namespace weft::plugin {

namespace {

constexpr std::string_view entry_symbol = "weft_plugin_v1";
constexpr uint32_t components_max = 4'096;  // of one plugin; a list without an end is cut here
// Sizes of the first release; whatever is shorter was never built with these headers.
constexpr uint32_t plugin_bytes_min =
    offsetof(weft_plugin, component) + sizeof(weft_plugin::component);
constexpr uint32_t component_bytes_min =
    offsetof(weft_component, iface) + sizeof(weft_component::iface);

struct Modules {
  base::Mutex mutex;
  // By the exported constant: one file, reached by two names, is one plugin.
  std::vector<std::pair<const void*, std::unique_ptr<Module>>> all WEFT_GUARDED_BY(mutex);
  base::Mutex kept_mutex;
  std::vector<std::unique_ptr<Instance>> kept WEFT_GUARDED_BY(kept_mutex);
};

Modules& process_modules() {
  static auto* const modules = new Modules;
  return *modules;
}

Error refused(std::string code, std::string message, std::string hint) {
  return Error{.status = Status::failed,
               .code = std::move(code),
               .message = std::move(message),
               .hint = std::move(hint)};
}

weft_status init_nothing(const weft_host*, weft_error*) noexcept { return WEFT_OK; }
void fini_nothing() noexcept {}

Result<weft_plugin> judge(const void* entry) {
  uint64_t magic = 0;
  std::memcpy(&magic, entry, sizeof magic);
  if (magic != WEFT_MAGIC_V1) {
    return refused("plugin.wrong_magic",
                   "'weft_plugin_v1' does not begin with the magic number of ABI 1",
                   "set its member 'magic' to WEFT_MAGIC_V1; plugins for other hosts do not fit");
  }
  uint32_t size = 0;
  std::memcpy(&size, static_cast<const char*>(entry) + offsetof(weft_plugin, size), sizeof size);
  if (size < plugin_bytes_min) {
    return refused("plugin.truncated",
                   "'weft_plugin_v1' says it has " + std::to_string(size) +
                       " bytes, the first release had " + std::to_string(plugin_bytes_min),
                   "set its member 'size' to sizeof(weft_plugin)");
  }
  weft_plugin plugin{};
  std::memcpy(static_cast<void*>(&plugin), entry, std::min<size_t>(size, sizeof plugin));
  plugin.size = sizeof plugin;
  if (plugin.min_host_minor > WEFT_HOST_MINOR) {
    return refused("plugin.newer_host_needed",
                   "the plugin needs host minor " + std::to_string(plugin.min_host_minor) +
                       ", this is " + std::to_string(WEFT_HOST_MINOR),
                   "install a later weft, or an earlier version of the plugin");
  }
  if (plugin.init == nullptr) plugin.init = init_nothing;
  if (plugin.fini == nullptr) plugin.fini = fini_nothing;
  if (plugin.component != nullptr) return plugin;
  return refused("plugin.null_function", "the plugin has no function 'component'",
                 "say WEFT_PLUGIN(...) in its source, or define the function");
}

// A file that was replaced after its library was loaded is found here: the linker goes on giving
// the old library for the old name.
Result<void> compare_manifests(const weft_plugin& plugin, const Manifest& manifest) {
  weft_manifest head{};
  constexpr size_t head_bytes = offsetof(weft_manifest, check) + sizeof head.check;
  if (plugin.manifest != nullptr) std::memcpy(&head, plugin.manifest, head_bytes);
  const bool same = head.magic == WEFT_MANIFEST_MAGIC && head.bytes == manifest.bytes &&
                    std::equal(manifest.check.begin(), manifest.check.end(), head.check);
  if (same) return {};
  if (plugin.manifest == nullptr) {
    return refused("plugin.manifest_lies", "'weft_plugin_v1' has no manifest",
                   "point its member 'manifest' at the bytes in the section '.weft'");
  }
  return refused("plugin.manifest_lies",
                 "the loaded library carries another manifest than the file",
                 "if the file was replaced, restart, or install versions under names of their own");
}

struct Listed {
  std::string id, kind;
  const weft_component* component;
};

Result<std::vector<Listed>> list_components(const weft_plugin& plugin) {
  using Component = const weft_component* (*)(uint32_t);
  const Component component = plugin.component;
  std::vector<Listed> listed;
  for (uint32_t i = 0; i < components_max; ++i) {
    const weft_component* c = nullptr;
    if (auto done = guarded("component", [&] { c = component(i); }); !done) return done.error();
    if (c == nullptr) return listed;
    if (c->size < component_bytes_min) {
      return refused("plugin.truncated",
                     "component " + std::to_string(i) + " says it has " + std::to_string(c->size) +
                         " bytes, the first release had " + std::to_string(component_bytes_min),
                     "set its member 'size' to sizeof(weft_component)");
    }
    listed.push_back({std::string(to_view(c->id)), std::string(to_view(c->kind)), c});
  }
  return refused("plugin.endless_components",
                 "'component' gives more than " + std::to_string(components_max) + " components",
                 "answer null after the last one");
}

Error lie(const std::string& message) {
  return refused("plugin.manifest_lies", message,
                 "make plugin.json and the components of the source agree, and build again");
}

// The components in the order of the manifest.
Result<std::vector<const weft_component*>> match(const Manifest& manifest,
                                                 std::vector<Listed> listed) {
  std::vector<const weft_component*> matched;
  for (const Offer& offer : manifest.components) {
    const auto found = std::find_if(listed.begin(), listed.end(),
                                    [&](const Listed& l) { return l.id == offer.id; });
    if (found == listed.end()) {
      return lie("the manifest offers component '" + offer.id + "', the library does not have it");
    }
    if (found->kind != offer.kind) {
      return lie("the manifest says '" + offer.id + "' is a " + offer.kind +
                 ", the library says it is a " + found->kind);
    }
    matched.push_back(found->component);
    listed.erase(found);
  }
  if (listed.empty()) return matched;
  return lie("the library has component '" + listed.front().id +
             "', the manifest does not offer it");
}

// The host lent to init logs while init runs and is cut off afterwards: instances have their own.
Result<void> initialise(const Module& module, const Manifest& manifest, const Port* port) {
  auto host = std::make_unique<Instance>(
      port, Services{},
      Instance::Of{.component = nullptr, .id = manifest.id, .version = manifest.version_text});
  using Init = weft_status (*)(const weft_host*, weft_error*);
  const Init init = module.plugin.init;
  weft_error raw;
  prepare(raw);
  weft_status status = WEFT_FAILED;
  auto done = guarded("init", [&] { status = init(host->host(), &raw); });
  host->retire();
  keep_for_ever(std::move(host));
  if (!done) return done.error();
  if (status == WEFT_OK) return {};
  Error error = to_error(status, raw);
  error.code = "plugin.init_failed";
  error.message = "the plugin refuses to start: " + error.message;
  if (error.hint.empty()) error.hint = "it is tried again at the next start";
  return error;
}

// Nobody is left to hear that it threw.
void finish(const Module& module) {
  using Fini = void (*)();
  const Fini fini = module.plugin.fini;
  (void)guarded("fini", [&] { fini(); });
}

Result<void> start(Module& module, const Manifest& manifest, const Port* port) {
  if (auto done = initialise(module, manifest, port); !done) return done.error();
  auto listed = list_components(module.plugin);
  if (!listed) {
    finish(module);
    return listed.error();
  }
  auto matched = match(manifest, std::move(*listed));
  if (!matched) {
    finish(module);
    return matched.error();
  }
  module.components = std::move(*matched);
  return {};
}

}  // namespace

Result<const Module*> acquire_module(const Manifest& manifest, const std::string& file,
                                     const Port* port) {
  Modules& modules = process_modules();
  const base::Lock lock(modules.mutex);
  auto entry = load_symbol(file, entry_symbol);
  if (!entry) return entry.error();
  auto known = std::find_if(modules.all.begin(), modules.all.end(),
                            [&](const auto& m) { return m.first == *entry; });
  if (known == modules.all.end()) {
    auto plugin = judge(*entry);
    if (!plugin) return plugin.error();
    auto fresh = std::make_unique<Module>();
    fresh->file = file;
    fresh->plugin = *plugin;
    modules.all.emplace_back(*entry, std::move(fresh));
    known = std::prev(modules.all.end());
  }
  Module& module = *known->second;
  if (auto done = compare_manifests(module.plugin, manifest); !done) return done.error();
  if (module.users == 0) {
    if (auto done = start(module, manifest, port); !done) return done.error();
  }
  ++module.users;
  return &module;
}

void release_module(const Module& module, bool drained) {
  Modules& modules = process_modules();
  const base::Lock lock(modules.mutex);
  const auto known = std::find_if(modules.all.begin(), modules.all.end(),
                                  [&](const auto& m) { return m.second.get() == &module; });
  // A thread of an instance that did not drain may still run: such a plugin never gets its end.
  if (!drained) return;
  if (--known->second->users == 0) finish(*known->second);
}

void keep_for_ever(std::unique_ptr<Instance> instance) {
  Modules& modules = process_modules();
  const base::Lock lock(modules.kept_mutex);
  modules.kept.push_back(std::move(instance));
}

}  // namespace weft::plugin
