#include "runs.hpp"

#include <algorithm>
#include <cstring>

#include <weft/flat.hpp>

namespace weft::memory {
namespace {

using lit::operator""_k;

constexpr uint64_t sequence_max = INT64_MAX;

bool concerns_run(uint32_t kind) {
  return kind <= WEFT_SOP_TRUNCATE || kind == WEFT_SOP_TIMER_SET || kind == WEFT_SOP_TIMER_DELETE;
}

Error refused(const weft_sop& op, std::string_view what) {
  return {Status::bad_input, "store.bad_operation",
          "operation " + std::to_string(op.kind) + " on '" + std::string(to_view(op.key)) + "' " +
              std::string(what)};
}

Result<void> check(const weft_sop& op) {
  if (op.size < sizeof(weft_sop)) return refused(op, "is shorter than its structure");
  if (op.kind < WEFT_SOP_APPEND || op.kind > WEFT_SOP_OUTBOX) {
    return Error{Status::unsupported, "store.unsupported",
                 "operation " + std::to_string(op.kind) + " is not known to store.memory 1.0"};
  }
  if (op.key.n == 0) return refused(op, "has no key");
  if (op.seq > sequence_max) return refused(op, "has a sequence above 2^63");
  if (op.kind == WEFT_SOP_APPEND && (op.expect >= sequence_max || op.seq != op.expect + 1 ||
                                     op.last < op.seq || op.last > sequence_max)) {
    return refused(op, "needs expect + 1 = seq <= last");
  }
  const std::string_view key = to_view(op.key);
  if (op.kind == WEFT_SOP_KV_PUT && (key.starts_with("run/") || key.starts_with("timer/"))) {
    return refused(op, "uses a prefix that the store keeps for itself");
  }
  return {};
}

}  // namespace

bool Run::is_ended() const {
  const std::string_view status = value()["status"_k].as_text();
  for (const std::string_view end : {"completed", "partially_completed", "failed", "cancelled"}) {
    if (status == end) return true;
  }
  return false;
}

Run* Runs::find(std::string_view run) {
  const auto it = runs_.find(run);
  return it != runs_.end() ? &it->second : nullptr;
}

// Only what can be refused is changed while operations are admitted; nothing refuses after that.
Result<void> Runs::commit(uint64_t epoch, std::span<const weft_sop* const> ops) {
  for (const weft_sop* op : ops) {
    if (auto sound = check(*op); !sound) return sound;
  }
  undo_.clear();
  for (const weft_sop* op : ops) {
    if (!concerns_run(op->kind)) continue;
    if (auto fine = admit(*op, epoch); !fine) {
      take_back();
      return fine;
    }
  }
  for (const weft_sop* op : ops) apply(*op);
  return {};
}

Result<void> Runs::admit(const weft_sop& op, uint64_t epoch) {
  const std::string_view name = to_view(op.key);
  auto it = runs_.find(name);
  const bool is_new = it == runs_.end();
  if (is_new) it = runs_.emplace(name, Run{}).first;
  Run& run = it->second;
  undo_.push_back({it, run.last_seq, run.owner, is_new});
  if (epoch < run.owner) {
    return Error{Status::fenced, "store.fenced",
                 "run '" + std::string(name) + "' belongs to the owner " +
                     std::to_string(run.owner) + ", and this commit comes from the older owner " +
                     std::to_string(epoch)};
  }
  if (op.kind == WEFT_SOP_APPEND) {
    if (op.expect != run.last_seq) {
      return Error{Status::conflict, "store.conflict",
                   "run '" + std::string(name) + "' ends at sequence " +
                       std::to_string(run.last_seq) + ", and this commit expects " +
                       std::to_string(op.expect)};
    }
    run.last_seq = op.last;
  }
  if (op.kind == WEFT_SOP_RUN) run.owner = epoch;
  return {};
}

void Runs::take_back() {
  for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) {
    it->run->second.last_seq = it->last_seq;
    it->run->second.owner = it->owner;
    if (it->is_new) runs_.erase(it->run);
  }
}

void Runs::apply(const weft_sop& op) {
  const std::string_view key = to_view(op.key);
  if (concerns_run(op.kind)) return apply_to(*find(key), op);
  if (op.kind == WEFT_SOP_KV_DELETE) {
    if (const auto it = entries_.find(key); it != entries_.end()) entries_.erase(it);
    return;
  }
  std::string name(op.kind == WEFT_SOP_OUTBOX ? "outbox/" : "");
  entries_.insert_or_assign(name.append(key), std::string(to_view(op.bytes)));
}

void Runs::apply_to(Run& run, const weft_sop& op) {
  switch (op.kind) {
    case WEFT_SOP_APPEND:
      run.records.push_back({op.seq, op.last, std::string(to_view(op.bytes))});
      return;
    case WEFT_SOP_RUN:
      flat_.clear();
      flatten(op.val, flat_);
      run.summary.resize((flat_.size() + sizeof(weft_slot) - 1) / sizeof(weft_slot));
      std::memcpy(static_cast<void*>(run.summary.data()), flat_.data(), flat_.size());
      return;
    case WEFT_SOP_SNAPSHOT: run.snapshot.emplace(op.seq, to_view(op.bytes)); return;
    case WEFT_SOP_TRUNCATE:
      run.truncated = std::max(run.truncated, op.seq);
      std::erase_if(run.records, [&](const Record& r) { return r.last <= run.truncated; });
      return;
    case WEFT_SOP_TIMER_SET: run.timers[op.seq] = op.at_ns; return;
    case WEFT_SOP_TIMER_DELETE: run.timers.erase(op.seq); return;
    default: return;
  }
}

}  // namespace weft::memory
