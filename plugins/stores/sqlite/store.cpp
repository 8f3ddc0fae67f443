#include "store.hpp"

#include <algorithm>

#include "columns.hpp"
#include "schema.hpp"

namespace weft::sqlite {

using lit::operator""_k;

Store::Store(Settings settings, Database db)
    : settings_(std::move(settings)), db_(std::move(db)), owners_(settings_.path) {}

// What a failed sync left behind is for the next opening to judge, so nothing is copied from it.
Store::~Store() {
  if (failure_.empty()) return;
  db_.abandon();
  if (keeper_) keeper_->abandon();
}

Result<std::unique_ptr<Store>> Store::open(const Settings& settings) {
  auto db = Database::open(settings);
  if (!db) return db.error();
  if (auto ready = prepare_schema(*db); !ready) return ready.error();
  std::unique_ptr<Store> store(new Store(settings, std::move(*db)));
  if (auto ready = store->recover(); !ready) return ready.error();
  return store;
}

Result<void> Store::recover() {
  Transaction view(db_, brackets_);
  if (auto begun = view.read(); !begun) return begun;
  if (auto sound = check_log(); !sound) return sound;
  if (auto known = refresh(); !known) return known;
  return view.commit();
}

// Lost rows at the end of the log would look like commits that never were, so its pages are looked
// through once; the log is small, for tend() empties it.
Result<void> Store::check_log() {
  Statement check(db_, "PRAGMA quick_check(log)");
  Statement first(db_, "SELECT min(lsn) FROM log");
  Query q(check);
  auto row = q.step();
  if (!row) return row.error();
  if (*row && q.bytes_at(0) != "ok") {
    Error e{Status::corrupt, "store.corrupt",
            "the log of '" + db_.path() + "' is damaged: " + std::string(q.bytes_at(0))};
    e.hint = "restore the file from a backup";
    return e;
  }
  Query least(first);
  if (row = least.step(); !row) return row.error();
  auto projected = tables_.lsn();
  if (!projected) return projected.error();
  if (!least.is_null(0) && least.natural_at(0) != *projected + 1) {
    return missing_row(*projected + 1, db_.path());
  }
  return {};
}

// Folds the rows that were written since the last time. Rows above head_ come from another process;
// what was known of their runs is then known no more. Requires: a transaction is open.
Result<void> Store::refresh() {
  auto projected = tables_.lsn();
  if (!projected) return projected.error();
  if (*projected != tail_.base()) {
    if (*projected > head_) {
      drop_seen_before(UINT64_MAX);
      head_ = *projected;
    }
    tail_.reset(*projected);
  }
  Query q(rows_);
  q.natural(tail_.lsn());
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) break;
    const uint64_t lsn = q.natural_at(0);
    if (lsn != tail_.lsn() + 1) return missing_row(tail_.lsn() + 1, db_.path());
    const bool is_foreign = lsn > head_;
    auto folded = tail_.apply(q.bytes_at(1), [&](std::string_view run) {
      if (is_foreign) drop_seen(run);
    });
    if (!folded) return folded;
    if (is_foreign) head_ = lsn;
  }
  if (tail_.lsn() != head_) return missing_row(head_, db_.path());
  return {};
}

// Whether nobody wrote after this instance. Requires: a transaction is open.
Result<bool> Store::is_at_head(uint64_t projected) {
  Query q(last_);
  auto row = q.step();
  if (!row) return row.error();
  return (q.is_null(0) ? projected : q.natural_at(0)) == head_;
}

// The same for those who ask for entries alone, many times a second: what this instance wrote since
// the last time, and that names none, is not read again. Requires: a transaction is open.
Result<void> Store::refresh_entries() {
  auto projected = tables_.lsn();
  if (!projected) return projected.error();
  auto is_known = is_at_head(*projected);
  if (!is_known) return is_known.error();
  const bool is_folded = *projected == tail_.base() && entries_head_ <= tail_.lsn();
  if (!*is_known || (!is_folded && entries_head_ > *projected)) return refresh();
  if (*projected != tail_.base()) tail_.reset(*projected);
  return {};
}

