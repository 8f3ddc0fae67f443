// The plugin store.sqlite: its configuration, and the door from the ABI to the store.
#include <memory>
#include <string>

#include <weft/sdk/plugin.hpp>

#include "store.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

Error bad_config(const std::string& message) {
  Error e{Status::bad_input, "store.bad_config", message};
  e.hint = "see the table in the README of store.sqlite";
  return e;
}

// Thrown errors become the answer of create.
Settings settings_of(Value config) {
  Settings s;
  s.path = config["path"_k].as_text();
  s.vfs = config["vfs"_k].as_text();
  s.synchronous = config["synchronous"_k].as_text("full");
  if (s.path.empty()) throw bad_config("'path' is missing: the file to keep runs in");
  if (s.path.find('\0') != std::string::npos) throw bad_config("'path' contains a zero byte");
  if (s.synchronous != "full" && s.synchronous != "normal" && s.synchronous != "off") {
    throw bad_config("'synchronous' is '" + s.synchronous + "', expected full, normal or off");
  }
  return s;
}

Result<Value> view(const Result<weft_val>& val) {
  if (!val) return val.error();
  return Value(*val);
}

}  // namespace

struct Sqlite final {
  static constexpr std::string_view id = "sqlite";
  static constexpr uint32_t flags =
      WEFT_STORE_DURABLE | WEFT_STORE_SHARED | WEFT_STORE_TABLES | WEFT_BLOCKING;

  Sqlite(const sdk::Host&, Value config) {
    auto opened = Store::open(settings_of(config));
    if (!opened) throw opened.error();
    store = std::move(*opened);
  }

  Result<void> commit(const weft_owner& owner, std::span<const weft_sop* const> ops, sdk::Call&) {
    return store->commit(owner, ops);
  }
  Result<Value> load(std::string_view run, uint64_t from_seq, sdk::Call& call) {
    return view(store->load(run, from_seq, call));
  }
  Result<void> own(uint32_t verb, weft_owner& owner, sdk::Call&) { return store->own(verb, owner); }
  Result<Value> claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call) {
    return view(store->claim(owner, {what.run, what.now_ns, what.max}, call.arena()));
  }
  Result<Value> get(std::string_view key, sdk::Call& call) {
    return view(store->get(key, call.arena()));
  }
  Result<Value> scan(const sdk::Scan& what, sdk::Call& call) {
    return view(store->scan({what.prefix, what.after, what.max}, call.arena()));
  }
  Result<void> tend(sdk::Call&) { return store->tend(); }
  Result<void> tell(std::string_view run, std::span<const weft_event* const> events, sdk::Call&) {
    return store->tell(run, events);
  }
  void stop() { store->stop(); }

  std::unique_ptr<Store> store;
};

}  // namespace weft::sqlite

WEFT_PLUGIN(weft::sqlite::Sqlite);
