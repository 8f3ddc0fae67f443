// Ownership of runs: epochs, and the adoption of runs whose owner is gone.
#include <unistd.h>

#include <algorithm>
#include <tuple>

#include "store.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr uint64_t log_rows_kept = 1000;

Error fenced(uint64_t epoch) {
  Error e{Status::fenced, "store.fenced",
          "the owner " + std::to_string(epoch) + " is not held by this instance"};
  e.hint = "acquire ownership again";
  return e;
}

}  // namespace

// What many short-lived processes left behind is projected by the one that finds it too long.
Result<void> Store::own(uint32_t verb, weft_owner& owner) {
  if (verb == WEFT_OWNER_ACQUIRE) {
    bool is_long = false;
    {
      const std::scoped_lock lock(mutex_);
      if (auto done = acquire(owner); !done) return done;
      Statement rows(db_, "SELECT coalesce(max(lsn) - min(lsn), 0) FROM log");
      Query q(rows);
      if (auto row = q.step(); !row) return row.error();
      is_long = q.natural_at(0) > log_rows_kept;
    }
    return is_long ? tend() : Result<void>();
  }
  const std::scoped_lock lock(mutex_);
  if (verb != WEFT_OWNER_RENEW && verb != WEFT_OWNER_RELEASE) {
    return Error{Status::unsupported, "store.unsupported",
                 "ownership verb " + std::to_string(verb) + " is not known to store.sqlite 1.0"};
  }
  if (!owners_.holds(owner.epoch)) return fenced(owner.epoch);
  if (verb == WEFT_OWNER_RELEASE) owners_.release(owner.epoch);
  return {};
}

// The lock is taken before the number is committed, so an epoch that is in use is always alive.
Result<void> Store::acquire(weft_owner& owner) {
  if (!failure_.empty()) return failed();
  Statement last(db_, "SELECT coalesce(max(epoch), 0) FROM owners");
  Statement insert(db_, "INSERT INTO owners VALUES(?,?,strftime('%Y-%m-%dT%H:%M:%fZ','now'))");
  Statement forget(db_, "DELETE FROM owners WHERE epoch<?");
  uint64_t epoch = 0;
  const auto attempt = [&]() -> Result<void> {
    Transaction change(db_, brackets_);
    if (auto begun = change.write(); !begun) return begun;
    {
      Query q(last);
      if (auto row = q.step(); !row) return row.error();
      epoch = q.natural_at(0) + 1;
    }
    if (auto held = owners_.hold(epoch); !held) return held;
    auto done = Query(insert).natural(epoch).number(::getpid()).finish();
    if (!done) return done;
    if (done = Query(forget).natural(epoch).finish(); !done) return done;
    return change.commit();
  };
  auto done = attempt();
  if (!done) {
    owners_.release(epoch);
    remember(done.error());
    return done;
  }
  owner.epoch = epoch;
  owner.expires_ns = 0;
  return {};
}

Result<weft_val> Store::claim(const weft_owner& owner, const Wanted& wanted, Arena arena) {
  const std::scoped_lock lock(mutex_);
  if (!owners_.holds(owner.epoch)) return fenced(owner.epoch);
  std::vector<std::string> chosen;
  bool is_own = false;
  auto taken = write_row([&]() -> Result<bool> {
    if (auto known = refresh(); !known) return known.error();
    auto done = wanted.run.empty() ? choose_orphans(wanted.max, chosen)
                                   : choose(wanted.run, owner.epoch, is_own);
    if (!done) return done.error();
    if (!wanted.run.empty()) chosen.emplace_back(wanted.run);
    if (is_own) return false;  // nothing changes, so nothing is written
    writer_.start(owner.epoch, chosen.size());
    for (const std::string& run : chosen) {
      writer_.add_claim(run);
      drop_seen(run);
    }
    return !chosen.empty();
  });
  if (!taken) return taken.error();
  auto timers = timers_of(owner.epoch, wanted);
  if (!timers) return timers.error();

  Builder b(arena);
  b.begin_object();
  b.key("runs"_k);
  b.begin_array();
  for (const std::string& run : chosen) b.text(run);
  b.end_array();
  b.key("due"_k);
  b.begin_array();
  for (const Due& d : timers->due) {
    b.begin_object();
    b.set("run"_k, std::string_view(d.run));
    b.set("seq"_k, d.seq);
    b.set("at_ns"_k, d.at_ns);
    b.end_object();
  }
  b.end_array();
  if (timers->next_ns) b.set("next_due"_k, *timers->next_ns);
  b.end_object();
  return b.take();
}

