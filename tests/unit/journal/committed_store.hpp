// CommittedStore: a store in memory that keeps what a journal commits, to be looked at.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/store.h>
#include <weft/value.hpp>

#include "journal/store.hpp"

namespace weft::tests {

class CommittedStore final {
 public:
  CommittedStore() {
    table_.size = sizeof table_;
    table_.flags = WEFT_STORE_DURABLE;
    table_.commit = commit;
  }
  plugin::BoundStore bound() {
    plugin::BoundStore bound;
    bound.table = &table_;
    bound.self = this;
    bound.flags = table_.flags;
    return bound;
  }

  // All that a run is read back from, in the order in which a store hands it out.
  std::vector<std::string> pieces() const {
    std::vector<std::string> all;
    for (const Piece& s : snapshots) all.push_back(s.bytes);
    for (const Piece& r : records) {
      if (snapshots.empty() || r.seq > snapshots.back().last) all.push_back(r.bytes);
    }
    return all;
  }
  event::Fetch fetch() {
    return [this](std::string_view key) -> Result<base::Doc> {
      const auto at = kv.find(std::string(key));
      if (at == kv.end()) return Error{Status::not_found, "store.not_found", "no such key"};
      base::Blocks blocks;
      Builder b(blocks.arena());
      b.bytes(at->second);
      return base::try_pack(b.take_value());
    };
  }

  struct Piece {
    uint64_t seq, last;
    std::string bytes;
  };
  std::vector<Piece> records;
  std::vector<Piece> snapshots;  // the latest chain; seq is what it adds to, last up to where
  std::map<std::string, std::string> kv;
  std::vector<uint32_t> kinds;  // of every operation
  uint64_t bytes = 0;           // of all operations
  bool fails = false;
  std::string broken_rule;

 private:
  static weft_status commit(void* self, const weft_call*, const weft_owner*,
                            const weft_sop* const* ops, uint32_t n, weft_out*) noexcept {
    auto& store = *static_cast<CommittedStore*>(self);
    if (store.fails) return WEFT_FAILED;
    for (uint32_t i = 0; i < n; ++i) store.apply(*ops[i]);
    return WEFT_OK;
  }
  void apply(const weft_sop& op) {
    const std::string held(to_view(op.bytes));
    kinds.push_back(op.kind);
    bytes += held.size();
    switch (op.kind) {
      case WEFT_SOP_APPEND: {
        const uint64_t before = records.empty() ? 0 : records.back().last;
        if (op.expect != before || op.seq != before + 1) broken_rule = "a gap in the records";
        records.push_back({op.seq, op.last, held});
        return;
      }
      case WEFT_SOP_SNAPSHOT: {
        if (op.expect == 0) snapshots.clear();
        const uint64_t before = snapshots.empty() ? 0 : snapshots.back().last;
        if (op.expect != before) broken_rule = "a gap in the snapshots";
        if (records.empty() || op.seq > records.back().last) broken_rule = "a snapshot too early";
        snapshots.push_back({op.expect, op.seq, held});
        return;
      }
      case WEFT_SOP_KV_PUT: kv[std::string(to_view(op.key))] = held; return;
      default: return;
    }
  }

  weft_store table_{};
};

}  // namespace weft::tests
