#include "journal/store.hpp"

#include <algorithm>
#include <cstring>

#include "base/pack.hpp"
#include "base/valid.hpp"

namespace weft::journal {

using namespace weft::lit;

namespace {

// What a call took is given back when it is over, however long it takes until the next one.
class Emptied final {
 public:
  explicit Emptied(plugin::CallArena& arena) : arena_(arena) {}
  ~Emptied() { arena_.reset(); }
  Emptied(const Emptied&) = delete;
  Emptied& operator=(const Emptied&) = delete;

 private:
  plugin::CallArena& arena_;
};

}  // namespace

template <class T, class Start>
Result<T> Store::call(const char* what, Start start) {
  const base::Lock serial(one_at_a_time_);
  const Emptied emptied(arena_);
  error_.size = sizeof error_;
  error_.flags = error_.retry_after_ms = error_.msg_len = 0;
  error_.detail = {nullptr, 0};
  {
    const base::Lock lock(mutex_);
    is_done_ = false;
  }
  const uint32_t cancel = 0;
  const weft_call c{sizeof c, 1, store_op,     {nullptr, 0}, arena_.raw(),
                    &cancel,  0, {nullptr, 0}, {nullptr, 0}};
  weft_out out{sizeof out, 0, {nullptr, 0}, &error_};
  weft_status status = start(&c, &out);
  if (status == WEFT_PENDING) {
    base::Lock lock(mutex_);
    while (!is_done_) lock.wait(done_);
    status = status_;
    out.val = value_;
  }
  if (status != WEFT_OK) return explain(what, status);
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return base::try_pack(Value(out.val));
  }
}

Error Store::explain(const char* what, weft_status status) const {
  const Value detail(error_.detail);
  Error e;
  e.status = static_cast<Status>(status);
  e.code = detail["code"_k].as_text("store.failed");
  e.hint = detail["hint"_k].as_text();
  e.flags = error_.flags;
  const uint64_t length = std::min<uint64_t>(error_.msg_len, sizeof error_.msg);
  e.message =
      length != 0 ? std::string(error_.msg, length) : std::string("the store could not ") + what;
  return e;
}

weft_status Store::completed(weft_status status, weft_val result, const weft_error* error) {
  const base::Lock lock(mutex_);
  if (is_done_) return WEFT_NOT_FOUND;
  if (error != nullptr) {
    std::memcpy(&error_, error, std::min<size_t>(error->size, sizeof error_));
  }
  is_done_ = true;
  status_ = status;
  value_ = result;
  done_.notify_one();
  return WEFT_OK;
}

weft_status Store::emitted(weft_val part) {
  if (piece_ == nullptr) return WEFT_NOT_FOUND;
  // Snapshots come as {snapshot, seq}; their bytes say themselves what they are.
  const Value piece(part);
  (*piece_)(piece.is_object() ? piece["snapshot"_k].as_bytes() : piece.as_bytes());
  return WEFT_OK;
}

Result<void> Store::own() {
  return call<void>("take ownership", [&](const weft_call* c, weft_out*) {
    return bound_.table->own(bound_.self, c, WEFT_OWNER_ACQUIRE, &owner_);
  });
}

Result<void> Store::commit(const weft_sop* const* ops, uint32_t n) {
  return call<void>("commit", [&](const weft_call* c, weft_out* out) {
    return bound_.table->commit(bound_.self, c, &owner_, ops, n, out);
  });
}

Result<base::Doc> Store::load(std::string_view run,
                              const std::function<void(std::string_view)>& piece,
                              uint64_t from_seq) {
  return call<base::Doc>("load the run", [&](const weft_call* c, weft_out* out) {
    piece_ = &piece;
    const weft_status status = bound_.table->load(bound_.self, c, to_str(run), from_seq, out);
    piece_ = nullptr;
    return status;
  });
}

Result<base::Doc> Store::claim(std::string_view run, int64_t now_ns, uint32_t max) {
  return call<base::Doc>("claim the run", [&](const weft_call* c, weft_out* out) {
    return bound_.table->claim(bound_.self, c, &owner_, to_str(run), now_ns, max, out);
  });
}

Result<base::Doc> Store::get(std::string_view key) {
  return call<base::Doc>("read", [&](const weft_call* c, weft_out* out) {
    return bound_.table->get(bound_.self, c, to_str(key), out);
  });
}

base::Doc Store::value(std::string_view key) {
  auto found = get(key);
  if (!found) return {};
  const std::string_view bytes = found->view().as_bytes();
  if (!base::validate(bytes.data(), bytes.size())) return {};
  return base::pack(Value(reinterpret_cast<const weft_slot*>(bytes.data())));
}

Result<base::Doc> Store::scan(std::string_view prefix, std::string_view after, uint32_t max) {
  return call<base::Doc>("list", [&](const weft_call* c, weft_out* out) {
    return bound_.table->scan(bound_.self, c, to_str(prefix), to_str(after), max, out);
  });
}

Result<void> Store::tend() {
  return call<void>("tidy up", [&](const weft_call* c, weft_out* out) {
    return bound_.table->tend(bound_.self, c, out);
  });
}

Result<void> Store::tell(std::string_view run, const weft_event* const* events, uint32_t n) {
  return call<void>("keep what happened", [&](const weft_call* c, weft_out* out) {
    return bound_.table->tell(bound_.self, c, to_str(run), events, n, out);
  });
}

}  // namespace weft::journal
