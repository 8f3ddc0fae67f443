// The readable tables: what the log was projected into, each row under its own check.
#pragma once

#include <optional>
#include <string>

#include "checks.hpp"
#include "database.hpp"
#include "tail.hpp"

namespace weft::sqlite {

struct RunRow {
  uint64_t id = 0;  // of the row; 0: there is none yet
  uint64_t owner = 0, last_seq = 0, truncated = 0;
  uint64_t snapshot = 0;  // the sequence of the latest one; 0: there is none
  uint64_t told = 0;      // up to here its events are readable, or can never be
  std::string summary;    // flat, or empty when none was ever given
};

bool has_ended(const RunRow& row);
// A run as table and log tell it together; nothing when it is in neither, or was forgotten.
std::optional<RunRow> laid_over(std::optional<RunRow> stored, const RunTail& tail);
// Takes the next record from a packed row; c is the one before it.
bool unpack(std::string_view& packed, Chunk& c);

// What the events that were told say of a run itself; null is left as it is.
struct Told {
  uint64_t last_seq = 0;
  std::optional<std::string> started, ended, input, output;
};

struct TimerRow {
  std::string run;
  uint64_t seq = 0;
  int64_t at_ns = 0;
};

// Requires: calls stand inside a transaction. A row whose check fails is CORRUPT, never returned.
class Tables final {
 public:
  explicit Tables(Database& db) : db_(db) {}

  Result<uint64_t> lsn();  // up to here the log is in the tables
  Result<std::optional<RunRow>> run(std::string_view run);
  Result<std::optional<std::string>> entry(std::string_view key);

  // each(...) returns Result<bool>: false ends the walk.
  template <class F>
  Result<void> each_run(std::string_view from, F&& each) {
    return each_of(runs_, from, each);
  }
  // Those with events that were not told.
  template <class F>
  Result<void> each_untold(std::string_view from, F&& each) {
    return each_of(untold_, from, each);
  }
  template <class F>
  Result<void> each_entry(std::string_view from, F&& each);
  template <class F>
  Result<void> each_record(std::string_view run, uint64_t from_seq, F&& each);
  template <class F>
  Result<void> each_snapshot(std::string_view run,
                             F&& each);  // in order; each returns Result<void>
  template <class F>
  Result<void> each_timer(F&& each);  // in order of time
  // The runs that are not ended and whose owner is that epoch.
  template <class F>
  Result<void> each_open(uint64_t epoch, F&& each);
  Result<std::vector<uint64_t>> open_owners();

  // Writes what a tail says and takes the log up to its end away.
  Result<void> project(const Tail& tail);
  // Writes a run whose row is there, with what was told of it.
  Result<void> note_told(std::string_view run, const RunRow& row, const Told& told);

 private:
  Result<RunRow> read_run(const Query& q, std::string_view run) const;
  Result<Chunk> read_record(const Query& q, std::string_view run) const;
  Result<std::string_view> read_entry(const Query& q, std::string_view key) const;
  Result<TimerRow> read_timer(const Query& q) const;
  Error damaged(std::string_view table, std::string_view key) const;
  template <class F>
  Result<void> walk(Query& q, F&& each);
  template <class F>
  Result<void> each_of(Statement& runs, std::string_view from, F& each);
  Result<void> forget(std::string_view run);
  Result<void> project_run(std::string_view run, const RunTail& tail);
  Result<void> insert_run(std::string_view run, RunRow row);
  Result<void> update_run(std::string_view run, const RunRow& row);
  Result<void> advance_run(std::string_view run, const RunRow& row);
  Result<void> mark_untold(const RunRow& row, bool was_untold);
  Result<void> project_records(std::string_view run, const RunTail& tail);
  Result<void> project_snapshots(std::string_view run, const RunTail& tail);
  Result<void> project_timers(std::string_view run, const RunTail& tail);
  Result<void> project_entry(std::string_view key, std::optional<std::string_view> bytes);

