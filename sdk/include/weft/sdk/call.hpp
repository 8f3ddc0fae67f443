// Call, one invocation as a plugin sees it, and Async, the promise to answer it later.
#pragma once

#include <string_view>
#include <utility>

#include <weft/draft/service.h>
#include <weft/sdk/barrier.hpp>
#include <weft/sdk/fields.hpp>
#include <weft/sdk/host.hpp>

namespace weft::sdk {

// What a function returns after it took call.async(): the answer comes later.
struct Pending {
  template <class T>
  operator Result<T>() const {
    return Error{Status::pending};
  }
};
inline constexpr Pending pending{};

// Answers one call, once, from any thread. What is destroyed without an answer completes as a bug.
// Invariant: between construction and answer the call, its arguments and its arena are alive.
class Async final {
 public:
  Async(const Host& host, const weft_call* call) : host_(host), call_(call) {}
  Async(Async&& other) noexcept : host_(other.host_), call_(std::exchange(other.call_, nullptr)) {}
  Async& operator=(Async&& other) noexcept {
    if (this != &other) {
      abandon();
      host_ = other.host_;
      call_ = std::exchange(other.call_, nullptr);
    }
    return *this;
  }
  ~Async() { abandon(); }

  bool is_open() const { return call_ != nullptr; }
  weft_op op() const { return call_->op; }
  Value args() const { return Value(call_->args); }
  Arena arena() const { return host_.arena(call_->arena); }
  Builder builder() const { return Builder(arena()); }
  bool cancelled() const { return call_->cancel != nullptr && poll(call_->cancel) != 0; }

  // Sends a part of the result. BUSY: no room now, try again later.
  Status emit(Value part) const { return host_.emit(op(), part); }

  // The result lies in the arena, in the arguments or in static memory.
  void ok(Value result) {
    if (call_ == nullptr) return;
    const weft_op token = std::exchange(call_, nullptr)->op;
    static_cast<void>(host_.complete(token, WEFT_OK, result, nullptr));
  }
  template <class T>
    requires(!std::is_same_v<T, Value>)
  void ok(const T& result) {
    Builder b = builder();
    put(b, result);
    ok(b.take_value());
  }
  void fail(const Error& error) noexcept {
    if (call_ == nullptr) return;
    weft_error e;
    e.size = sizeof e;
    const Arena memory = arena();
    const weft_status status = write_error(&e, error, &memory);
    const weft_op token = std::exchange(call_, nullptr)->op;
    static_cast<void>(host_.complete(token, status, Value(), &e));
  }

  // A 32-bit load that the compiler may not hoist out of a loop.
  static uint32_t poll(const uint32_t* flag) { return __atomic_load_n(flag, __ATOMIC_RELAXED); }

 private:
  void abandon() noexcept {
    if (call_ == nullptr) return;
    weft_error e;
    e.size = sizeof e;
    const weft_status status = write_plain(&e, Status::failed, WEFT_ERR_BUG,
                                           "the plugin dropped a pending call unanswered");
    static_cast<void>(host_.complete(call_->op, status, Value(), &e));
    call_ = nullptr;
  }

  Host host_;
  const weft_call* call_;
};

// Lent to the plugin's function; nothing of it is kept afterwards but an Async.
class Call final {
 public:
  Call(const Host& host, const weft_call* raw, weft_out* out) : host_(host), raw_(raw), out_(out) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  Arena arena() const { return host_.arena(raw_->arena); }
  Builder builder() const { return Builder(arena()); }
  Value args() const { return Value(raw_->args); }
  weft_op op() const { return raw_->op; }
  uint32_t attempt() const { return raw_->attempt; }
  bool cancelled() const { return raw_->cancel != nullptr && Async::poll(raw_->cancel) != 0; }
  // On the monotonic clock; 0 means none.
  uint64_t deadline_ns() const { return field(raw_, &weft_call::deadline_ns); }
  // The same for every attempt of one effect; empty where the contract needs none.
  std::string_view idem_key() const { return to_view(field(raw_, &weft_call::idem_key)); }
  std::string_view trace() const { return to_view(field(raw_, &weft_call::trace)); }

