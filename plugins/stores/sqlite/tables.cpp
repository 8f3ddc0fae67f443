#include "tables.hpp"

#include <algorithm>
#include <cstring>

#include "columns.hpp"
#include "varint.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

// A row of records holds what one step of tend() found of a run, up to about this much.
constexpr size_t packed_bytes_max = 256U << 10U;

}  // namespace

bool has_ended(const RunRow& row) {
  const Held summary(row.summary);
  return is_ended(summary.value()["status"_k].as_text());
}

std::optional<RunRow> laid_over(std::optional<RunRow> stored, const RunTail& t) {
  if (t.is_forgotten) stored.reset();
  if (!t.is_there) return stored;
  RunRow r = std::move(stored).value_or(RunRow{});
  // The journal of a fork begins later; what came before is in that of its base.
  if (r.last_seq == 0 && t.first_seq > 1) r.truncated = t.first_seq - 1;
  if (t.owner) r.owner = *t.owner;
  if (t.last_seq != 0) r.last_seq = t.last_seq;
  if (t.summary) r.summary = *t.summary;
  if (!t.snapshots.empty()) r.snapshot = t.snapshots.back().seq;
  r.truncated = std::max(r.truncated, t.truncated);
  r.told = std::max(r.told, r.truncated);
  return r;
}

Error Tables::damaged(std::string_view table, std::string_view key) const {
  Error e{Status::corrupt, "store.corrupt",
          "'" + db_.path() + "' is damaged: the row of '" + std::string(key) + "' in the table '" +
              std::string(table) + "' does not match its CRC32C"};
  e.hint = "restore the file from a backup";
  return e;
}

Result<uint64_t> Tables::lsn() {
  Query q(lsn_);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row || q.number_at(0) < 0) return damaged("meta", "lsn");
  return q.natural_at(0);
}

Result<RunRow> Tables::read_run(const Query& q, std::string_view run) const {
  RunRow r{q.natural_at(0), q.natural_at(1), q.natural_at(2),           q.natural_at(3),
           q.natural_at(4), q.natural_at(5), std::string(q.bytes_at(6))};
  if (check_of(run, r) != q.number_at(7)) return damaged("runs", run);
  return r;
}

Result<std::optional<RunRow>> Tables::run(std::string_view run) {
  Query q(run_);
  q.text(run);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row) return std::optional<RunRow>();
  auto r = read_run(q, run);
  if (!r) return r.error();
  return std::optional(std::move(*r));
}

Result<std::string_view> Tables::read_entry(const Query& q, std::string_view key) const {
  const std::string_view bytes = q.bytes_at(0);
  if (check_of_entry(key, bytes) != q.number_at(1)) return damaged("kv", key);
  return bytes;
}

Result<std::optional<std::string>> Tables::entry(std::string_view key) {
  Query q(entry_);
  q.text(key);
  auto row = q.step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::string>();
  auto bytes = read_entry(q, key);
  if (!bytes) return bytes.error();
  return std::optional<std::string>(*bytes);
}

Result<Chunk> Tables::read_record(const Query& q, std::string_view run) const {
  const Chunk c{q.natural_at(0), q.natural_at(1), q.bytes_at(2)};
  if (check_of(run, c) != q.number_at(3)) return damaged("records", run);
  return c;
}

bool unpack(std::string_view& packed, Chunk& c) {
  uint64_t more = 0;
  c.first = c.last + 1;
  if (!take_natural(packed, more) || !take_text(packed, c.bytes)) return false;
  c.last = c.first + more;
  return true;
}

Result<TimerRow> Tables::read_timer(const Query& q) const {
  TimerRow t{std::string(q.bytes_at(0)), q.natural_at(1), q.number_at(2)};
  if (check_of(t) != q.number_at(3)) return damaged("timers", t.run);
  return t;
}

Result<std::vector<uint64_t>> Tables::open_owners() {
  std::vector<uint64_t> owners;
  Query q(open_owners_);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return owners;
    owners.push_back(q.natural_at(0));
  }
}

Result<void> Tables::project(const Tail& tail) {
  for (const auto& [run, changes] : tail.runs()) {
    if (changes.is_forgotten) {
      if (auto done = forget(run); !done) return done;
    }
    if (!changes.is_there) continue;
    if (auto done = project_run(run, changes); !done) return done;
    if (auto done = project_records(run, changes); !done) return done;
    if (auto done = project_snapshots(run, changes); !done) return done;
    if (auto done = project_timers(run, changes); !done) return done;
  }
  for (const auto& [key, bytes] : tail.entries()) {
    if (auto done = project_entry(key, bytes); !done) return done;
  }
  if (auto done = Query(drop_log_).natural(tail.lsn()).finish(); !done) return done;
  return Query(set_lsn_).natural(tail.lsn()).finish();
}

// What was told of the run may be much and is taken away later, in small steps; it is found no more
// from here on.
Result<void> Tables::forget(std::string_view run) {
  for (Statement* each : {&forget_id_, &drop_run_, &drop_snapshots_, &drop_timers_}) {
    if (auto done = Query(*each).text(run).finish(); !done) return done;
  }
  return Query(drop_records_).text(run).number(INT64_MAX).finish();
}

