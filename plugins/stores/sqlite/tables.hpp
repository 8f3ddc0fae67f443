// The readable tables: what the log was projected into, each row under its own check.
#pragma once

#include <optional>
#include <string>

#include "database.hpp"
#include "tail.hpp"

namespace weft::sqlite {

struct RunRow {
  uint64_t owner = 0, last_seq = 0, truncated = 0;
  std::string summary;  // flat, or empty when none was ever given
};

bool has_ended(const RunRow& row);
// Takes the next record from a packed row; c is the one before it.
bool unpack(std::string_view& packed, Chunk& c);

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
  Result<std::optional<std::pair<uint64_t, std::string>>> snapshot(std::string_view run);

  // each(...) returns Result<bool>: false ends the walk.
  template <class F>
  Result<void> each_run(std::string_view from, F&& each);
  template <class F>
  Result<void> each_entry(std::string_view from, F&& each);
  template <class F>
  Result<void> each_record(std::string_view run, uint64_t from_seq, F&& each);
  template <class F>
  Result<void> each_timer(F&& each);  // in order of time
  // The runs that are not ended and whose owner is that epoch.
  template <class F>
  Result<void> each_open(uint64_t epoch, F&& each);
  Result<std::vector<uint64_t>> open_owners();

  // Writes what a tail says and takes the log up to its end away.
  Result<void> project(const Tail& tail);

 private:
  Result<RunRow> read_run(const Query& q, std::string_view run) const;
  Result<Chunk> read_record(const Query& q, std::string_view run) const;
  Result<std::string_view> read_entry(const Query& q, std::string_view key) const;
  Result<TimerRow> read_timer(const Query& q) const;
  Error damaged(std::string_view table, std::string_view key) const;
  Result<void> project_run(std::string_view run, const RunTail& tail);
  Result<void> project_records(std::string_view run, const RunTail& tail);
  Result<void> project_timers(std::string_view run, const RunTail& tail);
  Result<void> project_entry(std::string_view key, std::optional<std::string_view> bytes);

  Database& db_;
  Statement lsn_{db_, "SELECT value FROM meta WHERE key='lsn'"};
  Statement run_{db_, "SELECT owner, last_seq, truncated, summary, crc FROM runs WHERE run=?"};
  Statement runs_{db_,
                  "SELECT owner, last_seq, truncated, summary, crc, run FROM runs WHERE run>=? "
                  "ORDER BY run"};
  Statement open_{db_, "SELECT run FROM runs WHERE ended=0 AND owner=? ORDER BY rowid"};
  Statement open_owners_{db_, "SELECT DISTINCT owner FROM runs WHERE ended=0"};
  Statement entry_{db_, "SELECT bytes, crc FROM kv WHERE key=?"};
  Statement entries_{db_, "SELECT bytes, crc, key FROM kv WHERE key>=? ORDER BY key"};
  Statement snapshot_{db_, "SELECT seq, bytes, crc FROM snapshots WHERE run=?"};
  Statement records_{db_,
                     "SELECT first_seq, last_seq, bytes, crc FROM records WHERE run=?1 AND "
                     "first_seq >= coalesce((SELECT max(first_seq) FROM records WHERE run=?1 AND "
                     "first_seq<=?2), 0) ORDER BY first_seq"};
  Statement timers_{db_, "SELECT run, seq, at_ns, crc FROM timers ORDER BY at_ns, run, seq"};
  Statement put_run_{db_, "INSERT OR REPLACE INTO runs VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?)"};
  // Leaves the columns alone that are indexed.
  Statement update_run_{db_,
                        "UPDATE runs SET status=?, workflow=?, definition=?, tags=?, created=?, "
                        "updated=?, error=?, last_seq=?, truncated=?, summary=?, crc=? "
                        "WHERE run=?"};
  Statement put_record_{db_, "INSERT INTO records VALUES(?,?,?,?,?)"};
  Statement put_snapshot_{db_, "INSERT OR REPLACE INTO snapshots VALUES(?,?,?,?)"};
  Statement put_timer_{db_, "INSERT OR REPLACE INTO timers VALUES(?,?,?,?,?)"};
  Statement put_entry_{db_, "INSERT OR REPLACE INTO kv VALUES(?,?,?)"};
  Statement drop_records_{db_, "DELETE FROM records WHERE run=? AND last_seq<=?"};
  Statement drop_timer_{db_, "DELETE FROM timers WHERE run=? AND seq=?"};
  Statement drop_entry_{db_, "DELETE FROM kv WHERE key=?"};
  Statement drop_log_{db_, "DELETE FROM log WHERE lsn<=?"};
  Statement set_lsn_{db_, "UPDATE meta SET value=? WHERE key='lsn'"};
};

template <class F>
Result<void> Tables::each_run(std::string_view from, F&& each) {
  Query q(runs_);
  q.text(from);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    const std::string_view run = q.bytes_at(5);
    auto row = read_run(q, run);
    if (!row) return row.error();
    Result<bool> on = each(run, *row);
    if (!on) return on.error();
    if (!*on) return {};
  }
}

template <class F>
Result<void> Tables::each_entry(std::string_view from, F&& each) {
  Query q(entries_);
  q.text(from);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    const std::string_view key = q.bytes_at(2);
    auto bytes = read_entry(q, key);
    if (!bytes) return bytes.error();
    Result<bool> on = each(key, *bytes);
    if (!on) return on.error();
    if (!*on) return {};
  }
}

template <class F>
Result<void> Tables::each_record(std::string_view run, uint64_t from_seq, F&& each) {
  Query q(records_);
  q.text(run).natural(from_seq);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    auto packed = read_record(q, run);
    if (!packed) return packed.error();
    Chunk c{0, packed->first - 1, {}};
    while (!packed->bytes.empty()) {
      if (!unpack(packed->bytes, c)) return damaged("records", run);
      if (auto done = each(c); !done) return done;
    }
  }
}

template <class F>
Result<void> Tables::each_timer(F&& each) {
  Query q(timers_);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    auto timer = read_timer(q);
    if (!timer) return timer.error();
    Result<bool> on = each(*timer);
    if (!on) return on.error();
    if (!*on) return {};
  }
}

template <class F>
Result<void> Tables::each_open(uint64_t epoch, F&& each) {
  Query q(open_);
  q.natural(epoch);
  for (;;) {
    auto more = q.step();
    if (!more) return more.error();
    if (!*more) return {};
    Result<bool> on = each(q.bytes_at(0));
    if (!on) return on.error();
    if (!*on) return {};
  }
}

}  // namespace weft::sqlite
