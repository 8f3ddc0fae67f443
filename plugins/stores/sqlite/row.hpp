// One row of the log: all operations of a commit in a compact, checked form (FORMAT.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <weft/draft/store.h>
#include <weft/result.hpp>

#include "varint.hpp"

namespace weft::sqlite {

// Operations of this store's own: run `key` now belongs to the epoch of the row; a snapshot that
// adds to the one before.
inline constexpr uint32_t op_claim = 64;
inline constexpr uint32_t op_addition = 65;

// A commit above this is refused, so that a row of the log can always be read again.
inline constexpr uint64_t commit_bytes_max = 256U << 20U;

// One operation as it stands in a row; the views point into the row.
struct Op {
  uint32_t kind = 0;
  std::string_view key;
  uint64_t first = 0, last = 0;  // APPEND; first is also the seq of the others
  uint64_t expect = 0;           // of a snapshot: the one that it adds to, or 0
  int64_t at_ns = 0;
  std::string_view bytes;  // of RUN: the summary, flat
};

// Whether an operation can be stored: UNSUPPORTED for an unknown kind, BAD_INPUT for a wrong one.
Result<void> check(const weft_sop& op);
// Whether an operation changes a run, not an entry.
bool concerns_run(uint32_t kind);

// Makes one row after another in the same buffer.
class RowWriter final {
 public:
  void start(uint64_t epoch, uint64_t ops);
  // Requires: check(op) passed.
  void add(const weft_sop& op);
  void add_claim(std::string_view run);
  // The whole row, its check bound to the number that it gets.
  std::string_view seal(uint64_t lsn);

 private:
  void head(uint32_t kind, std::string_view key);
  void text(std::string_view v) { put_text(row_, v); }
  void natural(uint64_t v) { put_natural(row_, v); }

  std::string row_, flat_;
  size_t last_key_at_ = 0, last_key_bytes_ = 0;  // in row_; no key is empty
};

// Walks the operations of a row. Invariant: `row` outlives it and what it gave out.
class RowReader final {
 public:
  // CORRUPT when the check fails; the message names the row.
  static Result<RowReader> open(std::string_view row, uint64_t lsn);

  uint64_t epoch() const { return epoch_; }
  Result<bool> next(Op& op);  // false at the end

 private:
  RowReader(std::string_view body, uint64_t lsn) : rest_(body), lsn_(lsn) {}
  bool natural(uint64_t& v) { return take_natural(rest_, v); }
  bool text(std::string_view& v) { return take_text(rest_, v); }
  bool read(Op& op);

  std::string_view rest_, key_;
  uint64_t lsn_, epoch_ = 0, left_ = 0;
};

}  // namespace weft::sqlite
