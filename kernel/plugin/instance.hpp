// Instance: one component made for one kernel, with the host table that is its own.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/plugin.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

#include "plugin/arena.hpp"
#include "plugin/port.hpp"

namespace weft::plugin {

class Instance;

// Where weft_host.service arrives: the table of an id for this instance, or null when there is
// none. What is returned lives as long as the process.
struct Services {
  void* self = nullptr;
  const void* (*find)(void* self, Instance& instance, std::string_view id) = nullptr;
};

// Operations of the kernel's own making (stop); the engine never issues a token with this bit.
inline constexpr weft_op own_op = uint64_t{1} << 63;

// What a plugin did against its contract. Counted, never acted on here.
struct Misbehaviour {
  std::atomic<uint32_t> late_calls{0};     // of the host, after destroy
  std::atomic<uint32_t> bad_arguments{0};  // such as an arena that is not ours
  std::atomic<uint32_t> over_budget{0};    // arenas that wanted more than a call may have
  std::atomic<uint32_t> unknown_ops{0};    // completions that nobody waited for
};

// Life: fresh -> running -> stopped -> ended. A failed create leads to ended at once. Every call
// into the plugin is guarded, so an exception that escapes it becomes an error.
class Instance final {
 public:
  // What an instance is of. manifest is the component's object in plugin.json.
  struct Of {
    const weft_component* component = nullptr;
    std::string id;       // of the component
    std::string version;  // of the plugin
    Value manifest;
  };

  Instance(Port* port, Services services, Of of);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // [ctl] of the component, in the order of life.
  Result<void> create(Value config);
  const void* table(std::string_view id);  // null when the plugin has none
  // Drains for at most wait_ms. An instance that does not drain is never destroyed.
  Result<void> stop(uint32_t wait_ms);
  void destroy();
  // Cuts the cord to the kernel: later calls of the host are counted and refused.
  void retire();

  void* self() const { return self_; }
  const weft_host* host() const { return &host_; }
  const std::string& id() const { return of_.id; }
  const std::string& version() const { return of_.version; }
  Value manifest() const { return of_.manifest; }
  Port* port() const { return port_.load(std::memory_order_acquire); }
  void set_log_mask(uint32_t mask) { log_mask_ = mask; }
  Misbehaviour& misbehaviour() { return misbehaviour_; }

 private:
  enum class Life : uint8_t { fresh, running, stopped, ended };
  friend struct HostCalls;  // the functions of host_

  const void* service(std::string_view id);
  weft_status complete_own(weft_status status);

  weft_host host_{};
  std::atomic<Port*> port_;
  Services services_;
  Of of_;
  weft_component component_{};  // normalised
  void* self_ = nullptr;
  Life life_ = Life::fresh;
  uint32_t log_mask_ = 0;
  std::atomic<int32_t> stop_status_{WEFT_PENDING};
  Misbehaviour misbehaviour_;
  std::mutex services_mutex_;
  std::vector<std::pair<std::string, const void*>> found_;  // services asked before
};

}  // namespace weft::plugin
