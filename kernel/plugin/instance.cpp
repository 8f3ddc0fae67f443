// Law of this file: nothing that a plugin passes is believed, and a host function never fails worse
// than by its status. The functions of the host table are those of HostCalls.
#include "plugin/instance.hpp"

#include <chrono>

#include "base/check.hpp"
#include "plugin/failure.hpp"
#include "plugin/tables.hpp"

namespace weft::plugin {

namespace {

bool readable(weft_str text) { return text.n == 0 || text.p != nullptr; }

void count(std::atomic<uint32_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

struct HostCalls {
  static Instance& of(void* h) { return *static_cast<Instance*>(h); }

  static void log(void* h, uint32_t level, weft_str msg, weft_val fields) noexcept {
    Instance& me = of(h);
    const Port* port = me.open_port();
    if (port == nullptr || port->log == nullptr) return;
    if (level > WEFT_LOG_ERROR || !readable(msg)) return count(me.misbehaviour_.bad_arguments);
    port->log(port->self, to_str(me.of_.id), level, msg, fields);
  }

  static weft_status complete(void* h, weft_op op, weft_status status, weft_val result,
                              const weft_error* err) noexcept {
    Instance& me = of(h);
    if ((op & own_op) != 0) return me.complete_own(status);
    const Port* port = me.open_port();
    if (port == nullptr) return WEFT_NOT_FOUND;
    if (port->complete == nullptr) return WEFT_UNSUPPORTED;
    const weft_status answer = port->complete(port->self, op, status, result, err);
    if (answer == WEFT_NOT_FOUND) count(me.misbehaviour_.unknown_ops);
    return answer;
  }

  static weft_status complete_doc(void* h, weft_op op, weft_doc* result) noexcept {
    Instance& me = of(h);
    if (result == nullptr) {
      count(me.misbehaviour_.bad_arguments);
      return WEFT_BAD_INPUT;
    }
    const Port* port = (op & own_op) != 0 ? nullptr : me.open_port();
    if (port != nullptr && port->complete_doc != nullptr) {
      const weft_status answer = port->complete_doc(port->self, op, result);
      if (answer == WEFT_NOT_FOUND) count(me.misbehaviour_.unknown_ops);
      return answer;
    }
    if (result->release != nullptr) result->release(result);
    if ((op & own_op) != 0) return me.complete_own(WEFT_OK);
    return port == nullptr ? WEFT_NOT_FOUND : WEFT_UNSUPPORTED;
  }

  static weft_status emit(void* h, weft_op op, weft_val part) noexcept {
    const Port* port = of(h).open_port();
    if (port == nullptr) return WEFT_NOT_FOUND;
    return port->emit != nullptr ? port->emit(port->self, op, part) : WEFT_UNSUPPORTED;
  }

  static void* arena_grow(void* h, weft_arena* arena, uint64_t n) noexcept {
    Instance& me = of(h);
    if (arena == nullptr || arena->impl == nullptr) {
      count(me.misbehaviour_.bad_arguments);
      return nullptr;
    }
    void* bytes = CallArena::grow(nullptr, arena, n);
    if (bytes == nullptr) count(me.misbehaviour_.over_budget);
    return bytes;
  }

  static const void* service(void* h, weft_str id) noexcept {
    Instance& me = of(h);
    if (me.open_port() == nullptr) return nullptr;
    if (!readable(id)) {
      count(me.misbehaviour_.bad_arguments);
      return nullptr;
    }
    return me.service(to_view(id));
  }

  static weft_status post(void* h, void(WEFT_CC* fn)(void*), void* arg, uint32_t lane) noexcept {
    Instance& me = of(h);
    const Port* port = me.open_port();
    if (port == nullptr) return WEFT_NOT_FOUND;
    if (fn == nullptr || lane > WEFT_LANE_BLOCKING) {
      count(me.misbehaviour_.bad_arguments);
      return WEFT_BAD_INPUT;
    }
    return port->post != nullptr ? port->post(port->self, fn, arg, lane) : WEFT_UNSUPPORTED;
  }
};

Instance::Instance(const Port* port, Services services, Of of)
    : port_(port), services_(services), of_(std::move(of)) {
  if (of_.component != nullptr) component_ = normalise_component(*of_.component);
  log_mask_ = port != nullptr ? port->log_mask : 0;
  host_ = {.size = sizeof host_,
           .minor = WEFT_HOST_MINOR,
           .h = this,
           .name = to_str("weft"),
           .version = to_str(WEFT_VERSION),
           .log_mask = &log_mask_,
           .log = HostCalls::log,
           .complete = HostCalls::complete,
           .complete_doc = HostCalls::complete_doc,
           .emit = HostCalls::emit,
           .arena_grow = HostCalls::arena_grow,
           .service = HostCalls::service,
           .post = HostCalls::post};
}

const Port* Instance::open_port() {
  const Port* port = port_.load(std::memory_order_acquire);
  if (port == nullptr) count(misbehaviour_.late_calls);
  return port;
}

weft_val Instance::grants(weft_op op) {
  const Port* port = open_port();
  return port != nullptr && port->grants != nullptr ? port->grants(port->self, op)
                                                    : weft_val{nullptr, 0};
}

// The plugin reads the mask inline and without a lock: a stale level is harmless.
void Instance::set_log_mask(uint32_t mask) {
  std::atomic_ref<uint32_t>(log_mask_).store(mask, std::memory_order_relaxed);
}

const void* Instance::service(std::string_view id) {
  const base::Lock lock(mutex_);
  for (const auto& [known, table] : found_) {
    if (known == id) return table;
  }
  if (services_.find == nullptr) return nullptr;
  const void* table = services_.find(services_.self, *this, id);
  found_.emplace_back(id, table);
  return table;
}

Result<void> Instance::create(Value config) {
  base::check(life_ == Life::fresh, "an instance is created once");
  using Create = weft_status (*)(const weft_host*, weft_val, void**, weft_error*);
  const Create function = component_.create;
  weft_error raw;
  prepare(raw);
  weft_status status = WEFT_FAILED;
  life_ = Life::ended;
  if (auto done = guarded("create", [&] { status = function(&host_, config.raw(), &self_, &raw); });
      !done) {
    return done.error();
  }
  if (status < 0 || status == WEFT_BUSY) return to_error(status, raw);
  if (status != WEFT_OK) {
    return Error{.code = "plugin.bad_status",
                 .message = "'create' answered " + std::to_string(status) + " instead of OK",
                 .hint = "create must be done when it returns",
                 .flags = WEFT_ERR_BUG};
  }
  life_ = Life::running;
  return {};
}

Result<const void*> Instance::table(std::string_view id) {
  base::check(life_ == Life::running, "tables are asked of a running instance");
  using Iface = const void* (*)(void*, weft_str);
  const Iface function = component_.iface;
  const void* table = nullptr;
  if (auto done = guarded("iface", [&] { table = function(self_, to_str(id)); }); !done) {
    return done.error();
  }
  if (table != nullptr) return table;
  return Error{.status = Status::not_found,
               .code = "plugin.no_table",
               .message = "component '" + of_.id + "' has no table '" + std::string(id) + "'",
               .hint = "its function 'iface' must answer this id, as the manifest promises",
               .flags = WEFT_ERR_BUG};
}

Result<void> Instance::drained(weft_status status, const weft_error& raw) {
  life_ = Life::stopped;
  if (status == WEFT_OK) return {};
  life_ = Life::running;
  if (status < 0) return to_error(status, raw);
  return Error{.status = Status::timeout,
               .code = "plugin.not_drained",
               .message = "component '" + of_.id + "' did not stop in time",
               .hint = "stop must complete as soon as no thread of the plugin uses the instance",
               .flags = WEFT_ERR_BUG};
}

Result<void> Instance::stop(uint32_t wait_ms) {
  base::check(life_ == Life::running, "only a running instance is stopped");
  using Stop = weft_status (*)(void*, const weft_call*, weft_out*);
  const Stop function = component_.stop;
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
  CallArena arena;
  const uint32_t cancel = 0;
  const auto deadline =
      std::chrono::duration_cast<std::chrono::nanoseconds>(until.time_since_epoch()).count();
  const weft_call call{.size = sizeof call,
                       .attempt = 1,
                       .op = own_op,
                       .args = null_value().raw(),
                       .arena = arena.raw(),
                       .cancel = &cancel,
                       .deadline_ns = static_cast<uint64_t>(deadline),
                       .idem_key = {nullptr, 0},
                       .trace = {nullptr, 0}};
  weft_error raw;
  prepare(raw);
  weft_out out{sizeof out, 0, null_value().raw(), &raw};
  {
    const base::Lock lock(mutex_);
    stop_status_ = WEFT_PENDING;
  }
  weft_status status = WEFT_FAILED;
  if (auto done = guarded("stop", [&] { status = function(self_, &call, &out); }); !done) {
    return done.error();
  }
  if (status != WEFT_PENDING) return drained(status, raw);
  base::Lock lock(mutex_);
  while (stop_status_ == WEFT_PENDING &&
         lock.wait_until(drained_, until) != std::cv_status::timeout) {
  }
  return drained(stop_status_, raw);
}

weft_status Instance::complete_own(weft_status status) {
  const base::Lock lock(mutex_);
  if (stop_status_ != WEFT_PENDING || status == WEFT_PENDING) {
    count(misbehaviour_.unknown_ops);
    return WEFT_NOT_FOUND;
  }
  stop_status_ = status;
  drained_.notify_all();
  return WEFT_OK;
}

Result<void> Instance::destroy() {
  base::check(life_ == Life::stopped, "an instance is stopped before it is destroyed");
  using Destroy = void (*)(void*);
  const Destroy function = component_.destroy;
  life_ = Life::ended;
  return guarded("destroy", [&] { function(self_); });
}

void Instance::retire() {
  set_log_mask(0);
  port_.store(nullptr, std::memory_order_release);
  of_.manifest = {};
}

}  // namespace weft::plugin
