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
  previous_ = nullptr;
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
  if (concerns_run(op.kind)) return fold_run(op, epoch);
  entries_[op.key] = op.kind == WEFT_SOP_KV_PUT ? std::optional(op.bytes) : std::nullopt;
}

// Commits name runs in much the same order, one after the other.
RunTail& Tail::run(std::string_view key) {
  RunTail* guess = previous_;
  if (guess != nullptr && guess->run != key) guess = guess->after;
  if (guess != nullptr && guess->run == key) return *(previous_ = guess);
  const auto it = runs_.try_emplace(key).first;
  it->second.run = it->first;
  if (previous_ != nullptr) previous_->after = &it->second;
  return *(previous_ = &it->second);
}

void Tail::fold_run(const Op& op, uint64_t epoch) {
  RunTail& r = run(op.key);
  if (op.kind == WEFT_SOP_FORGET) {
    RunTail nothing;
    nothing.is_forgotten = true;
    nothing.run = r.run;
    nothing.after = r.after;
    r = std::move(nothing);
    return;
  }
  r.is_there = true;
  switch (op.kind) {
    case WEFT_SOP_APPEND:
      r.records.push_back({op.first, op.last, op.bytes});
      if (r.first_seq == 0) r.first_seq = op.first;
      r.last_seq = op.last;
      return;
    case WEFT_SOP_RUN:
      r.summary = op.bytes;
      r.owner = epoch;
      return;
    case WEFT_SOP_SNAPSHOT:
      if (op.expect == 0) r.snapshots.clear();
      r.snapshots.push_back({op.first, op.expect, op.bytes});
      return;
    case WEFT_SOP_TRUNCATE:
      r.truncated = std::max(r.truncated, op.first);
      std::erase_if(r.records, [&](const Chunk& c) { return c.last <= r.truncated; });
      return;
    case WEFT_SOP_TIMER_SET: r.timers[op.first] = op.at_ns; return;
    case WEFT_SOP_TIMER_DELETE: r.timers[op.first] = std::nullopt; return;
    case op_claim: r.owner = epoch; return;
    default: return;
  }
}

}  // namespace weft::sqlite
