// The housekeeper: moves the log into the readable tables and the WAL into the file.
#pragma once

#include <memory>

#include "database.hpp"
#include "tables.hpp"

namespace weft::sqlite {

// Works on a connection of its own. What it projects is not synced: were it lost, the rows of the
// log would still be there, and the next commit syncs both.
class Keeper final {
 public:
  static Result<std::unique_ptr<Keeper>> open(const Settings& settings);

  // Projects some rows of the log, so that commits wait for a short while only. Whether more wait.
  // Requires: no other connection of this store writes meanwhile.
  Result<bool> project();
  // May run beside commits and reads.
  Result<void> checkpoint() { return db_.checkpoint(); }
  void abandon() { db_.abandon(); }

 private:
  explicit Keeper(Database db) : db_(std::move(db)) {}
  Result<bool> fold(Tail& some);

  Database db_;
  Brackets brackets_{db_};
  Tables tables_{db_};
  Statement rows_{db_, "SELECT lsn, bytes FROM log ORDER BY lsn"};
};

}  // namespace weft::sqlite
