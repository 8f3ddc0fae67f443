// Bindings: the instances of one kernel, each made once, with their tables in full size.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <thread>
#include <variant>
#include <vector>

#include <weft/result.hpp>

#include "base/mutex.hpp"
#include "base/sha256.hpp"
#include "plugin/bound.hpp"
#include "plugin/instance.hpp"
#include "plugin/module.hpp"
#include "plugin/shelf.hpp"

namespace weft::plugin {

class Bindings final {
 public:
  // All of them outlive the bindings.
  Bindings(Shelf& shelf, const Port* port, Services services);
  // Stops and destroys the instances, latest first; then the plugins get their fini.
  ~Bindings();
  Bindings(const Bindings&) = delete;
  Bindings& operator=(const Bindings&) = delete;

  // The instance of a component with this configuration. Only its maker runs code of the plugin,
  // and without a lock, so that create may ask for services; others wait for it.
  template <class Table>
  Result<Bound<Table>> bind(uint32_t component, std::string_view table, Value config);

  void set_log_mask(uint32_t mask) WEFT_EXCLUDES(mutex_);

 private:
  struct Binding {
    uint32_t component = 0;
    base::Digest config{};
    std::thread::id maker;
    bool ready = false;
    std::unique_ptr<Instance> instance;
    std::variant<std::monostate, weft_tool, weft_pattern, weft_store, weft_hook, weft_sink,
                 weft_format>
        table;
  };

  Result<const Module*> module_of(uint32_t component) WEFT_EXCLUDES(modules_mutex_);
  // The binding to use, ready, or not ready and then the caller's to make.
  Result<Binding*> claim(uint32_t component, const base::Digest& config) WEFT_EXCLUDES(mutex_);
  Result<void> make(Binding& binding, Value config);
  template <class Table>
  Result<void> fill(Binding& binding, std::string_view table);
  void settle(Binding& binding, bool made) WEFT_EXCLUDES(mutex_);
  void close(Binding& binding);

  Shelf& shelf_;
  const Port* port_;
  Services services_;
  base::Mutex mutex_;
  std::condition_variable settled_;
  std::vector<std::unique_ptr<Binding>> making_ WEFT_GUARDED_BY(mutex_);
  std::vector<std::unique_ptr<Binding>> ready_ WEFT_GUARDED_BY(mutex_);  // in order of creation
  uint32_t log_mask_ WEFT_GUARDED_BY(mutex_);

  struct Used {
    const Module* module = nullptr;
    Error error;          // where module is null
    bool drained = true;  // every instance was destroyed
  };
  base::Mutex modules_mutex_;
  std::map<uint32_t, Used> modules_ WEFT_GUARDED_BY(modules_mutex_);  // by entry
};

}  // namespace weft::plugin
