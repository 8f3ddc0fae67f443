#include "engine/locks.hpp"

#include <algorithm>
#include <map>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "base/pack.hpp"
#include "base/sha256.hpp"
#include "base/valid.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

Value value_of(std::string_view bytes) {
  if (!base::validate(bytes.data(), bytes.size())) return {};
  return Value(reinterpret_cast<const weft_slot*>(bytes.data()));
}

weft_sop operation(uint32_t kind, std::string_view key) {
  weft_sop op{};
  op.size = sizeof op;
  op.kind = kind;
  op.key = to_str(key);
  return op;
}

}  // namespace

// The process that took it is gone.
bool Locks::is_stale(Value holder) {
  const uint64_t epoch = holder["epoch"_k].as_u64();
  if (epoch == store_->owner().epoch) return false;
  auto owner = store_->get("epoch/" + std::to_string(epoch));
  return owner && !owner->view()["alive"_k].as_bool();
}

bool Locks::choose(const Want& want, std::vector<Unit>& chosen, int64_t& since) {
  const std::string prefix = "lock/" + want.name + '/';
  auto found = store_->scan(prefix, {}, 0);
  if (!found) return false;
  std::map<std::string, std::string, std::less<>> taken;
  for (const Value entry : found->view()) {
    taken.emplace(entry["key"_k].as_text(), entry["value"_k].as_bytes());
  }
  uint32_t left = want.amount;
  for (uint32_t unit = 0; unit < want.of && left > 0; ++unit) {
    const std::string key = prefix + std::to_string(unit);
    const auto holder = taken.find(key);
    if (holder != taken.end() && !is_stale(value_of(holder->second))) {
      since = std::max(since, value_of(holder->second)["at_ns"_k].as_i64());
      continue;
    }
    chosen.push_back({key, holder != taken.end() ? holder->second : std::string()});
    --left;
  }
  return left == 0;
}

bool Locks::take(const std::vector<Want>& all, std::string_view run, int64_t tick,
                 std::vector<std::string>& keys, int64_t& since) {
  std::vector<Unit> units;
  for (const Want& want : all) {
    if (!choose(want, units, since)) return false;
  }
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("epoch"_k, store_->owner().epoch);
  b.set("run"_k, run);
  b.set("at_ns"_k, tick);
  b.end_object();
  const base::Doc mine = base::pack(b.take_value());
  std::vector<weft_sop> ops;
  std::vector<std::string> marks;  // of entries that were taken from the dead, each by one alone
  marks.reserve(units.size());
  for (const Unit& unit : units) {
    if (!unit.stale.empty()) {
      marks.push_back("lock-over/" + base::to_hex(base::sha256(unit.key + unit.stale)));
      ops.push_back(operation(WEFT_SOP_KV_PUT, marks.back()));
      ops.back().bytes = to_str(mine.bytes());
      ops.back().last = 1;
      ops.push_back(operation(WEFT_SOP_KV_DELETE, unit.key));
    }
    ops.push_back(operation(WEFT_SOP_KV_PUT, unit.key));
    ops.back().bytes = to_str(mine.bytes());
    ops.back().last = 1;
  }
  std::vector<const weft_sop*> pointers;
  pointers.reserve(ops.size());
  for (const weft_sop& op : ops) pointers.push_back(&op);
  // Where another process was faster, it is asked again later.
  if (!store_->commit(pointers.data(), static_cast<uint32_t>(pointers.size()))) return false;
  for (Unit& unit : units) keys.push_back(std::move(unit.key));
  return true;
}

void Locks::give_back(const std::vector<std::string>& keys, journal::Journal& journal) {
  for (const std::string& key : keys) journal.erase(key);
}

}  // namespace weft::engine