// As long as nobody else wrote, what this instance knows of its runs is still true.
Result<void> Store::sync_head() {
  Query q(last_);
  auto row = q.step();
  if (!row) return row.error();
  if (!q.is_null(0)) {
    if (q.natural_at(0) == head_) return {};
    return refresh();
  }
  auto projected = tables_.lsn();
  if (!projected) return projected.error();
  if (*projected == head_) return {};
  return refresh();
}

Result<void> Store::write_sealed() {
  Query q(insert_);
  return q.natural(head_ + 1).blob(writer_.seal(head_ + 1)).finish();
}

// A write or sync that failed leaves unknown what reached the disk, and asking again could answer
// well without it, so this instance writes no more. A full disk or a busy file is no such doubt.
void Store::remember(const Error& error) {
  if (error.status != Status::failed && error.status != Status::corrupt) return;
  if (failure_.empty()) {
    failure_ =
        "'" + db_.path() + "' is not written any more since a write failed: " + error.message;
  }
}

namespace {

Error too_large(uint64_t bytes) {
  Error e{Status::limit, "store.too_large",
          "a commit of " + std::to_string(bytes) + " bytes is more than the " +
              std::to_string(commit_bytes_max) + " that store.sqlite takes at once"};
  e.hint = "store large values as several entries, in commits of their own";
  return e;
}

Error conflict(const std::string& message) { return {Status::conflict, "store.conflict", message}; }

}  // namespace

Result<void> Store::commit(const weft_owner& owner, std::span<const weft_sop* const> ops) {
  ++waiting_;
  const std::scoped_lock lock(mutex_);
  --waiting_;
  ++passed_;
  const uint64_t epoch = owner.epoch;
  uint64_t bytes = 0;
  asks_entries_ = false;
  bool has_entries = false;
  for (const weft_sop* op : ops) {
    if (auto sound = check(*op); !sound) return sound;
    bytes += op->bytes.n;
    has_entries = has_entries || !concerns_run(op->kind);
    asks_entries_ = asks_entries_ || (op->kind == WEFT_SOP_KV_PUT && op->last != 0);
  }
  if (ops.empty()) return {};
  if (bytes > commit_bytes_max) return too_large(bytes);
  writer_.start(epoch, ops.size());
  for (const weft_sop* op : ops) writer_.add(*op);
  auto written = write_row([&]() -> Result<bool> {
    entries_.clear();
    for (const weft_sop* op : ops) {
      if (auto fine = admit(*op, epoch); !fine) return fine.error();
    }
    return true;
  });
  if (written && has_entries) entries_head_ = head_;
  return written;
}

Result<void> Store::admit(const weft_sop& op, uint64_t epoch) {
  if (!concerns_run(op.kind)) return asks_entries_ ? admit_entry(op) : Result<void>();
  const std::string_view run = to_view(op.key);
  auto known = seen(run);
  if (!known) return known.error();
  Standing& s = (*known)->standing;
  if (epoch < s.owner && op.kind != WEFT_SOP_FORGET) {
    return Error{Status::fenced, "store.fenced",
                 "run '" + std::string(run) + "' belongs to the owner " + std::to_string(s.owner) +
                     ", and this commit comes from the older owner " + std::to_string(epoch)};
  }
  if (auto fine = expect(op, s); !fine) return fine;
  undo_.emplace_back(*known, s);
  (*known)->touched = tends_;
  s.is_there = true;
  if (op.kind == WEFT_SOP_APPEND) s.last_seq = op.last;
  if (op.kind == WEFT_SOP_SNAPSHOT) s.snapshot = op.seq;
  if (op.kind == WEFT_SOP_FORGET) s = Standing();
  if (op.kind == WEFT_SOP_RUN) {
    s.owner = epoch;
    s.has_ended = is_ended(Value(op.val)["status"_k].as_text());
  }
  return {};
}

