// The plugin store.memory: the semantics of a durable store over maps in memory.
#include "runs.hpp"

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <set>
#include <tuple>

#include <weft/sdk/plugin.hpp>

namespace weft::memory {
namespace {

using lit::operator""_k;

constexpr std::string_view run_prefix = "run/";
constexpr std::string_view owner_prefix = "owner/";
constexpr std::string_view epoch_prefix = "epoch/";
constexpr std::string_view timer_prefix = "timer/";

Error absent(std::string_view key) {
  return {Status::not_found, "store.not_found",
          std::string("'").append(key).append("' is not in the store")};
}

Error fenced(uint64_t epoch) {
  return {Status::fenced, "store.fenced",
          "the owner " + std::to_string(epoch) + " is not held by this instance"};
}

Result<void> sent(Status status) {
  if (status == Status::ok) return {};
  if (status == Status::busy) return Error{Status::busy, "store.busy", "the reader has no room"};
  return Error{Status::cancelled, "cancelled", "the reader is gone"};
}

struct Timer {
  int64_t at_ns;
  std::string_view run;
  uint64_t seq;

  auto key() const { return std::tie(at_ns, run, seq); }
  // So that the order of the keys is the order of the times.
  std::string name() const {
    char at[24], number[24];
    std::snprintf(at, sizeof at, "%020lld", static_cast<long long>(std::max<int64_t>(at_ns, 0)));
    std::snprintf(number, sizeof number, "%020llu", static_cast<unsigned long long>(seq));
    return std::string(timer_prefix).append(at).append("/").append(run).append("/").append(number);
  }
  void write(Builder& b) const {
    b.begin_object();
    b.set("run"_k, run);
    b.set("seq"_k, seq);
    b.set("at_ns"_k, at_ns);
    b.end_object();
  }
};

// A summary outlives the lock only as a copy.
void copy_to(Builder& b, const Run& run, Arena arena) {
  if (run.summary.empty()) return b.null();
  const size_t bytes = run.summary.size() * sizeof(weft_slot);
  void* p = arena.allocate(bytes);
  std::memcpy(p, run.summary.data(), bytes);
  b.link(Value(static_cast<const weft_slot*>(p)));
}

}  // namespace

struct Memory final {
  static constexpr std::string_view id = "memory";
  static constexpr uint32_t flags = 0;

  Result<void> commit(const weft_owner& owner, std::span<const weft_sop* const> ops, sdk::Call&) {
    const std::scoped_lock lock(mutex);
    return runs.commit(owner.epoch, ops);
  }
  Result<Value> load(std::string_view name, uint64_t from_seq, sdk::Call& call);
  Result<void> own(uint32_t verb, weft_owner& owner, sdk::Call&);
  Result<Value> claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call);
  Result<Value> get(std::string_view key, sdk::Call& call);
  Result<Value> scan(const sdk::Scan& what, sdk::Call& call);
  Result<void> tend(sdk::Call&) { return {}; }

  Result<std::vector<std::string_view>> choose(const sdk::Claim& what);
  std::vector<Timer> timers();

  std::mutex mutex;  // guards all that follows
  Runs runs;
  uint64_t epochs = 0;
  std::set<uint64_t> held;
};

Result<Value> Memory::load(std::string_view name, uint64_t from_seq, sdk::Call& call) {
  const std::scoped_lock lock(mutex);
  const Run* run = runs.find(name);
  if (run == nullptr) return absent(std::string(run_prefix).append(name));
  uint64_t start = std::max(from_seq, run->truncated + 1);
  Builder b = call.builder();
  for (size_t i = 0; from_seq == 0 && i < run->snapshots.size(); ++i) {
    const Snapshot& snapshot = run->snapshots[i];
    b.begin_object();
    b.key("snapshot"_k);
    b.bytes(snapshot.bytes);
    b.set("seq"_k, snapshot.seq);
    b.end_object();
    if (auto done = sent(call.emit(b.take_value())); !done) return done.error();
    start = std::max(start, snapshot.seq + 1);
  }
  for (const Record& r : run->records) {
    if (r.last < start) continue;
    b.bytes(r.bytes);
    if (auto done = sent(call.emit(b.take_value())); !done) return done.error();
  }
  copy_to(b, *run, call.arena());
  return b.take_value();
}

Result<void> Memory::own(uint32_t verb, weft_owner& owner, sdk::Call&) {
  const std::scoped_lock lock(mutex);
  if (verb == WEFT_OWNER_ACQUIRE) {
    owner.epoch = ++epochs;
    owner.expires_ns = 0;
    held.insert(owner.epoch);
    return {};
  }
  if (verb != WEFT_OWNER_RENEW && verb != WEFT_OWNER_RELEASE) {
    return Error{Status::unsupported, "store.unsupported",
                 "ownership verb " + std::to_string(verb) + " is not known to store.memory 1.0"};
  }
  if (!held.contains(owner.epoch)) return fenced(owner.epoch);
  if (verb == WEFT_OWNER_RELEASE) held.erase(owner.epoch);
  return {};
}