  Database& db_;
  Statement lsn_{db_, "SELECT value FROM meta WHERE key='lsn'"};
  Statement run_{db_,
                 "SELECT id, owner, last_seq, truncated, snapshot_seq, told_seq, summary, crc "
                 "FROM runs WHERE run=?"};
  Statement runs_{db_,
                  "SELECT id, owner, last_seq, truncated, snapshot_seq, told_seq, summary, crc, "
                  "run FROM runs WHERE run>=? ORDER BY run"};
  Statement untold_{db_,
                    "SELECT id, owner, last_seq, truncated, snapshot_seq, told_seq, summary, crc, "
                    "run FROM runs WHERE is_untold=1 AND run>=? ORDER BY run"};
  Statement open_{db_, "SELECT run FROM runs WHERE is_open=1 AND owner=? ORDER BY id"};
  Statement open_owners_{db_, "SELECT DISTINCT owner FROM runs WHERE is_open=1"};
  Statement entry_{db_, "SELECT bytes, crc FROM kv WHERE key=?"};
  Statement entries_{db_, "SELECT bytes, crc, key FROM kv WHERE key>=? ORDER BY key"};
  Statement snapshots_{db_,
                       "SELECT seq, expect, bytes, crc FROM snapshots WHERE run=? ORDER BY seq"};
  Statement records_{db_,
                     "SELECT first_seq, last_seq, bytes, crc FROM records WHERE run=?1 AND "
                     "first_seq >= coalesce((SELECT max(first_seq) FROM records WHERE run=?1 AND "
                     "first_seq<=?2), 0) ORDER BY first_seq"};
  Statement timers_{db_, "SELECT run, seq, at_ns, crc FROM timers ORDER BY at_ns, run, seq"};
  Statement put_run_{db_,
                     "INSERT INTO runs(id, run, status, workflow, definition, tags, created, "
                     "updated, error, is_open, is_untold, owner, last_seq, truncated, "
                     "snapshot_seq, told_seq, summary, crc) "
                     "VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
  // These leave the columns alone that indexes are made of; most often only a run's end moves on.
  Statement update_run_{db_,
                        "UPDATE runs SET status=?, workflow=?, definition=?, tags=?, created=?, "
                        "updated=?, error=?, last_seq=?, truncated=?, snapshot_seq=?, told_seq=?, "
                        "summary=?, crc=? WHERE id=?"};
  Statement advance_run_{db_,
                         "UPDATE runs SET last_seq=?, truncated=?, snapshot_seq=?, told_seq=?, "
                         "crc=? WHERE id=?"};
  Statement move_run_{db_, "UPDATE runs SET is_open=?, owner=? WHERE id=?"};
  Statement mark_run_{db_, "UPDATE runs SET is_untold=? WHERE id=?"};
  Statement tell_run_{db_,
                      "UPDATE runs SET told_seq=?, started=coalesce(started, ?), "
                      "ended=coalesce(?, ended), input=coalesce(input, ?), "
                      "output=coalesce(?, output), crc=? WHERE id=?"};
  // A number is free again only when nothing is left of what was told of its run.
  Statement next_id_{db_,
                     "SELECT 1 + max(coalesce((SELECT max(id) FROM runs), 0), "
                     "coalesce((SELECT max(id) FROM forgotten), 0))"};
  Statement drop_run_{db_, "DELETE FROM runs WHERE run=?"};
  Statement forget_id_{db_, "INSERT INTO forgotten SELECT id FROM runs WHERE run=?"};
  Statement put_record_{db_, "INSERT INTO records VALUES(?,?,?,?,?)"};
  Statement put_snapshot_{db_, "INSERT OR REPLACE INTO snapshots VALUES(?,?,?,?,?)"};
  Statement put_timer_{db_, "INSERT OR REPLACE INTO timers VALUES(?,?,?,?,?)"};
  Statement put_entry_{db_, "INSERT OR REPLACE INTO kv VALUES(?,?,?)"};
  Statement drop_records_{db_, "DELETE FROM records WHERE run=? AND last_seq<=?"};
  Statement drop_snapshots_{db_, "DELETE FROM snapshots WHERE run=?"};
  Statement drop_timers_{db_, "DELETE FROM timers WHERE run=?"};
  Statement drop_timer_{db_, "DELETE FROM timers WHERE run=? AND seq=?"};
  Statement drop_entry_{db_, "DELETE FROM kv WHERE key=?"};
  Statement drop_log_{db_, "DELETE FROM log WHERE lsn<=?"};
  Statement set_lsn_{db_, "UPDATE meta SET value=? WHERE key='lsn'"};
};

// each() looks at the row and says whether to go on.
template <class F>
Result<void> Tables::walk(Query& q, F&& each) {
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    Result<bool> on = each();
    if (!on) return on.error();
    if (!*on) return {};
  }
}

template <class F>
Result<void> Tables::each_of(Statement& runs, std::string_view from, F& each) {
  Query q(runs);
  q.text(from);
  return walk(q, [&]() -> Result<bool> {
    const std::string_view run = q.bytes_at(8);
    auto row = read_run(q, run);
    if (!row) return row.error();
    return each(run, *row);
  });
}

template <class F>
Result<void> Tables::each_entry(std::string_view from, F&& each) {
  Query q(entries_);
  q.text(from);
  return walk(q, [&]() -> Result<bool> {
    const std::string_view key = q.bytes_at(2);
    auto bytes = read_entry(q, key);
    if (!bytes) return bytes.error();
    return each(key, *bytes);
  });
}

template <class F>
Result<void> Tables::each_record(std::string_view run, uint64_t from_seq, F&& each) {
  Query q(records_);
  q.text(run).natural(from_seq);
  return walk(q, [&]() -> Result<bool> {
    auto packed = read_record(q, run);
    if (!packed) return packed.error();
    Chunk c{0, packed->first - 1, {}};
    while (!packed->bytes.empty()) {
      if (!unpack(packed->bytes, c)) return damaged("records", run);
      if (auto done = each(c); !done) return done.error();
    }
    return true;
  });
}

template <class F>
Result<void> Tables::each_snapshot(std::string_view run, F&& each) {
  Query q(snapshots_);
  q.text(run);
  return walk(q, [&]() -> Result<bool> {
    const Snapshot s{q.natural_at(0), q.natural_at(1), q.bytes_at(2)};
    if (check_of(run, s) != q.number_at(3)) return damaged("snapshots", run);
    if (auto done = each(s); !done) return done.error();
    return true;
  });
}

template <class F>
Result<void> Tables::each_timer(F&& each) {
  Query q(timers_);
  return walk(q, [&]() -> Result<bool> {
    auto timer = read_timer(q);
    if (!timer) return timer.error();
    return each(*timer);
  });
}

template <class F>
Result<void> Tables::each_open(uint64_t epoch, F&& each) {
  Query q(open_);
  q.natural(epoch);
  return walk(q, [&]() -> Result<bool> { return each(q.bytes_at(0)); });
}

}  // namespace weft::sqlite
