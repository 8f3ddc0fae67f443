// A state store: one atomic commit of many operations, and what reads it back.
//
//   struct Memory {
//     static constexpr std::string_view id = "memory";
//     static constexpr uint32_t flags = 0;                           // WEFT_STORE_...
//     Result<void> commit(const weft_owner& owner, std::span<const weft_sop* const> ops, Call&);
//     Result<Value> load(std::string_view run, uint64_t from_seq, Call&);  // emits the records
//     Result<void> own(uint32_t verb, weft_owner& owner, Call&);
//     Result<Value> claim(const weft_owner& owner, const Claim& what, Call&);
//     Result<Value> get(std::string_view key, Call&);
//     Result<Value> scan(const Scan& what, Call&);
//     Result<void> tend(Call&);
//   };
#pragma once

#include <span>
#include <string_view>

#include <weft/draft/store.h>
#include <weft/sdk/tool.hpp>

namespace weft::sdk {

// run narrows the claim to one; empty means any.
struct Claim {
  std::string_view run;
  int64_t now_ns;
  uint32_t max;
};

struct Scan {
  std::string_view prefix, after;
  uint32_t max;
};

template <class T>
concept Store = requires(T& t, const weft_owner& owner, std::span<const weft_sop* const> ops,
                         Call& call, std::string_view run) {
  t.commit(owner, ops, call);
  t.load(run, uint64_t{0}, call);
};

// A store with WEFT_STORE_TABLES.
template <class T>
concept TellsTables = requires(T& t, std::span<const weft_event* const> events, Call& call,
                               std::string_view run) { t.tell(run, events, call); };

template <class T>
struct StoreTable final {
  using Table = weft_store;

  // Runs one function of the store with its call, and answers with what it returns.
  template <class Instance, class F>
  static weft_status run(void* self, const weft_call* raw, weft_out* out, F&& f) noexcept {
    auto& in = *static_cast<Instance*>(self);
    Call call(in.host, raw, out);
    return call.run([&] { return answer_with(call, [&] { return f(in.body, call); }); });
  }
  static const weft_owner& owner_of(const weft_owner* owner) {
    static constexpr weft_owner nobody{sizeof nobody, 0, 0, 0};
    return owner != nullptr ? *owner : nobody;
  }

  template <class Instance>
  static void make_journal(Table& t) {
    t.commit = [](void* self, const weft_call* raw, const weft_owner* owner,
                  const weft_sop* const* ops, uint32_t n, weft_out* out) noexcept {
      return run<Instance>(self, raw, out, [&](T& store, Call& call) {
        return store.commit(owner_of(owner), std::span<const weft_sop* const>(ops, n), call);
      });
    };
    t.load = [](void* self, const weft_call* raw, weft_str id, uint64_t from_seq,
                weft_out* out) noexcept {
      return run<Instance>(self, raw, out, [&](T& store, Call& call) {
        return store.load(to_view(id), from_seq, call);
      });
    };
    t.own = [](void* self, const weft_call* raw, uint32_t verb, weft_owner* owner) noexcept {
      return run<Instance>(self, raw, nullptr,
                           [&](T& store, Call& call) { return store.own(verb, *owner, call); });
    };
    t.claim = [](void* self, const weft_call* raw, const weft_owner* owner, weft_str id,
                 int64_t now_ns, uint32_t max, weft_out* out) noexcept {
      return run<Instance>(self, raw, out, [&](T& store, Call& call) {
        return store.claim(owner_of(owner), Claim{to_view(id), now_ns, max}, call);
      });
    };
  }
  template <class Instance>
  static void make_lookup(Table& t) {
    t.get = [](void* self, const weft_call* raw, weft_str key, weft_out* out) noexcept {
      return run<Instance>(self, raw, out,
                           [&](T& store, Call& call) { return store.get(to_view(key), call); });
    };
    t.scan = [](void* self, const weft_call* raw, weft_str prefix, weft_str after, uint32_t max,
                weft_out* out) noexcept {
      return run<Instance>(self, raw, out, [&](T& store, Call& call) {
        return store.scan(Scan{to_view(prefix), to_view(after), max}, call);
      });
    };
    t.tend = [](void* self, const weft_call* raw, weft_out* out) noexcept {
      return run<Instance>(self, raw, out, [&](T& store, Call& call) { return store.tend(call); });
    };
    if constexpr (TellsTables<T>) {
      t.tell = [](void* self, const weft_call* raw, weft_str id, const weft_event* const* events,
                  uint32_t n, weft_out* out) noexcept {
        return run<Instance>(self, raw, out, [&](T& store, Call& call) {
          return store.tell(to_view(id), std::span<const weft_event* const>(events, n), call);
        });
      };
    }
  }

  template <class Instance>
  static Table make(const T& store) {
    Table t{};
    t.size = sizeof(Table);
    t.flags = flags_of_component(store);
    make_journal<Instance>(t);
    make_lookup<Instance>(t);
    return t;
  }
};

}  // namespace weft::sdk
