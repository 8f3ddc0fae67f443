// Reading: a run in order, a value by key. Tables and log tail are always seen together.
#include <algorithm>
#include <cstring>

#include "columns.hpp"
#include "store.hpp"

namespace weft::sqlite {
namespace {

using lit::operator""_k;

constexpr std::string_view run_prefix = "run/";
constexpr std::string_view owner_prefix = "owner/";
constexpr std::string_view epoch_prefix = "epoch/";

weft_val bytes_value(std::string_view bytes, Arena arena) {
  Builder b(arena);
  b.bytes(bytes);
  return b.take();
}

Error absent(std::string_view key) {
  return {Status::not_found, "store.not_found",
          std::string("'").append(key).append("' is not in the store")};
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

Error broken_chain(std::string_view run, uint64_t seq) {
  Error e{Status::corrupt, "store.corrupt",
          "run '" + std::string(run) +
              "' is damaged: in the table 'snapshots' its chain breaks at " + std::to_string(seq)};
  e.hint = "restore the file from a backup";
  return e;
}

}  // namespace

// Emits the chain of snapshots, if there is one, and says where the records after it begin.
Result<uint64_t> Store::emit_snapshots(const Reading& reading, const sdk::Call& call) {
  uint64_t last = 0;
  const auto emit = [&](const Snapshot& s) -> Result<void> {
    if (s.expect != last) return broken_chain(reading.run, s.seq);
    last = s.seq;
    Builder b = call.builder();
    b.begin_object();
    b.key("snapshot"_k);
    b.bytes(s.bytes);
    b.set("seq"_k, s.seq);
    b.end_object();
    return sent(call.emit(b.take_value()));
  };
  const RunTail* t = tail_.find(reading.run);
  if (t == nullptr || !(t->is_forgotten || t->begins_chain())) {
    if (auto done = tables_.each_snapshot(reading.run, emit); !done) return done.error();
  }
  for (size_t i = 0; t != nullptr && i < t->snapshots.size(); ++i) {
    if (auto done = emit(t->snapshots[i]); !done) return done.error();
  }
  if (last != reading.row.snapshot) return broken_chain(reading.run, reading.row.snapshot);
  return std::max(reading.row.truncated, last) + 1;
}

// From 0 what the state is rebuilt from; else what is still there of the records.
Result<void> Store::emit_records(const Reading& reading, const sdk::Call& call) {
  uint64_t start = std::max(reading.from_seq, reading.row.truncated + 1);
  if (reading.from_seq == 0) {
    auto after = emit_snapshots(reading, call);
    if (!after) return after.error();
    start = *after;
  }
  Part part;
  Thread thread{reading.run, start};
  const auto emit = [&](const Chunk& c) -> Result<void> {
    if (c.last < start) return {};
    if (auto whole = thread.follow(c); !whole) return whole;
    return sent(call.emit(part.of(c.bytes)));
  };
  const RunTail* t = tail_.find(reading.run);
  if (t == nullptr || !t->is_forgotten) {
    if (auto done = tables_.each_record(reading.run, start, emit); !done) return done;
  }
  for (size_t i = 0; t != nullptr && i < t->records.size(); ++i) {
    if (auto done = emit(t->records[i]); !done) return done;
  }
  if (thread.next <= reading.row.last_seq) return thread.broken(reading.row.last_seq + 1);
  return {};
}

Result<bool> Store::has_entry(std::string_view key) {
  if (auto known = refresh_entries(); !known) return known.error();
  const auto changed = tail_.entries().find(key);
  if (changed != tail_.entries().end()) return changed->second.has_value();
  auto stored = tables_.entry(key);
  if (!stored) return stored.error();
  return stored->has_value();
}

// What there is to know of an owner.
Result<weft_val> Store::told_of(uint64_t epoch, Arena arena) {
  auto alive = owners_.is_alive(epoch);
  if (!alive) return alive.error();
  Builder b(arena);
  b.begin_object();
  b.set("epoch"_k, epoch);
  b.set("alive"_k, *alive);
  b.end_object();
  return b.take();
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
  if (key.starts_with(epoch_prefix)) {
    const std::string digits(key.substr(epoch_prefix.size()));
    return told_of(std::strtoull(digits.c_str(), nullptr, 10), arena);
  }
  if (key.starts_with(owner_prefix)) {
    auto row = effective(key.substr(owner_prefix.size()));
    if (!row) return row.error();
    if (!*row) return absent(key);
    return told_of((*row)->owner, arena);
  }
  if (auto known = refresh_entries(); !known) return known.error();
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

}  // namespace weft::sqlite
