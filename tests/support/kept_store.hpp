// KeptStore: a store in memory that hands out what was put in, so that it can be damaged.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <weft/draft/store.h>

#include "base/blocks.hpp"
#include "base/doc.hpp"
#include "journal/store.hpp"
#include "plugin/arena.hpp"
#include "plugin/bound.hpp"

namespace weft::tests {

class KeptStore final {
 public:
  struct Run {
    std::vector<std::string> records;
    base::Doc summary;
  };
  KeptStore() {
    table_.size = sizeof table_;
    table_.commit = commit;
    table_.load = load;
    table_.get = get;
  }
  KeptStore(const KeptStore&) = delete;
  KeptStore& operator=(const KeptStore&) = delete;

  journal::Store& store() { return store_; }
  // A run whose records and definition came from elsewhere.
  void keep(const std::string& id, std::vector<std::string> records, std::string_view definition,
            uint64_t last_seq, std::string_view status) {
    using namespace weft::lit;
    base::Blocks blocks;
    Builder b(blocks.arena());
    b.begin_object();
    b.set("id"_k, std::string_view(id));
    b.set("status"_k, status);
    b.set("definition"_k, definition);
    b.set("last_seq"_k, last_seq);
    b.end_object();
    runs[id] = {std::move(records), base::pack(b.take_value())};
  }

  std::map<std::string, Run, std::less<>> runs;
  std::map<std::string, std::string, std::less<>> values;

 private:
  static weft_status commit(void* self, const weft_call*, const weft_owner*,
                            const weft_sop* const* ops, uint32_t n, weft_out*) noexcept {
    auto& kept = *static_cast<KeptStore*>(self);
    for (uint32_t i = 0; i < n; ++i) {
      const std::string key(to_view(ops[i]->key)), bytes(to_view(ops[i]->bytes));
      switch (ops[i]->kind) {
        case WEFT_SOP_APPEND: kept.runs[key].records.push_back(bytes); break;
        case WEFT_SOP_RUN: kept.runs[key].summary = base::pack(Value(ops[i]->val)); break;
        case WEFT_SOP_KV_PUT: kept.values[key] = bytes; break;
        default: return WEFT_UNSUPPORTED;
      }
    }
    return WEFT_OK;
  }
  static weft_status load(void* self, const weft_call* call, weft_str run, uint64_t,
                          weft_out* out) noexcept {
    auto& kept = *static_cast<KeptStore*>(self);
    const auto found = kept.runs.find(to_view(run));
    if (found == kept.runs.end()) return WEFT_NOT_FOUND;
    for (const std::string& piece : found->second.records) {
      Builder b(Arena(call->arena, plugin::CallArena::grow, nullptr));
      b.bytes(piece);
      kept.store_.emitted(b.take());
    }
    out->val = found->second.summary.raw();
    return WEFT_OK;
  }
  static weft_status get(void* self, const weft_call* call, weft_str key, weft_out* out) noexcept {
    auto& kept = *static_cast<KeptStore*>(self);
    const auto found = kept.values.find(to_view(key));
    if (found == kept.values.end()) return WEFT_NOT_FOUND;
    Builder b(Arena(call->arena, plugin::CallArena::grow, nullptr));
    b.bytes(found->second);
    out->val = b.take();
    return WEFT_OK;
  }

  static plugin::BoundStore bound(KeptStore* kept) {
    plugin::BoundStore bound;
    bound.table = &kept->table_;
    bound.self = kept;
    return bound;
  }

  weft_store table_{};
  journal::Store store_{bound(this)};
};

}  // namespace weft::tests