  const Host& host() const { return host_; }
  void log(uint32_t level, std::string_view text, Value fields = {}) const {
    host_.log(level, text, fields);
  }
  // A service by its id, such as WEFT_SVC_FILES_ID; null when this host has none.
  template <class T>
  const T* service(std::string_view id) const {
    return host_.service<T>(id);
  }

  // Opens a path as the grants of this call permit; how is WEFT_FILE_...; the caller closes it.
  Result<int32_t> open_file(std::string_view path, uint32_t how) const;

  // Sends a part of the result. BUSY: no room now, try again later.
  Status emit(Value part) const { return host_.emit(raw_->op, part); }

  // A result with a sentence for people and side information: return call.meta(result, "2 rows").
  Value meta(Value result, std::string_view message, Value metadata = {}) {
    using namespace lit;
    Builder b = builder();
    b.begin_object();
    b.set("result"_k, result);
    if (!message.empty()) b.set("message"_k, message);
    if (metadata.exists()) b.set("metadata"_k, metadata);
    b.end_object();
    out_flags_ |= WEFT_OUT_META;
    return b.take_value();
  }

  // From here on the answer is that of the Async; return sdk::pending.
  Async async() {
    is_async_ = true;
    return {host_, raw_};
  }

  // Runs body(), which answers by ok() or fail(), behind the barrier.
  template <class F>
  weft_status run(F&& body) noexcept {
    const Arena memory = arena();
    const weft_status status = barrier(error(), &memory, std::forward<F>(body));
    return is_async_ ? settled(status) : status;
  }
  weft_status ok(Value v) noexcept {
    if (out_ == nullptr) return WEFT_OK;
    out_->flags = out_flags_;
    out_->val = v.raw();
    return WEFT_OK;
  }
  weft_status ok(Value v, uint32_t flags) noexcept {
    out_flags_ = flags;
    return ok(v);
  }
  [[gnu::cold, gnu::noinline]] weft_status fail(const Error& e) noexcept {
    if (e.status == Status::pending) return wait();
    const Arena memory = arena();
    return write_error(error(), e, &memory);
  }
  weft_status wait() noexcept {
    if (is_async_) return WEFT_PENDING;
    return write_plain(error(), Status::failed, WEFT_ERR_BUG,
                       "the plugin answered 'pending' but took no call.async()");
  }

 private:
  weft_error* error() const { return out_ != nullptr ? out_->err : nullptr; }

  // Once the Async is taken it alone completes the call, or the host would hear two answers.
  [[gnu::cold, gnu::noinline]] weft_status settled(weft_status status) const noexcept {
    if (status != WEFT_PENDING) {
      host_.log(WEFT_LOG_ERROR, "an answer was ignored because call.async() had been taken");
    }
    return WEFT_PENDING;
  }

  const Host& host_;
  const weft_call* raw_;
  weft_out* out_;
  uint32_t out_flags_ = 0;
  bool is_async_ = false;
};

inline Result<int32_t> Call::open_file(std::string_view path, uint32_t how) const {
  using namespace lit;
  const auto* files = service<weft_files>(WEFT_SVC_FILES_ID);
  if (!sdk::has(files, &weft_files::open)) {
    return failure("tool.not_configured", "this host lends no files",
                   {{"service", WEFT_SVC_FILES_ID}});
  }
  int32_t fd = -1;
  weft_error e;
  e.size = sizeof e;
  e.status = WEFT_OK;
  e.flags = e.retry_after_ms = e.msg_len = 0;
  e.detail = {nullptr, 0};
  const weft_status status = files->open(files->h, raw_, to_str(path), how, &fd, &e);
  if (status == WEFT_OK) return fd;
  std::string_view code = "tool.io";
  if (status == WEFT_DENIED) code = "permission.denied";
  if (status == WEFT_NOT_FOUND) code = "tool.not_found";
  if (status == WEFT_CONFLICT) code = "tool.conflict";
  if (status == WEFT_UNSUPPORTED) code = "tool.unsupported";
  const Value detail(e.detail);
  code = detail["code"_k].as_text(code);
  const size_t said = std::min<size_t>(e.msg_len, sizeof e.msg);
  Error error = failure(code, said != 0 ? std::string_view(e.msg, said) : "the file did not open",
                        {{"path", path}});
  error.hint = detail["hint"_k].as_text();
  error.retry_after_ms = e.retry_after_ms;
  return error;
}

}  // namespace weft::sdk