Result<void> Tables::project_run(std::string_view run, const RunTail& tail) {
  std::optional<RunRow> known;
  if (!tail.is_forgotten) {
    auto found = this->run(run);
    if (!found) return found.error();
    known = std::move(*found);
  }
  if (!known) return insert_run(run, laid_over({}, tail).value_or(RunRow()));
  const uint64_t owner = known->owner;
  const bool was_untold = known->told < known->last_seq;
  const bool was_open = tail.summary && !has_ended(*known);
  const RunRow r = laid_over(std::move(known), tail).value_or(RunRow());
  if (auto done = mark_untold(r, was_untold); !done) return done;
  if (!tail.summary && owner == r.owner) return advance_run(run, r);
  const bool is_open = !has_ended(r);
  if (owner != r.owner || was_open != is_open) {
    Query q(move_run_);
    q.number(is_open ? 1 : 0).natural(r.owner).natural(r.id);
    if (auto done = q.finish(); !done) return done;
  }
  return update_run(run, r);
}

Result<void> Tables::insert_run(std::string_view run, RunRow r) {
  {
    Query q(next_id_);
    if (auto row = q.step(); !row) return row.error();
    r.id = q.natural_at(0);
  }
  const Held held(r.summary);
  const Columns c = columns_of(held.value());
  Query q(put_run_);
  q.natural(r.id).text(run).text(c.status).text(c.workflow).text(c.definition).text(c.tags);
  q.text(c.created).text(c.updated).text(c.error).number(c.is_ended ? 0 : 1);
  q.number(r.told < r.last_seq ? 1 : 0)
      .natural(r.owner)
      .natural(r.last_seq)
      .natural(r.truncated)
      .natural(r.snapshot)
      .natural(r.told);
  return q.blob(r.summary).number(check_of(run, r)).finish();
}

Result<void> Tables::update_run(std::string_view run, const RunRow& r) {
  const Held held(r.summary);
  const Columns c = columns_of(held.value());
  Query q(update_run_);
  q.text(c.status).text(c.workflow).text(c.definition).text(c.tags).text(c.created);
  q.text(c.updated).text(c.error).natural(r.last_seq).natural(r.truncated).natural(r.snapshot);
  return q.natural(r.told).blob(r.summary).number(check_of(run, r)).natural(r.id).finish();
}

Result<void> Tables::advance_run(std::string_view run, const RunRow& r) {
  Query q(advance_run_);
  q.natural(r.last_seq).natural(r.truncated).natural(r.snapshot).natural(r.told);
  return q.number(check_of(run, r)).natural(r.id).finish();
}

Result<void> Tables::mark_untold(const RunRow& r, bool was_untold) {
  const bool is_untold = r.told < r.last_seq;
  if (is_untold == was_untold) return {};
  return Query(mark_run_).number(is_untold ? 1 : 0).natural(r.id).finish();
}

Result<void> Tables::note_told(std::string_view run, const RunRow& row, const Told& told) {
  RunRow r = row;
  r.told = told.last_seq;
  if (auto done = mark_untold(r, true); !done) return done;
  Query q(tell_run_);
  q.natural(r.told).maybe(told.started).maybe(told.ended).maybe(told.input).maybe(told.output);
  return q.number(check_of(run, r)).natural(r.id).finish();
}

Result<void> Tables::project_records(std::string_view run, const RunTail& tail) {
  if (tail.truncated != 0) {
    auto done = Query(drop_records_).text(run).natural(tail.truncated).finish();
    if (!done) return done;
  }
  Chunk packed;
  std::string bytes_of_all;
  for (const Chunk& c : tail.records) {
    if (bytes_of_all.empty()) packed.first = c.first;
    packed.last = c.last;
    put_natural(bytes_of_all, c.last - c.first);
    put_text(bytes_of_all, c.bytes);
    if (bytes_of_all.size() < packed_bytes_max && &c != &tail.records.back()) continue;
    packed.bytes = bytes_of_all;
    Query q(put_record_);
    q.text(run).natural(packed.first).natural(packed.last).blob(packed.bytes);
    if (auto done = q.number(check_of(run, packed)).finish(); !done) return done;
    bytes_of_all.clear();
  }
  return {};
}

Result<void> Tables::project_snapshots(std::string_view run, const RunTail& tail) {
  if (tail.begins_chain()) {
    if (auto done = Query(drop_snapshots_).text(run).finish(); !done) return done;
  }
  for (const Snapshot& s : tail.snapshots) {
    Query q(put_snapshot_);
    q.text(run).natural(s.seq).natural(s.expect).blob(s.bytes).number(check_of(run, s));
    if (auto done = q.finish(); !done) return done;
  }
  return {};
}

Result<void> Tables::project_timers(std::string_view run, const RunTail& tail) {
  for (const auto& [seq, at] : tail.timers) {
    if (!at) {
      if (auto done = Query(drop_timer_).text(run).natural(seq).finish(); !done) return done;
      continue;
    }
    const TimerRow timer{std::string(run), seq, *at};
    const std::string text = to_rfc3339(*at);
    Query q(put_timer_);
    q.text(run).natural(seq).number(*at).text(text).number(check_of(timer));
    if (auto done = q.finish(); !done) return done;
  }
  return {};
}

Result<void> Tables::project_entry(std::string_view key, std::optional<std::string_view> bytes) {
  if (!bytes) return Query(drop_entry_).text(key).finish();
  return Query(put_entry_).text(key).blob(*bytes).number(check_of_entry(key, *bytes)).finish();
}

}  // namespace weft::sqlite
