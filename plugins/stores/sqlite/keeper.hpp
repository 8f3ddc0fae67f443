// The housekeeper: moves the log into the readable tables and the WAL into the file.
#pragma once

#include <memory>
#include <span>

#include "database.hpp"
#include "story.hpp"
#include "tables.hpp"

namespace weft::sqlite {

// What fills the tables from the log, and from what is told. A step is small, so that commits wait
// for a short while only. Requires: no other connection of this store writes meanwhile.
class Projection final {
 public:
  explicit Projection(Database& db) : db_(db) {}

  // Projects some rows of the log; whether more wait.
  Result<bool> project();
  // Takes the next events of a run, unless the log has to be projected first.
  enum class Hearing { heard, unprojected, unknown };
  Result<Hearing> tell(std::string_view run, std::span<const weft_event* const> events);
  // Takes away some of what was told of runs that were forgotten; whether there is more.
  Result<bool> sweep();

 private:
  Result<bool> fold(Tail& some);

  Database& db_;
  Brackets brackets_{db_};
  Tables tables_{db_};
  Story story_{db_};
  Statement rows_{db_, "SELECT lsn, bytes FROM log ORDER BY lsn"};
};

// Works on a connection of its own. What it projects is not synced: were it lost, the rows of the
// log would still be there, and the next commit syncs both.
class Keeper final {
 public:
  static Result<std::unique_ptr<Keeper>> open(const Settings& settings);

  Projection& projection() { return projection_; }
  // May run beside commits and reads.
  Result<void> checkpoint();
  void abandon() { db_.abandon(); }

 private:
  explicit Keeper(Database db) : db_(std::move(db)) {}

  Database db_;
  Projection projection_{db_};
};

}  // namespace weft::sqlite
