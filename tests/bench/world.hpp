// World: the rooms of a kernel put together by hand, for benchmarks that go below kernel.hpp.
#pragma once

#include <memory>
#include <string>

#include <weft/kernel.hpp>

#include "engine/engine.hpp"
#include "engine/host_env.hpp"
#include "journal/store.hpp"
#include "plan/build.hpp"
#include "plugin/registry.hpp"

namespace bench {

// Stops with the message when something is missing: a benchmark has nothing to fall back to.
[[noreturn]] void stop(const std::string& message);

template <class T>
T must(weft::Result<T> result) {
  if (!result) stop(result.error().message);
  return std::move(*result);
}
inline void must(const weft::Result<void>& result) {
  if (!result) stop(result.error().message);
}

class World final {
 public:
  explicit World(const std::string& store_url, std::vector<weft::engine::Listener> hooks = {});
  ~World();

  // A definition in JSON, ready to run.
  std::shared_ptr<const weft::engine::Bindings> load(const std::string& json);
  std::shared_ptr<const weft::engine::Bindings> bind(std::shared_ptr<const weft::plan::Plan> plan);
  std::shared_ptr<weft::engine::Ticket> submit(
      const std::shared_ptr<const weft::engine::Bindings>& bindings, weft::Value input = {});
  void wait(weft::engine::Ticket& ticket);

  weft::plugin::Port port;
  weft::engine::HostEnv host_env{0};
  std::unique_ptr<weft::plugin::Registry> registry;
  std::unique_ptr<weft::journal::Store> store;
  std::unique_ptr<weft::engine::Engine> engine;
  uint64_t runs = 0;
};

// A sequence of n steps of one tool.
std::string sequence_of(uint32_t n, const std::string& tool);
// Options of a kernel with the plugins of benchmarks.
weft::KernelOptions kernel_options(const std::string& store_url);
weft::Workflow load(weft::Kernel& kernel, const std::string& json);
// What this program says when it is started with these words; 'ends_well' false: it is killed.
std::string said_by_child(const std::string& words, bool ends_well = true);
double resident_kb();  // of this process
// A file in the build folder, gone before and afterwards.
std::string scratch_file(const std::string& name);
void remove_store(const std::string& path);

}  // namespace bench
