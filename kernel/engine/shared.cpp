#include "engine/shared.hpp"

#include <utility>

#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/valid.hpp"
#include "engine/engine.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

// A value as the arena has it; missing where there is none.
Value copied(Value value, Arena arena) {
  if (!value.is_object()) return {};
  const uint64_t bytes = base::packed_bytes(value);
  if (bytes == base::unpackable) return {};
  void* memory = arena.allocate(bytes);
  base::pack_into(value, memory);
  return Value(static_cast<const weft_slot*>(memory));
}

// What a store has, unless it is damaged.
Value stored(std::string_view bytes) {
  if (!base::validate(bytes.data(), bytes.size())) return {};
  return Value(reinterpret_cast<const weft_slot*>(bytes.data()));
}

bool is_ephemeral(const base::Doc& entry) {
  return run::kept_in(entry.view()).what == spec::StateClass::ephemeral;
}

}  // namespace

run::Shared SharedValues::lend() { return {this, get, list, put}; }

Result<base::Doc> SharedValues::read(Result<base::Doc> found) {
  if (!found && found.error().status != Status::not_found) journal_->refuse(found.error());
  return found;
}

Value SharedValues::get(void* self, std::string_view key, Arena arena) {
  auto& values = *static_cast<SharedValues*>(self);
  for (const auto* held : {&values.staged_, &values.fleeting_}) {
    const auto found = held->find(key);
    if (found != held->end()) return copied(found->second.view(), arena);
  }
  auto found = values.read(values.store_->get(key));
  return found ? copied(stored(found->view().as_bytes()), arena) : Value();
}

// In the order of the keys of the store, whichever of the three has it.
Value SharedValues::list(void* self, std::string_view prefix, Arena arena) {
  auto& values = *static_cast<SharedValues*>(self);
  std::map<std::string, Value, std::less<>> all;
  auto found = values.read(values.store_->scan(prefix, {}, base::limits::shared_keys + 1));
  if (found) {
    for (const Value entry : found->view()) {
      const Value kept = copied(stored(entry["value"_k].as_bytes()), arena);
      if (kept.exists()) all.insert_or_assign(std::string(entry["key"_k].as_text()), kept);
    }
  }
  for (const auto* held : {&values.fleeting_, &values.staged_}) {
    for (auto at = held->lower_bound(prefix); at != held->end(); ++at) {
      if (!at->first.starts_with(prefix)) break;
      const Value kept = copied(at->second.view(), arena);
      kept.exists() ? void(all.insert_or_assign(at->first, kept)) : void(all.erase(at->first));
    }
  }
  Builder b(arena);
  b.begin_object();
  for (const auto& [key, kept] : all) b.set(Key(spec::key_in(key)), kept);
  b.end_object();
  return b.take_value();
}

// What is gone with the process takes the place of what the store had.
void SharedValues::put(void* self, std::string_view key, Value entry) {
  auto& values = *static_cast<SharedValues*>(self);
  base::Doc doc = entry.exists() ? base::pack(entry) : base::Doc();
  if (doc.empty() || is_ephemeral(doc)) {
    values.journal_->erase(std::string(key));
  } else {
    values.journal_->put(std::string(key), entry);
  }
  values.staged_.insert_or_assign(std::string(key), std::move(doc));
}

void SharedValues::settle(bool is_committed) {
  if (staged_.empty()) return;
  for (auto& [key, entry] : staged_) {
    if (!is_committed) continue;
    if (!entry.empty() && is_ephemeral(entry)) {
      fleeting_.insert_or_assign(key, std::move(entry));
    } else {
      fleeting_.erase(key);
    }
  }
  staged_.clear();
  has_news_ = has_news_ || is_committed;
}

// Nobody decides meanwhile, so what is read and written here is one step.
Result<void> Engine::beside(const std::function<Result<void>(const run::Shared&)>& act) {
  {
    base::Lock lock(inbox_.mutex());
    while (is_deciding_) lock.wait(inbox_.changed());
    is_deciding_ = true;
  }
  (void)commit();  // of the turn before, whose runs have no part in what follows
  Result<void> done = act(shared_.lend());
  const Result<void> kept = commit();
  if (done) done = kept;
  {
    const base::Lock lock(inbox_.mutex());
    is_deciding_ = false;
    has_work_ = has_work_ || (knows_milestones_ && shared_.has_news());
  }
  inbox_.changed().notify_all();
  return done;
}

}  // namespace weft::engine
