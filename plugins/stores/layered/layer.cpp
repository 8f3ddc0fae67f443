#include "layer.hpp"

#include <algorithm>

#include "names.hpp"

namespace weft::layered {

using lit::operator""_k;

namespace {

Result<void> only_whether(const Result<Value>& answer) {
  if (!answer) return answer.error();
  return {};
}

}  // namespace

Error Layer::named(Error error) const {
  error.message = joined({"layer ", in_quotes(about_.name), ": ", error.message});
  return error;
}

Error Layer::failed(const char* what, weft_status status, const weft_error& raw) const {
  const Value detail(raw.detail);
  Error e;
  e.status = status < 0 || status == WEFT_BUSY ? static_cast<Status>(status) : Status::unsupported;
  e.code = detail["code"_k].as_text("store.failed");
  e.hint = detail["hint"_k].as_text();
  e.flags = raw.flags;
  e.retry_after_ms = raw.retry_after_ms;
  const size_t length = std::min<size_t>(raw.msg_len, sizeof raw.msg);
  e.message = length != 0 ? std::string(raw.msg, length) : joined({"it could not ", what});
  if (status == WEFT_PENDING) {
    e.message = joined({"it would ", what, " later, and a layer answers at once"});
    e.hint = "use another store as this layer";
  }
  return named(std::move(e));
}

template <class F>
Result<Value> Layer::ask(const char* what, const sdk::Call& call, F&& start) const {
  weft_error error;
  error.size = sizeof error;
  error.status = WEFT_OK;
  error.flags = error.retry_after_ms = error.msg_len = 0;
  error.detail = {nullptr, 0};
  const uint32_t never = 0;
  const Arena arena = call.arena();
  const weft_call raw{sizeof raw, 1, call.op(),    {nullptr, 0}, arena.raw(),
                      &never,     0, {nullptr, 0}, {nullptr, 0}};
  weft_out out{sizeof out, 0, {nullptr, 0}, &error};
  const weft_status status = start(&raw, &out);
  if (status != WEFT_OK) return failed(what, status, error);
  return Value(out.val);
}

uint32_t Layer::flags() const {
  return files_ ? WEFT_STORE_SHARED | WEFT_STORE_DURABLE | WEFT_BLOCKING : store_.table->flags;
}

Result<void> Layer::check() const {
  auto fine = files_ ? files_->check() : Result<void>();
  if (!fine) return named(fine.error());
  return {};
}

Result<void> Layer::commit(const weft_owner& owner, Ops ops, const sdk::Call& call) const {
  const auto n = static_cast<uint32_t>(ops.size());
  return only_whether(ask("commit", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->commit(store_.self, c, &owner, ops.data(), n, out);
  }));
}

Result<Value> Layer::load(std::string_view run, uint64_t from_seq, const sdk::Call& call) const {
  return ask("load the run", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->load(store_.self, c, to_str(run), from_seq, out);
  });
}

Result<void> Layer::own(uint32_t verb, weft_owner& owner, const sdk::Call& call) const {
  return only_whether(ask("change its owner", call, [&](const weft_call* c, weft_out*) {
    return store_.table->own(store_.self, c, verb, &owner);
  }));
}

Result<Value> Layer::claim(const weft_owner& owner, const sdk::Claim& what,
                           const sdk::Call& call) const {
  return ask("claim runs", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->claim(store_.self, c, &owner, to_str(what.run), what.now_ns, what.max,
                               out);
  });
}

Result<Value> Layer::get(std::string_view key, const sdk::Call& call) const {
  if (files_) {
    auto found = files_->get(key, call.arena());
    return found ? found : Result<Value>(named(found.error()));
  }
  return ask("read", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->get(store_.self, c, to_str(key), out);
  });
}

Result<Value> Layer::scan(const sdk::Scan& what, const sdk::Call& call) const {
  if (files_) {
    auto found = files_->scan(what, call.arena());
    return found ? found : Result<Value>(named(found.error()));
  }
  return ask("list", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->scan(store_.self, c, to_str(what.prefix), to_str(what.after), what.max,
                              out);
  });
}

Result<void> Layer::tend(const sdk::Call& call) const {
  return only_whether(ask("tidy up", call, [&](const weft_call* c, weft_out* out) {
    return store_.table->tend(store_.self, c, out);
  }));
}

Result<void> Layer::tell(std::string_view run, Events events, const sdk::Call& call) const {
  return only_whether(ask("keep what happened", call, [&](const weft_call* c, weft_out* out) {
    if (!sdk::has(store_.table, &weft_store::tell)) return weft_status{WEFT_UNSUPPORTED};
    const auto n = static_cast<uint32_t>(events.size());
    return store_.table->tell(store_.self, c, to_str(run), events.data(), n, out);
  }));
}

}  // namespace weft::layered
