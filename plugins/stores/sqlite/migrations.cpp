#include "migrations.hpp"

#include "checks.hpp"

namespace weft::sqlite {
namespace {

constexpr const char* first = R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('lsn', 0);
CREATE TABLE log(lsn INTEGER PRIMARY KEY, bytes BLOB NOT NULL);
CREATE TABLE owners(epoch INTEGER PRIMARY KEY, pid INTEGER NOT NULL, acquired TEXT NOT NULL);
CREATE TABLE runs(
  run TEXT PRIMARY KEY, status TEXT NOT NULL, workflow TEXT NOT NULL, definition TEXT NOT NULL,
  tags TEXT NOT NULL, created TEXT NOT NULL, updated TEXT NOT NULL, error TEXT NOT NULL,
  ended INTEGER NOT NULL, owner INTEGER NOT NULL, last_seq INTEGER NOT NULL,
  truncated INTEGER NOT NULL, summary BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE INDEX runs_open ON runs(owner) WHERE ended = 0;
CREATE TABLE records(
  run TEXT NOT NULL, first_seq INTEGER NOT NULL, last_seq INTEGER NOT NULL, bytes BLOB NOT NULL,
  crc INTEGER NOT NULL);
CREATE UNIQUE INDEX records_of ON records(run, first_seq);
CREATE TABLE snapshots(
  run TEXT PRIMARY KEY, seq INTEGER NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE timers(
  run TEXT NOT NULL, seq INTEGER NOT NULL, at_ns INTEGER NOT NULL, at TEXT NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY(run, seq)) WITHOUT ROWID;
CREATE INDEX timers_due ON timers(at_ns);
CREATE TABLE kv(key TEXT PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
)sql";

// Runs get a number of their own, so that what is told of them is small; snapshots become chains.
// A row whose check failed before keeps the difference, so its damage is still noticed.
constexpr const char* numbers_and_chains = R"sql(
CREATE TABLE runs_2(
  id INTEGER PRIMARY KEY, run TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
  workflow TEXT NOT NULL, definition TEXT NOT NULL, tags TEXT NOT NULL, created TEXT NOT NULL,
  started TEXT, updated TEXT NOT NULL, ended TEXT, input TEXT, output TEXT, error TEXT NOT NULL,
  is_open INTEGER NOT NULL, is_untold INTEGER NOT NULL, owner INTEGER NOT NULL,
  last_seq INTEGER NOT NULL, truncated INTEGER NOT NULL, snapshot_seq INTEGER NOT NULL,
  told_seq INTEGER NOT NULL, summary BLOB NOT NULL, crc INTEGER NOT NULL);
INSERT INTO runs_2
  SELECT id, run, status, workflow, definition, tags, created, NULL, updated, NULL, NULL,
    NULL, error, 1 - ended, truncated < last_seq, owner, last_seq, truncated, snapshot, truncated,
    summary,
    weft_check('runs', id, run, owner, last_seq, truncated, snapshot, truncated, summary) + crc -
    weft_check('runs', run, owner, last_seq, truncated, summary)
  FROM (SELECT row_number() OVER (ORDER BY rowid) AS id, *,
    coalesce((SELECT seq FROM snapshots WHERE snapshots.run = runs.run), 0) AS snapshot FROM runs);
DROP TABLE runs;
ALTER TABLE runs_2 RENAME TO runs;
CREATE INDEX runs_open ON runs(owner) WHERE is_open = 1;
CREATE INDEX runs_untold ON runs(run) WHERE is_untold = 1;
CREATE TABLE snapshots_2(
  run TEXT NOT NULL, seq INTEGER NOT NULL, expect INTEGER NOT NULL, bytes BLOB NOT NULL,
  crc INTEGER NOT NULL);
INSERT INTO snapshots_2
  SELECT run, seq, 0, bytes, weft_check('snapshots', run, seq, 0, bytes) + crc -
    weft_check('snapshots', run, seq, bytes)
  FROM snapshots;
DROP TABLE snapshots;
ALTER TABLE snapshots_2 RENAME TO snapshots;
CREATE UNIQUE INDEX snapshots_of ON snapshots(run, seq);
CREATE TABLE forgotten(id INTEGER PRIMARY KEY);
)sql";

constexpr const char* what_was_told = R"sql(
CREATE TABLE told_events(
  id INTEGER NOT NULL, seq INTEGER NOT NULL, time_ns INTEGER NOT NULL, type TEXT NOT NULL,
  step TEXT, attempt INTEGER NOT NULL, data TEXT, PRIMARY KEY(id, seq)) WITHOUT ROWID;
CREATE TABLE told_steps(
  id INTEGER NOT NULL, step TEXT NOT NULL, attempt INTEGER NOT NULL, status TEXT NOT NULL,
  started_ns INTEGER, ended_ns INTEGER, input_seq INTEGER, output_seq INTEGER, error_seq INTEGER,
  PRIMARY KEY(id, step, attempt)) WITHOUT ROWID;
CREATE TABLE told_signals(
  id INTEGER NOT NULL, seq INTEGER NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
  consumed_seq INTEGER, PRIMARY KEY(id, seq)) WITHOUT ROWID;
CREATE TABLE told_artifacts(
  id INTEGER NOT NULL, sha256 TEXT NOT NULL, bytes INTEGER NOT NULL, seq INTEGER NOT NULL,
  PRIMARY KEY(id, sha256)) WITHOUT ROWID;
CREATE INDEX artifacts_of ON told_artifacts(sha256);
CREATE VIEW events AS
  SELECT r.run, e.seq,
    strftime('%Y-%m-%dT%H:%M:%S', e.time_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', e.time_ns % 1000000000) AS time,
    e.type, e.step, e.attempt, e.data
  FROM runs r JOIN told_events e ON e.id = r.id;
CREATE VIEW steps AS
  SELECT r.run, s.step, s.attempt, s.status,
    (SELECT data FROM told_events e WHERE e.id = s.id AND e.seq = s.input_seq) AS input,
    (SELECT data FROM told_events e WHERE e.id = s.id AND e.seq = s.output_seq) AS output,
    (SELECT CASE type WHEN 'workflow.step.retried' THEN json_extract(data, '$.error') ELSE data END
      FROM told_events e WHERE e.id = s.id AND e.seq = s.error_seq) AS error,
    strftime('%Y-%m-%dT%H:%M:%S', s.started_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', s.started_ns % 1000000000) AS started,
    strftime('%Y-%m-%dT%H:%M:%S', s.ended_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', s.ended_ns % 1000000000) AS ended,
    (s.ended_ns - s.started_ns) / 1e6 AS duration_ms
  FROM runs r JOIN told_steps s ON s.id = r.id;
CREATE VIEW signals AS
  SELECT r.run, s.seq, s.name, s.status, json_extract(e.data, '$.data') AS data,
    strftime('%Y-%m-%dT%H:%M:%S', e.time_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', e.time_ns % 1000000000) AS received,
    strftime('%Y-%m-%dT%H:%M:%S', c.time_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', c.time_ns % 1000000000) AS consumed,
    c.step AS consumed_by
  FROM runs r JOIN told_signals s ON s.id = r.id
  JOIN told_events e ON e.id = s.id AND e.seq = s.seq
  LEFT JOIN told_events c ON c.id = s.id AND c.seq = s.consumed_seq;
CREATE VIEW artifacts AS
  SELECT r.run, a.sha256, a.bytes, e.step,
    strftime('%Y-%m-%dT%H:%M:%S', e.time_ns / 1000000000, 'unixepoch') ||
      printf('.%09dZ', e.time_ns % 1000000000) AS created
  FROM runs r JOIN told_artifacts a ON a.id = r.id
  JOIN told_events e ON e.id = a.id AND e.seq = a.seq
  UNION ALL
  SELECT NULL, substr(key, 6), length(bytes), NULL, NULL FROM kv
  WHERE key >= 'blob/' AND key < 'blob0' AND
    substr(key, 6) NOT IN (SELECT sha256 FROM told_artifacts);
)sql";

void add_argument(Check& check, sqlite3_value* value) {
  if (sqlite3_value_type(value) == SQLITE_INTEGER) {
    check.number(static_cast<uint64_t>(sqlite3_value_int64(value)));
    return;
  }
  const void* bytes = sqlite3_value_blob(value);
  const auto n = static_cast<size_t>(sqlite3_value_bytes(value));
  check.text(n > 0 ? std::string_view(static_cast<const char*>(bytes), n) : std::string_view());
}

// weft_check(table, column, ...), so that a migration can move rows without leaving SQL.
void check_in_sql(sqlite3_context* context, int n, sqlite3_value** values) {
  Check check({static_cast<const char*>(sqlite3_value_blob(values[0])),
               static_cast<size_t>(sqlite3_value_bytes(values[0]))});
  for (int i = 1; i < n; ++i) add_argument(check, values[i]);
  sqlite3_result_int64(context, check.value());
}

Result<void> to_second(Database& db) {
  const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_DIRECTONLY;
  sqlite3_create_function(db.raw(), "weft_check", -1, flags, nullptr, check_in_sql, nullptr,
                          nullptr);
  auto done = db.run(numbers_and_chains);
  sqlite3_create_function(db.raw(), "weft_check", -1, flags, nullptr, nullptr, nullptr, nullptr);
  if (!done) return done;
  return db.run(what_was_told);
}

}  // namespace

// A migration is never edited once it was shipped, only followed by another.
Result<void> migrate(Database& db, int64_t from) {
  return from == 0 ? db.run(first) : to_second(db);
}

}  // namespace weft::sqlite
