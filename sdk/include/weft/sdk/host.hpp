// Host: what the host lends to an instance, safe against a host older than these headers.
#pragma once

#include <memory>
#include <string_view>
#include <utility>

#include <weft/host.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::sdk {

// Whether a sized table of the ABI is long enough to hold a member.
template <class T, class M>
bool reaches(const T* table, M T::* member) {
  const auto* start = reinterpret_cast<const char*>(table);
  const auto* end = reinterpret_cast<const char*>(&(table->*member)) + sizeof(M);
  return table->size >= static_cast<uint64_t>(end - start);
}

// Whether a table holds a function: long enough, and not null.
template <class T, class M>
bool has(const T* table, M T::* member) {
  return table != nullptr && reaches(table, member) && table->*member != nullptr;
}

// A field of a sized struct, or the fallback where the struct is older than the field.
template <class T, class M>
M field(const T* table, M T::* member, M fallback = {}) {
  return reaches(table, member) ? table->*member : fallback;
}

// A copyable view of a weft_host. Functions that the host lacks answer UNSUPPORTED.
class Host final {
 public:
  Host() = default;
  explicit Host(const weft_host* raw) : raw_(raw) {
    if (sdk::has(raw_, &weft_host::arena_grow)) grow_ = raw_->arena_grow;
  }

  template <class M>
  bool has(M weft_host::* member) const {
    return sdk::has(raw_, member);
  }
  std::string_view name() const { return to_view(raw_->name); }
  std::string_view version() const { return to_view(raw_->version); }
  uint32_t minor() const { return raw_->minor; }

  // Whether anybody reads lines of this level, WEFT_LOG_...; one load.
  bool logs(uint32_t level) const {
    return raw_ != nullptr && raw_->log_mask != nullptr && ((*raw_->log_mask >> level) & 1U) != 0;
  }
  void log(uint32_t level, std::string_view text, Value fields = {}) const {
    if (logs(level) && has(&weft_host::log)) {
      raw_->log(raw_->h, level, to_str(text), fields.raw());
    }
  }

  // A service by id; null when this host has none. Ask in the constructor and keep the pointer;
  // test single functions with sdk::has(service, &weft_files::open).
  template <class T>
  const T* service(std::string_view id) const {
    if (!has(&weft_host::service)) return nullptr;
    return static_cast<const T*>(raw_->service(raw_->h, to_str(id)));
  }

  Status complete(weft_op op, weft_status status, Value result, const weft_error* error) const {
    if (!has(&weft_host::complete)) return Status::unsupported;
    return static_cast<Status>(raw_->complete(raw_->h, op, status, result.raw(), error));
  }
  // Moves a value out of the plugin; released in every case.
  Status complete_doc(weft_op op, weft_doc* result) const {
    if (!has(&weft_host::complete_doc)) {
      result->release(result);
      return Status::unsupported;
    }
    return static_cast<Status>(raw_->complete_doc(raw_->h, op, result));
  }
  Status emit(weft_op op, Value part) const {
    if (!has(&weft_host::emit)) return Status::unsupported;
    return static_cast<Status>(raw_->emit(raw_->h, op, part.raw()));
  }

  // Runs body() later, on WEFT_LANE_BLOCKING or WEFT_LANE_EXEC. What it throws is logged and lost,
  // so a body that answers a call holds its Async, which then completes as a bug.
  template <class F>
  Status post(F body, uint32_t lane = WEFT_LANE_BLOCKING) const {
    if (!has(&weft_host::post)) return Status::unsupported;
    auto held = std::make_unique<Posted<F>>(Posted<F>{*this, std::move(body)});
    const weft_status status = raw_->post(raw_->h, &Posted<F>::run, held.get(), lane);
    if (status == WEFT_OK) static_cast<void>(held.release());
    return static_cast<Status>(status);
  }

  Arena arena(weft_arena* raw) const { return {raw, grow_, raw_ != nullptr ? raw_->h : nullptr}; }
  const weft_host* raw() const { return raw_; }

 private:
  template <class F>
  struct Posted;

  const weft_host* raw_ = nullptr;
  Arena::Grow grow_ = nullptr;
};

template <class F>
struct Host::Posted final {
  Host host;
  F body;

  static void run(void* arg) noexcept {
    const std::unique_ptr<Posted> self(static_cast<Posted*>(arg));
    try {
      self->body();
    } catch (const std::exception& e) {
      self->host.log(WEFT_LOG_ERROR, e.what());
    } catch (...) {
      self->host.log(WEFT_LOG_ERROR, "posted work ended with an exception");
    }
  }
};

}  // namespace weft::sdk
