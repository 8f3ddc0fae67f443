// The store itself: commits to the log, reads over tables and log, ownership, housekeeping.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weft/draft/store.h>
#include <weft/sdk/call.hpp>

#include "database.hpp"
#include "keeper.hpp"
#include "owners.hpp"
#include "tables.hpp"
#include "tail.hpp"

namespace weft::sqlite {

// All functions may be called from any thread; one mutex lets one in at a time. tend() holds it for
// short steps only and checkpoints the WAL outside of it.
class Store final {
 public:
  static Result<std::unique_ptr<Store>> open(const Settings& settings);
  ~Store();

  Result<void> commit(const weft_owner& owner, std::span<const weft_sop* const> ops);
  Result<void> tend();
  Result<void> tell(std::string_view run, std::span<const weft_event* const> events);
  // Before an end in order: what the log holds shall be found in the tables. Costs no sync, and
  // what does not work is left to the next opening.
  void stop();

  Result<void> own(uint32_t verb, weft_owner& owner);
  struct Wanted {
    std::string_view run;  // empty: whatever is orphaned
    int64_t now_ns = 0;
    size_t max = 0;
  };
  Result<weft_val> claim(const weft_owner& owner, const Wanted& wanted, Arena arena);

  Result<weft_val> load(std::string_view run, uint64_t from_seq, const sdk::Call& call);
  Result<weft_val> get(std::string_view key, Arena arena);
  struct Range {
    std::string_view prefix, after;
    size_t max = 0;
  };
  Result<weft_val> scan(const Range& range, Arena arena);

 private:
  Result<weft_val> told_of(uint64_t epoch, Arena arena);
  // What commits check against: how a run stands and who owns it.
  struct Standing {
    uint64_t last_seq = 0, owner = 0, snapshot = 0;
    bool is_there = false, has_ended = false;
  };
  // Runs come in much the same order commit after commit, so each remembers which one followed it.
  struct Seen {
    Standing standing;
    uint64_t touched = 0;  // the number of the tend before which it was used last
    std::string_view run;
    Seen* after = nullptr;
    uint64_t after_of = 0;  // what follows is believed while drops_ is this
  };
  struct Hash {
    using is_transparent = void;
    size_t operator()(std::string_view v) const { return std::hash<std::string_view>()(v); }
  };
  struct Due {
    int64_t at_ns = 0;
    std::string run;
    uint64_t seq = 0;
  };
  struct Timers {
    std::vector<Due> due;
    std::optional<int64_t> next_ns;
  };

  Store(Settings settings, Database db);
  Result<void> recover();
  Result<void> check_log();

  Result<void> refresh();
  Result<void> refresh_entries();
  Result<bool> is_at_head(uint64_t projected);
  Result<void> sync_head();
  template <class F>
  Result<void> write_row(F&& fill);
  Result<void> write_sealed();
  Result<void> admit(const weft_sop& op, uint64_t epoch);
  Result<void> admit_entry(const weft_sop& op);
  Result<void> expect(const weft_sop& op, const Standing& standing) const;
  Result<Seen*> seen(std::string_view run);
  Result<Seen*> look_up(std::string_view run);
  void drop_seen(std::string_view run);
  void drop_seen_before(uint64_t tend);
  Result<std::optional<RunRow>> effective(std::string_view run);
  Result<void> need_keeper();
  template <class F>
  Result<void> in_steps(F&& step);
  Result<void> project_all();
  Result<Projection::Hearing> hear(std::string_view run, std::span<const weft_event* const> events);
  void let_commits_pass();
  void remember(const Error& error);
  Error failed() const;

  Result<void> acquire(weft_owner& owner);
  Result<void> choose(std::string_view run, uint64_t epoch, bool& is_own);
  Result<void> choose_orphans(size_t max, std::vector<std::string>& chosen);
  Result<bool> is_alive(uint64_t epoch, std::map<uint64_t, bool>& known);
  Result<Timers> timers_of(uint64_t epoch, const Wanted& wanted);

  struct Part;
  class Listing;
  struct Reading {
    std::string_view run;
    uint64_t from_seq = 0;
    RunRow row;
  };
  Result<uint64_t> emit_snapshots(const Reading& reading, const sdk::Call& call);
  Result<void> emit_records(const Reading& reading, const sdk::Call& call);
  Result<bool> has_entry(std::string_view key);
  Result<void> list_runs(Listing& list);
  Result<void> list_untold(Listing& list);
  Result<void> list_entries(Listing& list);
  Result<void> list_timers(Listing& list);

  const Settings settings_;

  std::mutex mutex_;  // guards all that follows
  Database db_;
  Brackets brackets_{db_};
  Tables tables_{db_};
  Statement insert_{db_, "INSERT INTO log(lsn, bytes) VALUES(?,?)"};
  Statement last_{db_, "SELECT max(lsn) FROM log"};
  Statement rows_{db_, "SELECT lsn, bytes FROM log WHERE lsn>? ORDER BY lsn"};
  Owners owners_;
  Tail tail_;
  uint64_t head_ = 0;          // the last row of the log that this instance wrote or saw
  uint64_t entries_head_ = 0;  // the last row that it wrote which names an entry
  RowWriter writer_;
  std::unordered_map<std::string, Seen, Hash, std::equal_to<>> seen_;
  Seen* previous_ = nullptr;  // the run that was seen last
  uint64_t drops_ = 0;        // how often something was taken out of seen_
  std::vector<std::pair<Seen*, Standing>> undo_;
  // Whether there is an entry, as the commit under way leaves it so far; kept when a put asks.
  std::unordered_map<std::string, bool> entries_;
  bool asks_entries_ = false;
  uint64_t tends_ = 0;
  std::string failure_;  // why nothing is written any more, or empty

  std::atomic<uint32_t> waiting_ = 0;  // commits that stand before mutex_
  std::atomic<uint64_t> passed_ = 0;   // commits that went through it
  std::mutex tend_mutex_;
  std::unique_ptr<Keeper> keeper_;
};

// Everything between taking the file for writing and having written one row. fill() returns
// Result<bool>: whether there is something to write.
template <class F>
Result<void> Store::write_row(F&& fill) {
  if (!failure_.empty()) return failed();
  undo_.clear();
  const auto attempt = [&]() -> Result<void> {
    Transaction change(db_, brackets_);
    if (auto begun = change.write(); !begun) return begun;
    if (auto known = sync_head(); !known) return known;
    Result<bool> wanted = fill();
    if (!wanted) return wanted.error();
    if (!*wanted) return {};
    if (auto written = write_sealed(); !written) return written;
    if (auto done = change.commit(); !done) return done;
    ++head_;
    return {};
  };
  auto done = attempt();
  if (done) return done;
  for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) it->first->standing = it->second;
  remember(done.error());
  return done;
}

}  // namespace weft::sqlite
