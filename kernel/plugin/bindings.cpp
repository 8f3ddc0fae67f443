#include "plugin/bindings.hpp"

#include <algorithm>
#include <utility>

#include "base/compare.hpp"
#include "plugin/failure.hpp"
#include "plugin/tables.hpp"

namespace weft::plugin {

namespace {

// What a plugin may take to drain before it is left alone; longer than any call's grace.
constexpr uint32_t stop_wait_ms = 5'000;

}  // namespace

Bindings::Bindings(Shelf& shelf, const Port* port, Services services)
    : shelf_(shelf),
      port_(port),
      services_(services),
      log_mask_(port != nullptr ? port->log_mask : 0) {}

Bindings::~Bindings() {
  std::vector<std::unique_ptr<Binding>> all;
  {
    const base::Lock lock(mutex_);
    all.swap(ready_);
  }
  for (auto binding = all.rbegin(); binding != all.rend(); ++binding) close(**binding);
  const base::Lock lock(modules_mutex_);
  for (const auto& [entry, used] : modules_) {
    if (used.module != nullptr) release_module(*used.module, used.drained);
  }
}

void Bindings::close(Binding& binding) {
  Instance& instance = *binding.instance;
  auto done = instance.stop(stop_wait_ms);
  const bool drained = static_cast<bool>(done);
  if (drained) done = instance.destroy();
  if (!done && port_ != nullptr && port_->log != nullptr) {
    port_->log(port_->self, to_str(instance.id()), WEFT_LOG_WARN, to_str(done.error().message),
               null_value().raw());
  }
  if (!drained) {
    const base::Lock lock(modules_mutex_);
    modules_[shelf_.component(binding.component).entry].drained = false;
  }
  instance.retire();
  keep_for_ever(std::move(binding.instance));
}

// A plugin that was refused stays refused for this kernel; the next start tries it again.
Result<const Module*> Bindings::module_of(uint32_t component) {
  const base::Lock lock(modules_mutex_);
  const auto [used, fresh] = modules_.try_emplace(shelf_.component(component).entry);
  if (fresh) {
    auto module = acquire_module(shelf_.manifest(component), shelf_.file(component), port_);
    if (module) {
      used->second.module = *module;
      shelf_.mark_loaded(component);
    } else {
      used->second.error = module.error();
      shelf_.mark_refused(component, module.error());
    }
  }
  if (used->second.module == nullptr) return used->second.error;
  return used->second.module;
}

Result<Bindings::Binding*> Bindings::claim(uint32_t component, const base::Digest& config) {
  const auto same = [&](const std::unique_ptr<Binding>& b) {
    return b->component == component && b->config == config;
  };
  base::Lock lock(mutex_);
  for (;;) {
    const auto ready = std::find_if(ready_.begin(), ready_.end(), same);
    if (ready != ready_.end()) return ready->get();
    const auto making = std::find_if(making_.begin(), making_.end(), same);
    if (making == making_.end()) break;
    if ((*making)->maker == std::this_thread::get_id()) {
      return Error{.code = "plugin.needs_itself",
                   .message = "component '" + shelf_.component(component).id +
                              "' asks for itself while it is made",
                   .hint = "ask for services when they are used, not in create",
                   .flags = WEFT_ERR_BUG};
    }
    lock.wait(settled_);
  }
  auto binding = std::make_unique<Binding>();
  binding->component = component;
  binding->config = config;
  binding->maker = std::this_thread::get_id();
  return making_.emplace_back(std::move(binding)).get();
}

void Bindings::settle(Binding& binding, bool made) {
  const base::Lock lock(mutex_);
  const auto mine = std::find_if(making_.begin(), making_.end(),
                                 [&](const auto& b) { return b.get() == &binding; });
  if (made) {
    binding.ready = true;
    binding.instance->set_log_mask(log_mask_);
    ready_.push_back(std::move(*mine));
  }
  making_.erase(mine);
  settled_.notify_all();
}

Result<void> Bindings::make(Binding& binding, Value config) {
  auto module = module_of(binding.component);
  if (!module) return module.error();
  const Component& component = shelf_.component(binding.component);
  const uint32_t place = shelf_.place(binding.component);
  binding.instance =
      std::make_unique<Instance>(port_, services_,
                                 Instance::Of{.component = (*module)->components[place],
                                              .id = component.id,
                                              .version = component.version,
                                              .manifest = component.manifest});
  return binding.instance->create(config);
}

template <class Table>
Result<void> Bindings::fill(Binding& binding, std::string_view table) {
  auto raw = binding.instance->table(table);
  if (!raw) return raw.error();
  auto full = normalise<Table>(*raw);
  if (!full) return full.error();
  binding.table = *full;
  return {};
}

template <class Table>
Result<Bound<Table>> Bindings::bind(uint32_t component, std::string_view table, Value config) {
  auto claimed = claim(component, base::digest(config));
  if (!claimed) return claimed.error();
  Binding& binding = **claimed;
  if (!binding.ready) {
    auto made = make(binding, config);
    const bool created = static_cast<bool>(made);
    if (created) made = fill<Table>(binding, table);
    if (!made) {
      const Error& error = made.error();
      if (created) {
        close(binding);
      } else if (binding.instance != nullptr) {
        binding.instance->retire();
        keep_for_ever(std::move(binding.instance));
      }
      settle(binding, false);
      return error;
    }
    settle(binding, true);
  }
  const Table& full = std::get<Table>(binding.table);
  return Bound<Table>{&full, binding.instance->self(), full.flags, component,
                      binding.instance.get()};
}

template Result<BoundTool> Bindings::bind(uint32_t, std::string_view, Value);
template Result<BoundPattern> Bindings::bind(uint32_t, std::string_view, Value);
template Result<BoundStore> Bindings::bind(uint32_t, std::string_view, Value);
template Result<BoundHook> Bindings::bind(uint32_t, std::string_view, Value);
template Result<BoundSink> Bindings::bind(uint32_t, std::string_view, Value);
template Result<BoundFormat> Bindings::bind(uint32_t, std::string_view, Value);

void Bindings::set_log_mask(uint32_t mask) {
  const base::Lock lock(mutex_);
  log_mask_ = mask;
  for (const auto& binding : ready_) binding->instance->set_log_mask(mask);
}

}  // namespace weft::plugin
