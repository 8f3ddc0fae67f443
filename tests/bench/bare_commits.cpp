#include "bare_commits.hpp"

#include "bench.hpp"
#include "world.hpp"

namespace bench {

BareCommits::BareCommits() : path_(scratch_file("bare.db")) {
  if (sqlite3_open(path_.c_str(), &db_) != SQLITE_OK) stop("cannot open a database to compare");
  sqlite3_exec(db_,
               "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; "
               "PRAGMA wal_autocheckpoint=0; CREATE TABLE log(lsn INTEGER PRIMARY KEY, "
               "bytes BLOB)",
               nullptr, nullptr, nullptr);
  sqlite3_prepare_v2(db_, "INSERT INTO log(bytes) VALUES(?)", -1, &insert_, nullptr);
}

BareCommits::~BareCommits() {
  sqlite3_finalize(insert_);
  sqlite3_close(db_);
  remove_store(path_);
}

double BareCommits::one_ns() {
  const auto start = Clock::now();
  sqlite3_bind_blob(insert_, 1, bytes_.data(), static_cast<int>(bytes_.size()), SQLITE_STATIC);
  if (sqlite3_step(insert_) != SQLITE_DONE) stop("a bare commit failed");
  sqlite3_reset(insert_);
  return ns_since(start);
}

}  // namespace bench