// Whether what an operation expects of its run is so.
Result<void> Store::expect(const weft_sop& op, const Standing& s) const {
  // Said only when something is wrong: this is asked for every operation of every commit.
  const auto name = [&] { return "run '" + std::string(to_view(op.key)) + "'"; };
  if (op.kind == WEFT_SOP_APPEND && op.expect != s.last_seq) {
    return conflict(name() + " ends at sequence " + std::to_string(s.last_seq) +
                    ", and this commit expects " + std::to_string(op.expect));
  }
  if (op.kind == WEFT_SOP_SNAPSHOT && op.expect != 0 && op.expect != s.snapshot) {
    return conflict("the latest snapshot of " + name() + " is that of sequence " +
                    std::to_string(s.snapshot) + ", and this commit adds to " +
                    std::to_string(op.expect));
  }
  if (op.kind == WEFT_SOP_FORGET && s.is_there && !s.has_ended) {
    return conflict(name() + " has not ended and cannot be forgotten");
  }
  return {};
}

// What the operations before it did counts, and what any process did.
Result<void> Store::admit_entry(const weft_sop& op) {
  std::string key(op.kind == WEFT_SOP_OUTBOX ? "outbox/" : "");
  key.append(to_view(op.key));
  if (op.kind == WEFT_SOP_KV_PUT && op.last != 0) {
    const auto known = entries_.find(key);
    auto there = known != entries_.end() ? Result<bool>(known->second) : has_entry(key);
    if (!there) return there.error();
    if (*there) return conflict("there is a value under '" + key + "' already");
  }
  entries_[std::move(key)] = op.kind != WEFT_SOP_KV_DELETE;
  return {};
}

Result<Store::Seen*> Store::seen(std::string_view run) {
  if (previous_ != nullptr) {
    if (previous_->run == run) return previous_;
    Seen* guess = previous_->after_of == drops_ ? previous_->after : nullptr;
    if (guess != nullptr && guess->run == run) return previous_ = guess;
  }
  auto found = look_up(run);
  if (!found) return found;
  if (previous_ != nullptr) {
    previous_->after = *found;
    previous_->after_of = drops_;
  }
  return previous_ = *found;
}

Result<Store::Seen*> Store::look_up(std::string_view run) {
  if (const auto it = seen_.find(run); it != seen_.end()) return &it->second;
  auto row = effective(run);
  if (!row) return row.error();
  const auto it = seen_.emplace(run, Seen()).first;
  Seen& s = it->second;
  s.run = it->first;
  s.touched = tends_;
  if (const auto& r = *row; r) {
    s.standing = {r->last_seq, r->owner, r->snapshot, true, weft::sqlite::has_ended(*r)};
  }
  return &s;
}

void Store::drop_seen(std::string_view run) {
  const auto it = seen_.find(run);
  if (it == seen_.end()) return;
  seen_.erase(it);
  previous_ = nullptr;
  ++drops_;
}

void Store::drop_seen_before(uint64_t tend) {
  std::erase_if(seen_, [&](const auto& entry) { return entry.second.touched < tend; });
  previous_ = nullptr;
  ++drops_;
}

// A run as tables and log tell it together. Requires: a transaction is open.
Result<std::optional<RunRow>> Store::effective(std::string_view run) {
  if (auto known = refresh(); !known) return known.error();
  auto row = tables_.run(run);
  if (!row) return row;
  const RunTail* t = tail_.find(run);
  return t != nullptr ? laid_over(std::move(*row), *t) : std::move(*row);
}

Error Store::failed() const {
  Error e{Status::failed, "store.failed", failure_};
  e.hint = "open the store again; what was acknowledged is safe";
  return e;
}

}  // namespace weft::sqlite
