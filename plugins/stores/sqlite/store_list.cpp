// Lists: what lies in a range of keys, in order. Tables and log tail are always seen together.
#include <algorithm>
#include <cstdio>

#include "columns.hpp"
#include "store.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr std::string_view run_prefix = "run/";
constexpr std::string_view timer_prefix = "timer/";
constexpr std::string_view untold_prefix = "untold/";

// So that the order of the keys is the order of the times.
std::string timer_key(const TimerRow& t) {
  char at[24], seq[24];
  std::snprintf(at, sizeof at, "%020lld", static_cast<long long>(std::max<int64_t>(t.at_ns, 0)));
  std::snprintf(seq, sizeof seq, "%020llu", static_cast<unsigned long long>(t.seq));
  return std::string(timer_prefix).append(at).append("/").append(t.run).append("/").append(seq);
}

}  // namespace

// Collects what lies in a range, in order of key.
class Store::Listing final {
 public:
  Listing(const Range& range, Arena arena) : range_(range), arena_(arena), b_(arena) {
    b_.begin_array();
  }
  // Where to begin among keys that stand without this prefix.
  std::string_view from(std::string_view prefix) const {
    const std::string_view first = std::max(range_.prefix, range_.after);
    return first.substr(std::min(prefix.size(), first.size()));
  }
  // False when no later key can lie in the range.
  template <class F>
  bool add(std::string_view key, F&& value) {
    if (is_full() || !key.starts_with(range_.prefix)) return false;
    if (key <= range_.after) return true;
    b_.begin_object();
    b_.set("key"_k, key);
    b_.key("value"_k);
    value(b_, arena_);
    b_.end_object();
    ++count_;
    return !is_full();
  }
  weft_val take() {
    b_.end_array();
    return b_.take();
  }

 private:
  bool is_full() const { return range_.max != 0 && count_ >= range_.max; }

  Range range_;
  Arena arena_;
  Builder b_;
  size_t count_ = 0;
};

Result<weft_val> Store::scan(const Range& range, Arena arena) {
  const std::scoped_lock lock(mutex_);
  Transaction view(db_, brackets_);
  if (auto begun = view.read(); !begun) return begun.error();
  const bool of_runs = range.prefix.starts_with(run_prefix);
  const bool of_timers = range.prefix.starts_with(timer_prefix);
  const bool of_untold = range.prefix.starts_with(untold_prefix);
  const bool of_entries = !of_runs && !of_timers && !of_untold;
  if (auto known = of_entries ? refresh_entries() : refresh(); !known) return known.error();
  Listing list(range, arena);
  auto done = of_runs     ? list_runs(list)
              : of_timers ? list_timers(list)
              : of_untold ? list_untold(list)
                          : list_entries(list);
  if (!done) return done.error();
  if (done = view.commit(); !done) return done.error();
  return list.take();
}

// Tables and log are two lists in the same order; a run that is in both is judged by both.
Result<void> Store::list_runs(Listing& list) {
  const std::string from(list.from(run_prefix));
  auto it = tail_.runs().lower_bound(from);
  const auto end = tail_.runs().end();
  const auto add = [&](std::string_view run, const std::optional<RunRow>& row) {
    return !row || list.add(std::string(run_prefix) + std::string(run),
                            [&](Builder& b, Arena& arena) { b.link(placed(row->summary, arena)); });
  };
  bool more = true;
  auto done = tables_.each_run(from, [&](std::string_view run, const RunRow& row) -> Result<bool> {
    for (; more && it != end && it->first < run; ++it) {
      more = add(it->first, laid_over({}, it->second));
    }
    const bool is_changed = it != end && it->first == run;
    if (more) more = add(run, is_changed ? laid_over(row, it->second) : row);
    if (is_changed) ++it;
    return more;
  });
  if (!done) return done;
  for (; more && it != end; ++it) more = add(it->first, laid_over({}, it->second));
  return {};
}

// A run that the log speaks of may have been told all that the table knows, and not what came
// since.
Result<void> Store::list_untold(Listing& list) {
  const std::string from(list.from(untold_prefix));
  auto it = tail_.runs().lower_bound(from);
  const auto end = tail_.runs().end();
  const auto add = [&](std::string_view run, const std::optional<RunRow>& row) {
    if (!row || row->told >= row->last_seq) return true;
    return list.add(std::string(untold_prefix) + std::string(run), [&](Builder& b, Arena&) {
      b.begin_object();
      b.set("told"_k, row->told);
      b.set("last_seq"_k, row->last_seq);
      b.end_object();
    });
  };
  const auto add_changed = [&]() -> Result<bool> {
    auto row = effective(it->first);
    if (!row) return row.error();
    return add((it++)->first, *row);
  };
  Result<bool> more = true;
  auto done = tables_.each_untold(from, [&](std::string_view run, const RunRow& row) {
    while (more && *more && it != end && it->first < run) more = add_changed();
    if (!more || !*more) return more;
    more = it != end && it->first == run ? add_changed() : add(run, row);
    return more;
  });
  if (!done) return done;
  while (more && *more && it != end) more = add_changed();
  if (!more) return more.error();
  return {};
}

Result<void> Store::list_entries(Listing& list) {
  const std::string from(list.from(""));
  auto it = tail_.entries().lower_bound(from);
  const auto end = tail_.entries().end();
  const auto add = [&](std::string_view key, std::optional<std::string_view> bytes) {
    return !bytes || list.add(key, [&](Builder& b, Arena&) { b.bytes(*bytes); });
  };
  bool more = true;
  auto done =
      tables_.each_entry(from, [&](std::string_view key, std::string_view bytes) -> Result<bool> {
        for (; more && it != end && it->first < key; ++it) more = add(it->first, it->second);
        const bool is_changed = it != end && it->first == key;
        if (more) more = is_changed ? add(key, it->second) : add(key, bytes);
        if (is_changed) ++it;
        return more;
      });
  if (!done) return done;
  for (; more && it != end; ++it) more = add(it->first, it->second);
  return {};
}

Result<void> Store::list_timers(Listing& list) {
  std::vector<TimerRow> timers;
  auto done = tables_.each_timer([&](const TimerRow& t) -> Result<bool> {
    const RunTail* changes = tail_.find(t.run);
    if (changes == nullptr || !changes->decides_timer(t.seq)) timers.push_back(t);
    return true;
  });
  if (!done) return done;
  for (const auto& [run, changes] : tail_.runs()) {
    for (const auto& [seq, at] : changes.timers) {
      if (at) timers.push_back({std::string(run), seq, *at});
    }
  }
  std::map<std::string, const TimerRow*> by_key;
  for (const TimerRow& t : timers) by_key.emplace(timer_key(t), &t);
  for (const auto& [key, timer] : by_key) {
    const TimerRow& t = *timer;
    static_cast<void>(list.add(key, [&](Builder& b, Arena&) {
      b.begin_object();
      b.set("run"_k, std::string_view(t.run));
      b.set("seq"_k, t.seq);
      b.set("at_ns"_k, t.at_ns);
      b.end_object();
    }));
  }
  return {};
}

}  // namespace weft::sqlite
