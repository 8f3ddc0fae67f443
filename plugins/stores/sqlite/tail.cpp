#include "tail.hpp"

#include <algorithm>

namespace weft::sqlite {

Error missing_row(uint64_t lsn, const std::string& path) {
  Error e{Status::corrupt, "store.corrupt",
          "row " + std::to_string(lsn) + " is missing in the log of '" + path + "'"};
  e.hint = "restore the file from a backup";
  return e;
}

void Tail::reset(uint64_t lsn) {
  runs_.clear();
  entries_.clear();
  rows_.clear();
  base_ = lsn_ = lsn;
}

const RunTail* Tail::find(std::string_view key) const {
  const auto found = runs_.find(key);
  return found != runs_.end() ? &found->second : nullptr;
}

void Tail::fold(const Op& op, uint64_t epoch) {
  switch (op.kind) {
    case WEFT_SOP_APPEND: {
      RunTail& r = run(op.key);
      r.records.push_back({op.first, op.last, op.bytes});
      r.last_seq = op.last;
      return;
    }
    case WEFT_SOP_RUN: {
      RunTail& r = run(op.key);
      r.summary = op.bytes;
      r.owner = epoch;
      return;
    }
    case WEFT_SOP_SNAPSHOT: run(op.key).snapshot = Snapshot{op.first, op.bytes}; return;
    case WEFT_SOP_TRUNCATE: {
      RunTail& r = run(op.key);
      r.truncated = std::max(r.truncated, op.first);
      std::erase_if(r.records, [&](const Chunk& c) { return c.last <= r.truncated; });
      return;
    }
    case WEFT_SOP_KV_PUT: entries_[op.key] = op.bytes; return;
    case WEFT_SOP_KV_DELETE: entries_[op.key] = std::nullopt; return;
    case WEFT_SOP_TIMER_SET: run(op.key).timers[op.first] = op.at_ns; return;
    case WEFT_SOP_TIMER_DELETE: run(op.key).timers[op.first] = std::nullopt; return;
    case op_claim: run(op.key).owner = epoch; return;
    default: return;
  }
}

}  // namespace weft::sqlite
