// Instance: one component made for one kernel, with the host table that is its own.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/plugin.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

#include "base/mutex.hpp"
#include "plugin/arena.hpp"
#include "plugin/port.hpp"

namespace weft::plugin {

class Instance;

// Where weft_host.service arrives: the table of an id for this instance, or null when there is
// none. What is returned lives as long as the process. Asked once per instance and id.
struct Services {
  void* self = nullptr;
  const void* (*find)(void* self, Instance& instance, std::string_view id) = nullptr;
};

// Operations of the kernel's own making (stop); the engine never issues a token with this bit.
inline constexpr weft_op own_op = uint64_t{1} << 63;

// What a plugin did against its contract. Counted, never acted on here.
struct Misbehaviour {
  std::atomic<uint32_t> late_calls{0};     // of the host, after destroy
  std::atomic<uint32_t> bad_arguments{0};  // such as an arena that is not of the kernel
  std::atomic<uint32_t> over_budget{0};    // arenas that wanted more than a call may have
  std::atomic<uint32_t> unknown_ops{0};    // completions that nobody waited for
};

// Life: fresh -> running -> stopped -> ended; a failed create ends it at once. Every call into the
// plugin is guarded, so that an exception which escapes it becomes an error. The host table must
// outlive whatever the plugin left behind, so an ended instance is kept (see keep_for_ever).
class Instance final {
 public:
  // What an instance is of. Without a component it only lends a host, as init gets it.
  struct Of {
    const weft_component* component = nullptr;
    std::string id;       // of the component
    std::string version;  // of the plugin
    Value manifest{};     // the component's object in plugin.json
  };

  Instance(const Port* port, Services services, Of of);
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;

  // [ctl] of the component, in the order of life.
  Result<void> create(Value config);
  // A table by its id; NOT_FOUND when the plugin answers null.
  Result<const void*> table(std::string_view id);
  // Drains for at most wait_ms. An instance that does not drain is never destroyed.
  Result<void> stop(uint32_t wait_ms);
  Result<void> destroy();
  // Cuts the cord to the kernel: later calls of the host are counted and refused.
  void retire();

  void* self() const { return self_; }
  const weft_host* host() const { return &host_; }
  const std::string& id() const { return of_.id; }
  const std::string& version() const { return of_.version; }
  Value manifest() const { return of_.manifest; }
  // What a call under way may touch, as {fs, net, env, exec}; null when nothing is granted.
  weft_val grants(weft_op op);
  void set_log_mask(uint32_t mask);
  const Misbehaviour& misbehaviour() const { return misbehaviour_; }

 private:
  enum class Life : uint8_t { fresh, running, stopped, ended };
  friend struct HostCalls;  // the functions of host_

  // The port while the instance lives; null afterwards, and the call is counted.
  const Port* open_port();
  const void* service(std::string_view id);
  weft_status complete_own(weft_status status);
  Result<void> drained(weft_status status, const weft_error& raw);

  weft_host host_{};
  std::atomic<const Port*> port_;
  Services services_;
  Of of_;
  weft_component component_{};  // full size, no null function
  void* self_ = nullptr;
  Life life_ = Life::fresh;
  uint32_t log_mask_ = 0;
  Misbehaviour misbehaviour_;
  base::Mutex mutex_;
  std::condition_variable drained_;
  weft_status stop_status_ WEFT_GUARDED_BY(mutex_) = WEFT_OK;  // PENDING while stop is under way
  std::vector<std::pair<std::string, const void*>> found_ WEFT_GUARDED_BY(mutex_);
};

}  // namespace weft::plugin
