#include "plugin/stores.hpp"

#include <atomic>
#include <deque>
#include <string>

#include <weft/draft/service.h>

#include "base/mutex.hpp"
#include "plugin/failure.hpp"
#include "plugin/registry.hpp"

namespace weft::plugin {

using namespace lit;

// What h of the table points at.
struct Stores::Lent {
  weft_stores table{};
  std::atomic<Registry*> registry{nullptr};  // null once the kernel is gone
};

struct StoresService {
  // An error has no memory here, so what to do stands in the message.
  static weft_status refuse(const Error& why, weft_error* error) {
    const auto status = static_cast<weft_status>(why.status);
    if (error == nullptr || error->size < sizeof *error) return status;
    const std::string text = why.hint.empty() ? why.message : why.message + " (" + why.hint + ")";
    fill(error, status, why.flags, text);
    return status;
  }

  static weft_status open(void* h, weft_str url, const weft_store** table, void** self,
                          weft_error* error) noexcept {
    Registry* registry = static_cast<Stores::Lent*>(h)->registry.load();
    if (registry == nullptr) {
      return refuse({Status::unsupported, "store.unsupported", "the kernel of this store has ended",
                     "open other stores when this one is made"},
                    error);
    }
    if (table == nullptr || self == nullptr || (url.p == nullptr && url.n != 0)) {
      return refuse({Status::bad_input, "store.bad_config", "a store was asked for without a place",
                     "pass a URL and where to put table and instance"},
                    error);
    }
    auto bound = registry->store(to_view(url));
    if (!bound) return refuse(bound.error(), error);
    *table = bound->table;
    *self = bound->self;
    return WEFT_OK;
  }
};

Stores::Stores(Registry& registry, Services rest) : rest_(rest) {
  // What a plugin may call after its kernel is gone must stay.
  static base::Mutex kept_mutex;
  static std::deque<Lent> kept;
  const base::Lock lock(kept_mutex);
  lent_ = &kept.emplace_back();
  lent_->table = {sizeof(weft_stores), 0, lent_, StoresService::open};
  lent_->registry = &registry;
}

Stores::~Stores() { lent_->registry = nullptr; }

Services Stores::services() {
  return {this, [](void* self, Instance& instance, std::string_view id) -> const void* {
            const auto& me = *static_cast<Stores*>(self);
            if (id == WEFT_SVC_STORES_ID) {
              return instance.manifest()["schemes"_k].exists() ? &me.lent_->table : nullptr;
            }
            return me.rest_.find != nullptr ? me.rest_.find(me.rest_.self, instance, id) : nullptr;
          }};
}

}  // namespace weft::plugin
