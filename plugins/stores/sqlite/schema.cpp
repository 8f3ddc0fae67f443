#include "schema.hpp"

#include "crc32c.hpp"
#include "migrations.hpp"

namespace weft::sqlite {
namespace {

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

// What SQLite believes of the tables, which no check of a row would notice when it changed.
Result<int64_t> check_of_schema(Database& db) {
  Statement statement(db,
                      "SELECT type || ' ' || name || ' ' || rootpage || ' ' || ifnull(sql, '') "
                      "FROM sqlite_schema WHERE name NOT LIKE 'sqlite_stat%' ORDER BY rowid");
  Query query(statement);
  uint32_t crc = 0;
  for (;;) {
    auto row = query.step();
    if (!row) return row.error();
    if (!*row) return crc;
    crc = crc32c(query.bytes_at(0), crc);
  }
}

Result<void> set_meta(Database& db, const char* key, int64_t value) {
  Statement statement(db, "INSERT OR REPLACE INTO meta VALUES(?,?)");
  return Query(statement).text(key).number(value).finish();
}

// VACUUM, or an index that somebody added, changes the tables too; then all pages must agree.
Result<void> accept(Database& db, int64_t found) {
  Statement check(db, "PRAGMA quick_check(1)");
  {
    Query q(check);
    auto row = q.step();
    if (!row) return row.error();
    if (!*row || q.bytes_at(0) != "ok") {
      Error e{Status::corrupt, "store.corrupt",
              "the tables of '" + db.path() + "' are damaged: " + std::string(q.bytes_at(0))};
      e.hint = "restore the file from a backup";
      return e;
    }
  }
  return set_meta(db, "schema_crc", found);
}

Result<void> confirm(Database& db) {
  auto found = check_of_schema(db);
  if (!found) return found.error();
  auto noted = number_of(db, "SELECT value FROM meta WHERE key='schema_crc'");
  if (!noted) return noted.error();
  if (*found == *noted) return {};
  return accept(db, *found);
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
  if (*version == schema_version) return confirm(db);
  Brackets brackets(db);
  Transaction change(db, brackets);
  if (auto begun = change.write(); !begun) return begun;
  version = version_of(db);  // another process may have been faster
  if (!version) return version.error();
  if (*version < 0 || *version > schema_version) return refuse(db, *version);
  if (*version == schema_version) return confirm(db);
  for (int64_t v = *version; v < schema_version; ++v) {
    if (auto done = migrate(db, v); !done) return done;
  }
  auto crc = check_of_schema(db);
  if (!crc) return crc.error();
  if (auto done = set_meta(db, "schema_crc", *crc); !done) return done;
  if (auto done = set_meta(db, "schema", schema_version); !done) return done;
  return change.commit();
}

}  // namespace weft::sqlite
