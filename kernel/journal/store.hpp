// Store: the calls of a store plugin, made and waited for.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/store.h>
#include <weft/result.hpp>

#include "base/doc.hpp"
#include "base/mutex.hpp"
#include "plugin/arena.hpp"
#include "plugin/bound.hpp"

namespace weft::journal {

// Marks the tokens of store calls, so that whoever receives completions knows where they belong.
inline constexpr weft_op store_op = uint64_t{1} << 62;

// One call at a time, whoever makes it; a store that answers later is waited for.
class Store final {
 public:
  explicit Store(plugin::BoundStore bound) : bound_(bound) {}

  bool is_durable() const { return (bound_.table->flags & WEFT_STORE_DURABLE) != 0; }
  bool is_shared() const { return (bound_.table->flags & WEFT_STORE_SHARED) != 0; }
  bool has_tables() const { return (bound_.table->flags & WEFT_STORE_TABLES) != 0; }
  const weft_owner& owner() const { return owner_; }

  // Makes this process an owner.
  Result<void> own();
  Result<void> commit(const weft_sop* const* ops, uint32_t n);
  // The summary of a run; each piece is handed to piece as it comes. From 0 these are its snapshots
  // and the records after them, else its records from that one on.
  Result<base::Doc> load(std::string_view run, const std::function<void(std::string_view)>& piece,
                         uint64_t from_seq = 0);
  // Makes an orphaned run this process's own; BUSY when a live process owns it.
  Result<base::Doc> claim(std::string_view run, int64_t now_ns, uint32_t max);
  Result<base::Doc> get(std::string_view key);
  // What get gives as a value; missing where there is none or it is damaged.
  base::Doc value(std::string_view key);
  Result<base::Doc> scan(std::string_view prefix, std::string_view after, uint32_t max);
  Result<void> tend();
  Result<void> tell(std::string_view run, const weft_event* const* events, uint32_t n);

  // From the port, on any thread.
  weft_status completed(weft_status status, weft_val result, const weft_error* error);
  weft_status emitted(weft_val part);

 private:
  // Calls the store; then turns what it answered into a T while its memory is still there.
  template <class T, class Start>
  Result<T> call(const char* what, Start start);
  Error explain(const char* what, weft_status status) const;

  base::Mutex one_at_a_time_;
  plugin::BoundStore bound_;
  weft_owner owner_{sizeof(weft_owner), 0, 0, 0};
  plugin::CallArena arena_;
  weft_error error_{};
  const std::function<void(std::string_view)>* piece_ = nullptr;

  base::Mutex mutex_;
  std::condition_variable done_;
  bool is_done_ WEFT_GUARDED_BY(mutex_) = false;
  weft_status status_ WEFT_GUARDED_BY(mutex_) = WEFT_OK;
  weft_val value_ WEFT_GUARDED_BY(mutex_){nullptr, 0};
};

}  // namespace weft::journal
