#include "keeper.hpp"

namespace weft::sqlite {
namespace {

// Commits wait for one step. Its cost grows with the runs that it touches more than with what they
// did, so a step of many runs is worth while only when it takes in more of each.
constexpr size_t step_bytes = 1U << 20U;
constexpr size_t step_bytes_per_run = 4U << 10U;

// A step shall fit into memory, or its pages are written twice; checkpoint() gives it back.
constexpr const char* roomy = "PRAGMA cache_size=-16384";

}  // namespace

Result<std::unique_ptr<Keeper>> Keeper::open(const Settings& settings) {
  Settings lazy = settings;
  if (lazy.synchronous == "full") lazy.synchronous = "normal";
  auto db = Database::open(lazy);
  if (!db) return db.error();
  if (auto done = db->run(roomy); !done) return done.error();
  return std::unique_ptr<Keeper>(new Keeper(std::move(*db)));
}

Result<bool> Projection::project() {
  Transaction change(db_, brackets_);
  if (auto begun = change.write(); !begun) return begun.error();
  auto projected = tables_.lsn();
  if (!projected) return projected.error();
  Tail some;
  some.reset(*projected);
  auto more = fold(some);
  if (!more || some.is_empty()) return more;
  if (auto done = tables_.project(some); !done) return done.error();
  if (auto done = change.commit(); !done) return done.error();
  return more;
}

// The row of the run is the truth: it says what was told, and is written with what is told now.
Result<Projection::Hearing> Projection::tell(std::string_view run,
                                             std::span<const weft_event* const> events) {
  Transaction change(db_, brackets_);
  if (auto begun = change.write(); !begun) return begun.error();
  auto row = tables_.run(run);
  if (!row) return row.error();
  if (!*row) return Hearing::unknown;
  const uint64_t first = events.front()->seq;
  if (events.back()->seq > (*row)->last_seq) return Hearing::unprojected;
  if (first != (*row)->told + 1) {
    return Error{Status::conflict, "store.conflict",
                 "run '" + std::string(run) + "' was told up to " + std::to_string((*row)->told) +
                     ", and these events begin at " + std::to_string(first)};
  }
  auto told = story_.write((*row)->id, events);
  if (!told) return told.error();
  if (auto done = tables_.note_told(run, **row, *told); !done) return done.error();
  if (auto done = change.commit(); !done) return done.error();
  return Hearing::heard;
}

Result<bool> Projection::sweep() {
  Transaction change(db_, brackets_);
  if (auto begun = change.write(); !begun) return begun.error();
  auto more = story_.sweep();
  if (!more || !*more) return more;
  if (auto done = change.commit(); !done) return done.error();
  return true;
}

Result<void> Keeper::checkpoint() {
  auto done = db_.checkpoint();
  sqlite3_db_release_memory(db_.raw());
  return done;
}

Result<bool> Projection::fold(Tail& some) {
  Query q(rows_);
  for (size_t bytes = 0;;) {
    auto row = q.step();
    if (!row) return row.error();
    if (!*row) return false;
    if (bytes >= step_bytes + some.runs().size() * step_bytes_per_run) return true;
    if (q.natural_at(0) != some.lsn() + 1) return missing_row(some.lsn() + 1, db_.path());
    auto folded = some.apply(q.bytes_at(1), [](std::string_view) {});
    if (!folded) return folded.error();
    bytes += q.bytes_at(1).size();
  }
}

}  // namespace weft::sqlite