Result<bool> Store::is_alive(uint64_t epoch, std::map<uint64_t, bool>& known) {
  if (const auto it = known.find(epoch); it != known.end()) return it->second;
  auto alive = owners_.is_alive(epoch);
  if (alive) known[epoch] = *alive;
  return alive;
}

// Whether this run may be claimed, and whether it is the owner's already.
Result<void> Store::choose(std::string_view run, uint64_t epoch, bool& is_own) {
  const std::string name = "run '" + std::string(run) + "'";
  auto row = effective(run);
  if (!row) return row.error();
  if (!*row) return Error{Status::not_found, "store.not_found", name + " does not exist"};
  if (has_ended(**row)) {
    return Error{Status::conflict, "store.ended", name + " has ended and needs no owner"};
  }
  is_own = (*row)->owner == epoch;
  auto alive = owners_.is_alive((*row)->owner);
  if (!alive) return alive.error();
  if (*alive && !is_own) {
    Error e{Status::busy, "store.owned",
            name + " belongs to the live owner " + std::to_string((*row)->owner)};
    e.hint = "ask the process that drives it, or end that process";
    return e;
  }
  return {};
}

// A run that the log speaks of is judged by tables and log together, any other by its row alone.
Result<void> Store::choose_orphans(size_t max, std::vector<std::string>& chosen) {
  std::map<uint64_t, bool> known;
  const auto is_full = [&] { return max != 0 && chosen.size() >= max; };
  auto owners = tables_.open_owners();
  if (!owners) return owners.error();
  for (const uint64_t epoch : *owners) {
    auto alive = is_alive(epoch, known);
    if (!alive) return alive.error();
    if (*alive) continue;
    auto done = tables_.each_open(epoch, [&](std::string_view run) -> Result<bool> {
      if (is_full()) return false;
      if (tail_.find(run) == nullptr) chosen.emplace_back(run);
      return true;
    });
    if (!done) return done;
  }
  for (const auto& [run, changes] : tail_.runs()) {
    if (is_full()) break;
    auto row = effective(run);
    if (!row) return row.error();
    if (!*row || has_ended(**row)) continue;
    auto alive = is_alive((*row)->owner, known);
    if (!alive) return alive.error();
    if (!*alive) chosen.emplace_back(run);
  }
  return {};
}

Result<Store::Timers> Store::timers_of(uint64_t epoch, const Wanted& wanted) {
  Transaction view(db_, brackets_);
  if (auto begun = view.read(); !begun) return begun.error();
  if (auto known = refresh(); !known) return known.error();
  Timers found;
  const auto consider = [&](std::string_view run, uint64_t seq, int64_t at) -> Result<bool> {
    auto row = effective(run);
    if (!row) return row.error();
    if (!*row || (*row)->owner != epoch) return true;
    if (at <= wanted.now_ns) {
      found.due.push_back({at, std::string(run), seq});
      return true;
    }
    if (!found.next_ns || at < *found.next_ns) found.next_ns = at;
    return false;
  };
  auto walked = tables_.each_timer([&](const TimerRow& t) -> Result<bool> {
    const RunTail* changes = tail_.find(t.run);
    if (changes != nullptr && changes->decides_timer(t.seq)) return true;
    return consider(t.run, t.seq, t.at_ns);
  });
  if (!walked) return walked.error();
  for (const auto& [run, changes] : tail_.runs()) {
    for (const auto& [seq, at] : changes.timers) {
      if (!at) continue;
      if (auto on = consider(run, seq, *at); !on) return on.error();
    }
  }
  const auto key = [](const Due& d) { return std::tie(d.at_ns, d.run, d.seq); };
  std::sort(found.due.begin(), found.due.end(),
            [&](const Due& a, const Due& b) { return key(a) < key(b); });
  if (wanted.max != 0 && found.due.size() > wanted.max) {
    found.next_ns = found.due[wanted.max].at_ns;
    found.due.resize(wanted.max);
  }
  if (auto done = view.commit(); !done) return done.error();
  return found;
}

}  // namespace weft::sqlite
