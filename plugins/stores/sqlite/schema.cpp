#include "schema.hpp"

namespace weft::sqlite {
namespace {

// Migration i leads from version i to i + 1. They are never edited, only added to.
constexpr const char* migrations[schema_version] = {R"sql(
CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO meta VALUES('schema', 0), ('lsn', 0);
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
  crc INTEGER NOT NULL, PRIMARY KEY(run, first_seq)) WITHOUT ROWID;
CREATE TABLE snapshots(
  run TEXT PRIMARY KEY, seq INTEGER NOT NULL, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE timers(
  run TEXT NOT NULL, seq INTEGER NOT NULL, at_ns INTEGER NOT NULL, at TEXT NOT NULL,
  crc INTEGER NOT NULL, PRIMARY KEY(run, seq)) WITHOUT ROWID;
CREATE INDEX timers_due ON timers(at_ns);
CREATE TABLE kv(key TEXT PRIMARY KEY, bytes BLOB NOT NULL, crc INTEGER NOT NULL);
)sql"};

Result<int64_t> number_of(Database& db, const char* sql) {
  Statement statement(db, sql);
  Query query(statement);
  auto row = query.step();
  if (!row) return row.error();
  return *row ? query.number_at(0) : -1;
}

// 0 for an empty file.
Result<int64_t> version_of(Database& db) {
  auto tables = number_of(db, "SELECT count(*) FROM sqlite_schema");
  if (!tables || *tables == 0) return tables;
  auto ours = number_of(
      db, "SELECT count(*) FROM sqlite_schema WHERE type='table' AND name IN ('meta', 'log')");
  if (!ours) return ours;
  if (*ours == 2) return number_of(db, "SELECT value FROM meta WHERE key='schema'");
  Error e{Status::failed, "store.foreign",
          "'" + db.path() + "' is an SQLite file of another program"};
  e.hint = "give another path";
  return e;
}

Result<void> refuse(const Database& db, int64_t version) {
  Error e{Status::failed, "store.newer",
          "'" + db.path() + "' has schema version " + std::to_string(version) +
              ", and this plugin knows versions up to " + std::to_string(schema_version)};
  e.hint = "use the newer weft that wrote it; files are never migrated back";
  if (version < 0) {
    e = {Status::corrupt, "store.corrupt", "'" + db.path() + "' has lost its schema version"};
    e.hint = "restore the file from a backup";
  }
  return e;
}

}  // namespace

Result<void> prepare_schema(Database& db) {
  auto version = version_of(db);
  if (!version) return version.error();
  if (*version == schema_version) return {};
  Brackets brackets(db);
  Transaction change(db, brackets);
  if (auto begun = change.write(); !begun) return begun;
  version = version_of(db);  // another process may have been faster
  if (!version) return version.error();
  if (*version < 0 || *version > schema_version) return refuse(db, *version);
  for (int64_t v = *version; v < schema_version; ++v) {
    if (auto done = db.run(migrations[v]); !done) return done;
  }
  const std::string set =
      "UPDATE meta SET value=" + std::to_string(schema_version) + " WHERE key='schema'";
  if (auto done = db.run(set.c_str()); !done) return done;
  return change.commit();
}

}  // namespace weft::sqlite
