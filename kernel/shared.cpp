// Values beside runs, for programs and people. Each call is one step between two turns.
#include <weft/state.hpp>

#include "base/compare.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "kernel_rooms.hpp"
#include "run/merge.hpp"
#include "run/shared.hpp"
#include "spec/place.hpp"

namespace weft {

using namespace weft::lit;
using run::Kept;
using spec::StateClass;

namespace {

constexpr std::string_view hidden = "‹redacted:sensitive›";

// One place of one owner.
struct Target {
  run::Spot spot;
  std::vector<std::string> below;

  std::vector<std::string_view> path() const { return {below.begin(), below.end()}; }
};

Result<Target> target_of(std::string_view owner, std::string_view path) {
  auto whose = spec::owner_of(owner);
  if (!whose) return whose.error();
  auto segments = base::split_path(path);
  if (!segments) return segments.error();
  Target target{{whose->scope, std::move(whose->name), std::move(segments->front())}, {}};
  target.below.assign(segments->begin() + 1, segments->end());
  return target;
}

Error nothing_there(std::string_view owner, std::string_view path) {
  return {Status::not_found,
          "state.missing",
          "nothing stands at " + base::quoted(path) + " of " + std::string(owner),
          "'weft state list " + std::string(owner) + "' lists what does",
          {},
          0};
}

StateEntry told(std::string key, Value value, Value entry, bool reveals) {
  const StateClass what = run::kept_in(entry).what;
  base::Blocks blocks;
  Builder b(blocks.arena());
  const bool hides = what == StateClass::sensitive && !reveals;
  hides ? b.text(hidden) : b.link(value);
  return {std::move(key), Document::copy(b.take_value()), std::string(spec::to_text(what)),
          entry["at_ns"_k].as_i64()};
}

// Writes a whole value under its key, or takes it away.
void put(const run::Shared& shared, const run::Spot& spot, const Kept& kept, int64_t now,
         Arena arena) {
  const Value entry = kept.value.exists() ? run::entry_of(kept, now, arena) : Value();
  shared.put(shared.self, spot.store_key(), entry);
}

Result<bool> change(engine::Engine& engine, const Target& target, Value value,
                    const StateWrite& how) {
  bool fits = false;
  auto done = engine.beside([&](const run::Shared& shared) -> Result<void> {
    base::Blocks blocks;
    const std::string key = target.spot.store_key();
    Kept kept = run::kept_in(shared.get(shared.self, key, blocks.arena()));
    const Value now = run::inside(kept.value, target.below);
    fits = !how.expect.exists() ||
           (now.exists() ? base::equal(now, how.expect) : how.expect.is_null());
    if (!fits) return {};
    Result<Value> made = Value();
    if (value.exists()) made = base::set(kept.value, target.path(), value, blocks.arena());
    if (!value.exists() && !target.below.empty()) {
      made = base::erase(kept.value, target.path(), blocks.arena());
    }
    if (!made) return made.error();
    if (auto may = run::may_keep(*made); !may) return may;
    kept.value = *made;
    if (!how.kind.empty()) {
      auto given = spec::given_class(how.kind);
      if (!given) return given.error();
      kept.what = *given;
    }
    put(shared, target.spot, kept, engine.now(), blocks.arena());
    return {};
  });
  if (!done) return done.error();
  return fits;
}

Result<Value> all_of(const run::Shared& shared, const spec::Owner& owner, Arena arena) {
  const Value all = shared.list(shared.self, spec::store_key(owner.scope, owner.name, {}), arena);
  if (all.size() <= base::limits::shared_keys) return all;
  return Error{Status::limit,
               "state.too_many",
               "more than " + std::to_string(base::limits::shared_keys) + " keys lie there",
               "speak of single keys",
               {},
               0};
}

// Every key goes to the target, if there is one, and stays or not.
Result<uint32_t> carry(engine::Engine& engine, std::string_view from, const std::string_view* to,
                       bool stays) {
  auto source = spec::owner_of(from);
  if (!source) return source.error();
  auto target = to != nullptr ? spec::owner_of(*to) : source;
  if (!target) return target.error();
  const bool is_itself = to != nullptr && *source == *target;
  uint32_t count = 0;
  auto done = engine.beside([&](const run::Shared& shared) -> Result<void> {
    base::Blocks blocks;
    auto all = all_of(shared, *source, blocks.arena());
    if (!all) return all.error();
    count = all->size();
    for (uint32_t i = 0; i < count && !is_itself; ++i) {
      const std::string key(all->key(i));
      const Kept kept = run::kept_in((*all)[i]);
      const int64_t now = engine.now();
      if (to != nullptr) {
        put(shared, {target->scope, target->name, key}, kept, now, blocks.arena());
      }
      if (!stays) put(shared, {source->scope, source->name, key}, {}, now, blocks.arena());
    }
    return {};
  });
  if (!done) return done.error();
  return count;
}

}  // namespace

Result<StateEntry> SharedState::get(std::string_view owner, std::string_view path, bool reveals) {
  auto target = target_of(owner, path);
  if (!target) return target.error();
  std::optional<StateEntry> found;
  auto done = kernel_->rooms_->engine->beside([&](const run::Shared& shared) -> Result<void> {
    base::Blocks blocks;
    const Value entry = shared.get(shared.self, target->spot.store_key(), blocks.arena());
    const Value value = run::inside(run::kept_in(entry).value, target->below);
    if (value.exists()) found = told(target->spot.key, value, entry, reveals);
    return {};
  });
  if (!done) return done.error();
  if (!found) return nothing_there(owner, path);
  return std::move(*found);
}

Result<bool> SharedState::set(std::string_view owner, std::string_view path, Value value,
                              const StateWrite& how) {
  auto target = target_of(owner, path);
  if (!target) return target.error();
  return change(*kernel_->rooms_->engine, *target, value.exists() ? value : null_value(), how);
}

Result<bool> SharedState::erase(std::string_view owner, std::string_view path,
                                const StateWrite& how) {
  auto target = target_of(owner, path);
  if (!target) return target.error();
  return change(*kernel_->rooms_->engine, *target, {}, how);
}

Result<std::vector<StateEntry>> SharedState::list(std::string_view owner, bool reveals) {
  auto whose = spec::owner_of(owner);
  if (!whose) return whose.error();
  std::vector<StateEntry> entries;
  auto done = kernel_->rooms_->engine->beside([&](const run::Shared& shared) -> Result<void> {
    base::Blocks blocks;
    auto all = all_of(shared, *whose, blocks.arena());
    if (!all) return all.error();
    entries.reserve(all->size());
    for (uint32_t i = 0; i < all->size(); ++i) {
      const Value entry = (*all)[i];
      entries.push_back(told(std::string(all->key(i)), entry["value"_k], entry, reveals));
    }
    return {};
  });
  if (!done) return done.error();
  return entries;
}

Result<uint32_t> SharedState::clear(std::string_view owner) {
  return carry(*kernel_->rooms_->engine, owner, nullptr, false);
}

Result<uint32_t> SharedState::copy(std::string_view from, std::string_view to) {
  return carry(*kernel_->rooms_->engine, from, &to, true);
}

Result<uint32_t> SharedState::move(std::string_view from, std::string_view to) {
  return carry(*kernel_->rooms_->engine, from, &to, false);
}

}  // namespace weft
