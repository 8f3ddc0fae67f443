// The part of the log that is not in the tables yet, folded: what readers lay over the tables.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "row.hpp"

namespace weft::sqlite {

struct Chunk {
  uint64_t first = 0, last = 0;
  std::string_view bytes;
};

struct Snapshot {
  uint64_t seq = 0, expect = 0;  // expect: the one that it adds to; 0 begins a chain
  std::string_view bytes;
};

// What the tail says about one run; what it does not say stands in the tables.
struct RunTail {
  std::vector<Chunk> records;       // in order, those that were truncated taken out
  std::vector<Snapshot> snapshots;  // the first adds to those in the tables, or begins a chain
  std::optional<std::string_view> summary;  // flat
  std::optional<uint64_t> owner;
  uint64_t truncated = 0;                             // up to here records are forgotten
  uint64_t first_seq = 0, last_seq = 0;               // 0: no records here
  std::map<uint64_t, std::optional<int64_t>> timers;  // null: deleted
  bool is_forgotten = false;                          // what stands in the tables is void
  bool is_there = false;  // something was said of it, after it was forgotten if it was
  std::string_view run;
  RunTail* after = nullptr;  // which one followed when it was last spoken of: a guess for the next

  // Whether the tables say nothing of this timer any more.
  bool decides_timer(uint64_t seq) const { return is_forgotten || timers.contains(seq); }
  bool begins_chain() const { return !snapshots.empty() && snapshots.front().expect == 0; }
};

// Invariant: every view points into a row that the tail keeps.
class Tail final {
 public:
  using Runs = std::map<std::string_view, RunTail>;
  using Entries = std::map<std::string_view, std::optional<std::string_view>>;  // null: deleted

  // Forgets all; the tables hold everything up to `lsn`.
  void reset(uint64_t lsn);
  // Requires: lsn() + 1 is the number of the row. Calls touched(run) for its runs.
  template <class F>
  Result<void> apply(std::string_view bytes, F&& touched);

  uint64_t base() const { return base_; }
  uint64_t lsn() const { return lsn_; }  // the last row that was folded
  bool is_empty() const { return lsn_ == base_; }
  const Runs& runs() const { return runs_; }
  const Entries& entries() const { return entries_; }
  const RunTail* find(std::string_view key) const;

 private:
  void fold(const Op& op, uint64_t epoch);
  void fold_run(const Op& op, uint64_t epoch);
  RunTail& run(std::string_view key);

  uint64_t base_ = 0, lsn_ = 0;
  std::deque<std::string> rows_;
  Runs runs_;
  RunTail* previous_ = nullptr;  // the run that was spoken of last
  Entries entries_;
};

Error missing_row(uint64_t lsn, const std::string& path);

template <class F>
Result<void> Tail::apply(std::string_view bytes, F&& touched) {
  rows_.emplace_back(bytes);
  auto reader = RowReader::open(rows_.back(), lsn_ + 1);
  if (!reader) return reader.error();
  for (Op op;;) {
    auto more = reader->next(op);
    if (!more) return more.error();
    if (!*more) break;
    fold(op, reader->epoch());
    if (concerns_run(op.kind)) touched(op.key);
  }
  ++lsn_;
  return {};
}

}  // namespace weft::sqlite
