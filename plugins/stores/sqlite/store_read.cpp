// Reading: a run in order, a value by key, lists. Tables and log tail are always seen together.
#include <algorithm>
#include <cstdio>
#include <cstring>

#include "columns.hpp"
#include "store.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr std::string_view run_prefix = "run/";
constexpr std::string_view timer_prefix = "timer/";

// Flat bytes as a value in the arena.
Value placed(std::string_view flat, Arena& arena) {
  if (flat.empty()) return null_value();
  auto* p = static_cast<char*>(arena.allocate(flat.size()));
  std::memcpy(p, flat.data(), flat.size());
  return Value(reinterpret_cast<const weft_slot*>(p));
}

weft_val bytes_value(std::string_view bytes, Arena arena) {
  Builder b(arena);
  b.bytes(bytes);
  return b.take();
}

Error absent(std::string_view key) {
  return {Status::not_found, "store.not_found",
          std::string("'").append(key).append("' is not in the store")};
}

// So that the order of the keys is the order of the times.
std::string timer_key(const TimerRow& t) {
  char at[24], seq[24];
  std::snprintf(at, sizeof at, "%020lld", static_cast<long long>(std::max<int64_t>(t.at_ns, 0)));
  std::snprintf(seq, sizeof seq, "%020llu", static_cast<unsigned long long>(t.seq));
  return std::string(timer_prefix).append(at).append("/").append(t.run).append("/").append(seq);
}

}  // namespace

// One bytes value after the other in the same memory.
struct Store::Part {
  std::vector<weft_slot> slots;

  Value of(std::string_view bytes) {
    slots.resize(1 + (bytes.size() + sizeof(weft_slot) - 1) / sizeof(weft_slot));
    slots[0] = {WEFT_BYTES, 0, 0, static_cast<uint32_t>(bytes.size()), {0}};
    char* to = slots[0].v.text;
    if (bytes.size() < sizeof slots[0].v.text) {
      slots[0].flags = WEFT_INLINE;
    } else {
      slots[0].v.rel = sizeof(weft_slot);
      to = reinterpret_cast<char*>(slots.data() + 1);
    }
    if (!bytes.empty()) std::memcpy(to, bytes.data(), bytes.size());
    return Value(slots.data());
  }
};

Result<weft_val> Store::load(std::string_view run, uint64_t from_seq, const sdk::Call& call) {
  const std::scoped_lock lock(mutex_);
  Transaction view(db_, brackets_);
  if (auto begun = view.read(); !begun) return begun.error();
  auto row = effective(run);
  if (!row) return row.error();
  if (!*row) return absent(std::string(run_prefix) + std::string(run));
  const Reading reading{run, from_seq, std::move(**row)};
  if (auto done = emit_records(reading, call); !done) return done.error();
  if (auto done = view.commit(); !done) return done.error();
  Arena arena = call.arena();
  return placed(reading.row.summary, arena).raw();
}

namespace {

Result<void> sent(Status status) {
  if (status == Status::ok) return {};
  if (status == Status::busy) return Error{Status::busy, "store.busy", "the reader has no room"};
  return Error{Status::cancelled, "cancelled", "the reader is gone"};
}

// Follows the sequences of a run, so that a record which is not there is noticed.
struct Thread {
  std::string_view run;
  uint64_t next;  // the first sequence that is still to come

  Result<void> follow(const Chunk& c) {
    if (c.first > next || c.last < next) return broken(c.first);
    next = c.last + 1;
    return {};
  }
  Result<void> broken(uint64_t found) const {
    Error e{Status::corrupt, "store.corrupt",
            "run '" + std::string(run) + "' is damaged: its record " + std::to_string(next) +
                " is missing before " + std::to_string(found)};
    e.hint = "restore the file from a backup";
    return e;
  }
};

}  // namespace

