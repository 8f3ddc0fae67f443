#include "runs.hpp"

#include <algorithm>
#include <cstring>

#include <weft/flat.hpp>

namespace weft::memory {
namespace {

using lit::operator""_k;

constexpr uint64_t sequence_max = INT64_MAX;

bool concerns_run(uint32_t kind) {
  return kind != WEFT_SOP_KV_PUT && kind != WEFT_SOP_KV_DELETE && kind != WEFT_SOP_OUTBOX;
}

Error refused(const weft_sop& op, std::string_view what) {
  return {Status::bad_input, "store.bad_operation",
          "operation " + std::to_string(op.kind) + " on '" + std::string(to_view(op.key)) + "' " +
              std::string(what)};
}

Error conflict(const std::string& message) { return {Status::conflict, "store.conflict", message}; }

std::string entry_key(const weft_sop& op) {
  return std::string(op.kind == WEFT_SOP_OUTBOX ? "outbox/" : "").append(to_view(op.key));
}

Result<void> check_append(const weft_sop& op) {
  const bool follows = op.expect == 0 ? op.seq > 0 : op.seq == op.expect + 1;
  if (op.expect >= sequence_max || !follows || op.last < op.seq || op.last > sequence_max) {
    return refused(op, "needs expect + 1 = seq <= last, or expect 0 for the first records");
  }
  return {};
}

Result<void> check_put(const weft_sop& op) {
  for (const std::string_view own : {"run/", "timer/", "untold/", "owner/", "epoch/"}) {
    if (to_view(op.key).starts_with(own)) {
      return refused(op, "uses a prefix that the store keeps for itself");
    }
  }
  if (op.last > 1) return refused(op, "needs last 0, or 1 to put only what is new");
  return {};
}

Result<void> check(const weft_sop& op) {
  if (op.size < sizeof(weft_sop)) return refused(op, "is shorter than its structure");
  if (op.kind < WEFT_SOP_APPEND || op.kind > WEFT_SOP_FORGET) {
    return Error{Status::unsupported, "store.unsupported",
                 "operation " + std::to_string(op.kind) + " is not known to store.memory 1.0"};
  }
  if (op.key.n == 0) return refused(op, "has no key");
  if (op.seq > sequence_max) return refused(op, "has a sequence above 2^63");
  if (op.kind == WEFT_SOP_APPEND) return check_append(op);
  if (op.kind == WEFT_SOP_KV_PUT) return check_put(op);
  if (op.kind == WEFT_SOP_SNAPSHOT && op.expect != 0 && op.seq <= op.expect) {
    return refused(op, "needs expect < seq");
  }
  return {};
}

// Whether what an operation expects of its run is so.
Result<void> expect(const weft_sop& op, const Standing& s) {
  const std::string name = "run '" + std::string(to_view(op.key)) + "'";
  if (op.kind == WEFT_SOP_APPEND && op.expect != s.last_seq) {
    return conflict(name + " ends at sequence " + std::to_string(s.last_seq) +
                    ", and this commit expects " + std::to_string(op.expect));
  }
  if (op.kind == WEFT_SOP_SNAPSHOT && op.expect != 0 && op.expect != s.snapshot) {
    return conflict("the latest snapshot of " + name + " is that of sequence " +
                    std::to_string(s.snapshot) + ", and this commit adds to " +
                    std::to_string(op.expect));
  }
  if (op.kind == WEFT_SOP_FORGET && s.is_there && !s.has_ended) {
    return conflict(name + " has not ended and cannot be forgotten");
  }
  return {};
}

bool is_end(std::string_view status) {
  for (const std::string_view end : {"completed", "partially_completed", "failed", "cancelled"}) {
    if (status == end) return true;
  }
  return false;
}

}  // namespace

Run* Runs::find(std::string_view run) {
  const auto it = runs_.find(run);
  return it != runs_.end() ? &it->second : nullptr;
}

// Only how runs stand is changed while operations are admitted; nothing refuses after that.
Result<void> Runs::commit(uint64_t epoch, std::span<const weft_sop* const> ops) {
  for (const weft_sop* op : ops) {
    if (auto sound = check(*op); !sound) return sound;
  }
  undo_.clear();
  asked_.clear();
  Result<void> fine;
  for (size_t i = 0; fine && i < ops.size(); ++i) {
    fine = concerns_run(ops[i]->kind) ? admit(*ops[i], epoch) : admit_entry(*ops[i]);
  }
  if (fine) {
    for (const weft_sop* op : ops) apply(*op);
  } else {
    for (auto it = undo_.rbegin(); it != undo_.rend(); ++it) it->run->second.standing = it->before;
  }
  drop_absent();
  return fine;
}

Result<void> Runs::admit(const weft_sop& op, uint64_t epoch) {
  const std::string_view name = to_view(op.key);
  auto it = runs_.find(name);
  if (it == runs_.end()) it = runs_.emplace(name, Run{}).first;
  Standing& s = it->second.standing;
  undo_.push_back({it, s});
  if (epoch < s.owner && op.kind != WEFT_SOP_FORGET) {
    return Error{Status::fenced, "store.fenced",
                 "run '" + std::string(name) + "' belongs to the owner " + std::to_string(s.owner) +
                     ", and this commit comes from the older owner " + std::to_string(epoch)};
  }
  if (auto fine = expect(op, s); !fine) return fine;
  s.is_there = true;
  if (op.kind == WEFT_SOP_APPEND) s.last_seq = op.last;
  if (op.kind == WEFT_SOP_SNAPSHOT) s.snapshot = op.seq;
  if (op.kind == WEFT_SOP_FORGET) s = Standing();
  if (op.kind == WEFT_SOP_RUN) {
    s.owner = epoch;
    s.has_ended = is_end(Value(op.val)["status"_k].as_text());
  }
  return {};
}

Result<void> Runs::admit_entry(const weft_sop& op) {
  std::string key = entry_key(op);
  if (op.kind == WEFT_SOP_KV_PUT && op.last != 0) {
    const auto known = asked_.find(key);
    if (known != asked_.end() ? known->second : entries_.contains(key)) {
      return conflict("there is a value under '" + key + "' already");
    }
  }
  asked_[std::move(key)] = op.kind != WEFT_SOP_KV_DELETE;
  return {};
}

// Takes away the runs that were forgotten, or that came with a commit which was refused.
void Runs::drop_absent() {
  std::vector<std::string> absent;  // a run may be named twice, and is gone after the first
  for (const Undo& undo : undo_) {
    if (!undo.run->second.standing.is_there) absent.push_back(undo.run->first);
  }
  for (const std::string& name : absent) runs_.erase(name);
}

void Runs::apply(const weft_sop& op) {
  if (concerns_run(op.kind)) return apply_to(*find(to_view(op.key)), op);
  if (op.kind != WEFT_SOP_KV_DELETE) {
    entries_.insert_or_assign(entry_key(op), std::string(to_view(op.bytes)));
  } else if (const auto it = entries_.find(to_view(op.key)); it != entries_.end()) {
    entries_.erase(it);
  }
}

void Runs::apply_to(Run& run, const weft_sop& op) {
  switch (op.kind) {
    case WEFT_SOP_APPEND:
      // The journal of a fork begins later; what came before is in that of its base.
      if (op.expect == 0) run.truncated = std::max(run.truncated, op.seq - 1);
      run.records.push_back({op.seq, op.last, std::string(to_view(op.bytes))});
      return;
    case WEFT_SOP_RUN:
      flat_.clear();
      flatten(op.val, flat_);
      run.summary.resize((flat_.size() + sizeof(weft_slot) - 1) / sizeof(weft_slot));
      std::memcpy(static_cast<void*>(run.summary.data()), flat_.data(), flat_.size());
      return;
    case WEFT_SOP_SNAPSHOT:
      if (op.expect == 0) run.snapshots.clear();
      run.snapshots.push_back({op.seq, std::string(to_view(op.bytes))});
      return;
    case WEFT_SOP_FORGET: {
      const Standing standing = run.standing;
      run = Run();
      run.standing = standing;
      return;
    }
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
