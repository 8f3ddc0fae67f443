#include "sim_store.hpp"

#include <string_view>

#include <weft/value.hpp>

#include "base/json.hpp"
#include "plugin/arena.hpp"

namespace weft::tests {

using namespace weft::lit;

SimStore::SimStore() {
  table_.size = sizeof table_;
  table_.flags = WEFT_STORE_DURABLE;
  table_.commit = commit;
  table_.get = [](void* self, const weft_call* call, weft_str key,
                  weft_out* out) noexcept -> weft_status {
    const auto& kept = static_cast<SimStore*>(self)->entries;
    const auto found = kept.find(std::string(to_view(key)));
    if (found == kept.end()) return WEFT_NOT_FOUND;
    Builder b(Arena(call->arena, plugin::CallArena::grow, nullptr));
    b.bytes(found->second);
    out->val = b.take();
    return WEFT_OK;
  };
  table_.scan = [](void* self, const weft_call* call, weft_str prefix, weft_str after, uint32_t max,
                   weft_out* out) noexcept -> weft_status {
    const auto& kept = static_cast<SimStore*>(self)->entries;
    const std::string begin(to_view(prefix)), behind(to_view(after));
    Builder b(Arena(call->arena, plugin::CallArena::grow, nullptr));
    b.begin_array();
    uint32_t found = 0;
    for (auto at = kept.lower_bound(begin); at != kept.end(); ++at) {
      if (!at->first.starts_with(begin) || (max != 0 && found == max)) break;
      if (at->first <= behind) continue;
      ++found;
      b.begin_object();
      b.set("key"_k, std::string_view(at->first));
      b.key("value"_k);
      b.bytes(at->second);
      b.end_object();
    }
    b.end_array();
    out->val = b.take();
    return WEFT_OK;
  };
  table_.own = [](void*, const weft_call*, uint32_t, weft_owner*) noexcept -> weft_status {
    return WEFT_OK;
  };
  table_.tend = [](void*, const weft_call*, weft_out*) noexcept -> weft_status { return WEFT_OK; };
}

plugin::BoundStore SimStore::bound() {
  plugin::BoundStore bound;
  bound.table = &table_;
  bound.self = this;
  bound.flags = table_.flags;
  return bound;
}

weft_status SimStore::commit(void* self, const weft_call*, const weft_owner*,
                             const weft_sop* const* ops, uint32_t n, weft_out* out) noexcept {
  auto& store = *static_cast<SimStore*>(self);
  if (++store.asked_ == store.fail_at) {
    const std::string_view message = "the disk is gone";
    out->err->msg_len =
        static_cast<uint32_t>(message.copy(out->err->msg, sizeof out->err->msg - 1));
    return WEFT_FAILED;
  }
  for (uint32_t i = 0; i < n; ++i) store.apply(*ops[i]);
  ++store.commits;
  if (store.on_commit) store.on_commit();
  return WEFT_OK;
}

void SimStore::apply(const weft_sop& op) {
  const std::string key(to_view(op.key));
  const std::string bytes(to_view(op.bytes));
  if (keeps_bytes) {
    written += std::to_string(op.kind) + ' ' + key + ' ' + std::to_string(op.seq) + '-' +
               std::to_string(op.last) + '\n' + bytes + '\n';
  }
  switch (op.kind) {
    case WEFT_SOP_APPEND: {
      Run& run = runs[key];
      // A fork begins behind the records that it shares with its base.
      const uint64_t before = run.records.empty() && op.seq > 1 ? op.seq - 1 : run.last;
      if (op.expect != run.last || op.seq != before + 1 || op.last < op.seq || bytes.empty()) {
        broken_rule = "records of run " + key + " do not follow " + std::to_string(run.last);
      }
      run.last = op.last;
      run.records.push_back(bytes);
      return;
    }
    case WEFT_SOP_RUN:
      runs[key].status = Value(op.val)["status"_k].as_text();
      if (keeps_bytes) written += base::json_text(Value(op.val)) + '\n';
      return;
    case WEFT_SOP_SNAPSHOT: {
      Run& run = runs[key];
      if (op.expect != 0 && op.expect != run.snapshot) {
        broken_rule = "a snapshot of run " + key + " does not add to the latest";
      }
      run.snapshot = op.seq;
      return;
    }
    case WEFT_SOP_KV_PUT: entries[key] = bytes; return;
    case WEFT_SOP_KV_DELETE: entries.erase(key); return;
    case WEFT_SOP_TIMER_SET: runs[key].due = op.at_ns; return;
    case WEFT_SOP_TIMER_DELETE: runs[key].due.reset(); return;
    default: broken_rule = "operation " + std::to_string(op.kind) + " is not known";
  }
}

}  // namespace weft::tests