// Emits the latest snapshot, if any, and says where the records after it begin.
Result<uint64_t> Store::emit_snapshot(const Reading& reading, const sdk::Call& call) {
  const uint64_t kept = reading.row.truncated + 1;
  auto stored = tables_.snapshot(reading.run);
  if (!stored) return stored.error();
  std::optional<Snapshot> snapshot;
  if (*stored) snapshot = Snapshot{(*stored)->first, (*stored)->second};
  const RunTail* t = tail_.find(reading.run);
  if (t != nullptr && t->snapshot) snapshot = t->snapshot;
  if (!snapshot) return kept;
  Builder b = call.builder();
  b.begin_object();
  b.key("snapshot"_k);
  b.bytes(snapshot->bytes);
  b.set("seq"_k, snapshot->seq);
  b.end_object();
  if (auto done = sent(call.emit(b.take_value())); !done) return done.error();
  return std::max(kept, snapshot->seq + 1);
}

// Without a start, or with one that is forgotten, the snapshot comes first.
Result<void> Store::emit_records(const Reading& reading, const sdk::Call& call) {
  uint64_t start = reading.from_seq;
  if (start <= reading.row.truncated) {
    auto after = emit_snapshot(reading, call);
    if (!after) return after.error();
    start = *after;
  }
  Part part;
  Thread thread{reading.run, start};
  const auto emit = [&](const Chunk& c) -> Result<void> {
    if (c.last < start || c.last <= reading.row.truncated) return {};
    if (auto whole = thread.follow(c); !whole) return whole;
    return sent(call.emit(part.of(c.bytes)));
  };
  if (auto done = tables_.each_record(reading.run, start, emit); !done) return done;
  if (const RunTail* t = tail_.find(reading.run); t != nullptr) {
    for (const Chunk& c : t->records) {
      if (auto done = emit(c); !done) return done;
    }
  }
  if (thread.next <= reading.row.last_seq) return thread.broken(reading.row.last_seq + 1);
  return {};
}

Result<weft_val> Store::get(std::string_view key, Arena arena) {
  const std::scoped_lock lock(mutex_);
  Transaction view(db_, brackets_);
  if (auto begun = view.read(); !begun) return begun.error();
  if (key.starts_with(run_prefix)) {
    auto row = effective(key.substr(run_prefix.size()));
    if (!row) return row.error();
    if (!*row) return absent(key);
    return placed((*row)->summary, arena).raw();
  }
  if (auto known = refresh(); !known) return known.error();
  const auto changed = tail_.entries().find(key);
  if (changed != tail_.entries().end()) {
    if (!changed->second) return absent(key);
    return bytes_value(*changed->second, arena);
  }
  auto bytes = tables_.entry(key);
  if (!bytes) return bytes.error();
  if (!*bytes) return absent(key);
  return bytes_value(**bytes, arena);
}

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
  if (auto known = refresh(); !known) return known.error();
  Listing list(range, arena);
  auto done = range.prefix.starts_with(run_prefix)     ? list_runs(list)
              : range.prefix.starts_with(timer_prefix) ? list_timers(list)
                                                       : list_entries(list);
  if (!done) return done.error();
  if (done = view.commit(); !done) return done.error();
  return list.take();
}

Result<void> Store::list_runs(Listing& list) {
  const std::string from(list.from(run_prefix));
  auto it = tail_.runs().lower_bound(from);
  const auto end = tail_.runs().end();
  const auto add = [&](std::string_view run, std::string_view summary) {
    return list.add(std::string(run_prefix) + std::string(run),
                    [&](Builder& b, Arena& arena) { b.link(placed(summary, arena)); });
  };
  bool more = true;
  auto done = tables_.each_run(from, [&](std::string_view run, const RunRow& row) -> Result<bool> {
    for (; more && it != end && it->first < run; ++it) {
      more = add(it->first, it->second.summary.value_or(std::string_view()));
    }
    const bool is_changed = it != end && it->first == run;
    const std::string_view stored = row.summary;
    if (more) more = add(run, is_changed ? it->second.summary.value_or(stored) : stored);
    if (is_changed) ++it;
    return more;
  });
  if (!done) return done;
  for (; more && it != end; ++it) {
    more = add(it->first, it->second.summary.value_or(std::string_view()));
  }
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
    if (changes == nullptr || !changes->timers.contains(t.seq)) timers.push_back(t);
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
  for (auto it = by_key.begin(); it != by_key.end(); ++it) {
    const TimerRow& t = *it->second;
    static_cast<void>(list.add(it->first, [&](Builder& b, Arena&) {
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