Result<std::vector<std::string_view>> Memory::choose(const sdk::Claim& what) {
  std::vector<std::string_view> chosen;
  if (what.run.empty()) {
    for (const auto& [name, run] : runs.all()) {
      if (what.max != 0 && chosen.size() >= what.max) break;
      if (!run.standing.has_ended && !held.contains(run.standing.owner)) chosen.push_back(name);
    }
    return chosen;
  }
  const Run* run = runs.find(what.run);
  if (run == nullptr) return absent(std::string(run_prefix).append(what.run));
  if (run->standing.has_ended) {
    return Error{Status::conflict, "store.ended",
                 "run '" + std::string(what.run) + "' has ended and needs no owner"};
  }
  chosen.push_back(what.run);
  return chosen;
}

std::vector<Timer> Memory::timers() {
  std::vector<Timer> found;
  for (const auto& [name, run] : runs.all()) {
    for (const auto& [seq, at] : run.timers) found.push_back({at, name, seq});
  }
  std::sort(found.begin(), found.end(),
            [](const Timer& a, const Timer& b) { return a.key() < b.key(); });
  return found;
}

Result<Value> Memory::claim(const weft_owner& owner, const sdk::Claim& what, sdk::Call& call) {
  const std::scoped_lock lock(mutex);
  if (!held.contains(owner.epoch)) return fenced(owner.epoch);
  auto chosen = choose(what);
  if (!chosen) return chosen.error();
  if (!what.run.empty()) {
    const uint64_t other = runs.find(what.run)->standing.owner;
    if (held.contains(other) && other != owner.epoch) {
      return Error{
          Status::busy, "store.owned",
          "run '" + std::string(what.run) + "' belongs to the live owner " + std::to_string(other)};
    }
  }
  Builder b = call.builder();
  b.begin_object();
  b.key("runs"_k);
  b.begin_array();
  for (const std::string_view run : *chosen) {
    runs.find(run)->standing.owner = owner.epoch;
    b.text(run);
  }
  b.end_array();
  b.key("due"_k);
  b.begin_array();
  const std::vector<Timer> all = timers();
  const Timer* next = nullptr;
  uint32_t due = 0;
  for (const Timer& t : all) {
    if (runs.find(t.run)->standing.owner != owner.epoch) continue;
    next = &t;
    if (t.at_ns > what.now_ns || (what.max != 0 && due == what.max)) break;
    next = nullptr;
    t.write(b);
    ++due;
  }
  b.end_array();
  if (next != nullptr) b.set("next_due"_k, next->at_ns);
  b.end_object();
  return b.take_value();
}

Result<Value> Memory::get(std::string_view key, sdk::Call& call) {
  const std::scoped_lock lock(mutex);
  Builder b = call.builder();
  if (key.starts_with(run_prefix)) {
    const Run* run = runs.find(key.substr(run_prefix.size()));
    if (run == nullptr) return absent(key);
    copy_to(b, *run, call.arena());
    return b.take_value();
  }
  if (key.starts_with(owner_prefix) || key.starts_with(epoch_prefix)) {
    const std::string name(key.substr(owner_prefix.size()));
    const bool of_run = key.starts_with(owner_prefix);
    const Run* run = of_run ? runs.find(name) : nullptr;
    if (of_run && run == nullptr) return absent(key);
    const uint64_t epoch = of_run ? run->standing.owner : std::strtoull(name.c_str(), nullptr, 10);
    b.begin_object();
    b.set("epoch"_k, epoch);
    b.set("alive"_k, held.contains(epoch));
    b.end_object();
    return b.take_value();
  }
  const auto it = runs.entries().find(key);
  if (it == runs.entries().end()) return absent(key);
  b.bytes(it->second);
  return b.take_value();
}

Result<Value> Memory::scan(const sdk::Scan& what, sdk::Call& call) {
  const std::scoped_lock lock(mutex);
  Builder b = call.builder();
  uint32_t count = 0;
  // Whether the walk goes on; write(b) adds the value.
  const auto add = [&](std::string_view key, auto&& write) {
    if (!key.starts_with(what.prefix)) return key < what.prefix;
    if (key <= what.after) return true;
    if (what.max != 0 && count >= what.max) return false;
    ++count;
    b.begin_object();
    b.set("key"_k, key);
    b.key("value"_k);
    write();
    b.end_object();
    return true;
  };
  const std::string_view first = std::max(what.prefix, what.after);
  b.begin_array();
  if (what.prefix.starts_with(run_prefix)) {
    const std::string_view from = first.substr(std::min(first.size(), run_prefix.size()));
    for (auto it = runs.all().lower_bound(from); it != runs.all().end(); ++it) {
      const std::string key = std::string(run_prefix).append(it->first);
      if (!add(key, [&] { copy_to(b, it->second, call.arena()); })) break;
    }
  } else if (what.prefix.starts_with(timer_prefix)) {
    for (const Timer& t : timers()) {
      if (!add(t.name(), [&] { t.write(b); })) break;
    }
  } else {
    for (auto it = runs.entries().lower_bound(first); it != runs.entries().end(); ++it) {
      if (!add(it->first, [&] { b.bytes(it->second); })) break;
    }
  }
  b.end_array();
  return b.take_value();
}

}  // namespace weft::memory

WEFT_PLUGIN(weft::memory::Memory);
