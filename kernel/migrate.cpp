// Values beside runs that come to a new schema: transforms one after the other, on what an owner
// has; all of them, or nothing.
#include <weft/state.hpp>

#include <algorithm>
#include <array>
#include <map>

#include "base/compare.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "expr/expression.hpp"
#include "kernel_rooms.hpp"
#include "run/merge.hpp"
#include "run/shared.hpp"
#include "spec/place.hpp"

namespace weft {

using namespace weft::lit;
using run::Kept;
using spec::StateClass;

namespace {

Error wrong(std::string message, std::string hint) {
  return {Status::bad_input, "state.migration", std::move(message), std::move(hint), {}, 0};
}

// Where the version of an owner's values stands; no key of theirs begins so.
std::string version_key(const spec::Owner& owner) {
  return "state-version/" + spec::store_key(owner.scope, owner.name, {}).substr(6);
}

// The values of one owner while they are transformed. A key alone is rebuilt, not all of them.
class Values final {
 public:
  Values(Value entries, Arena arena) : arena_(arena) {
    for (uint32_t i = 0; i < entries.size(); ++i) {
      before_.emplace(entries.key(i), run::kept_in(entries[i]));
    }
    now_ = before_;
  }

  Result<void> apply(Value transform);
  // Calls see(key, before, after) for every key that is other than it was.
  template <class See>
  void each_changed(const See& see) const;

 private:
  using All = std::map<std::string, Kept, std::less<>>;
  using Path = std::vector<std::string>;
  struct Found {
    Path path;
    Kept kept;
  };

  Result<Found> find(Value written) const;
  Result<Found> need(Value written) const;
  Result<void> put(Value at, Value value, StateClass what);
  Result<Value> compute(std::string_view expression, Value value) const;
  Result<void> copy(Value t);
  Result<void> convert(Value t);
  Result<void> fill(Value t);
  Result<void> remove(Value t);
  Result<void> split(Value t);
  Result<void> merge(Value t);
  Result<void> custom(Value t);

  All before_, now_;
  Arena arena_;
};

// What stands at a path, or a missing value.
Result<Values::Found> Values::find(Value written) const {
  auto path = base::split_path(written.as_text());
  if (!path) return wrong(path.error().message, path.error().hint);
  const auto held = now_.find(path->front());
  Found found{std::move(*path), {}};
  if (held == now_.end()) return found;
  found.kept = {run::inside(held->second.value, std::span(found.path).subspan(1)),
                held->second.what};
  return found;
}

Result<Values::Found> Values::need(Value written) const {
  auto found = find(written);
  if (!found || found->kept.value.exists()) return found;
  return wrong("nothing stands at " + base::quoted(written.as_text()), "give it a 'default' first");
}

// A key that is new is of the class; another one keeps the stricter of both.
Result<void> Values::put(Value at, Value value, StateClass what) {
  auto found = find(at);
  if (!found) return found.error();
  Kept& kept = now_[found->path.front()];
  const std::vector<std::string_view> below(found->path.begin() + 1, found->path.end());
  auto made = base::set(kept.value, below, value, arena_);
  if (!made) return made.error();
  if (auto may = run::may_keep(*made); !may) return may;
  kept = {*made, std::max(kept.what, what)};
  return {};
}

// 'value' is what a transform is about; other names are keys.
Result<Value> Values::compute(std::string_view expression, Value value) const {
  const auto any_name = [](const void*, std::string_view, std::string_view) -> Result<expr::Root> {
    return expr::Root{};
  };
  auto compiled = expr::Expression::compile(expression, {nullptr, any_name});
  if (!compiled) return compiled.error();
  struct Held {
    const All& all;
    Value value;
  } const held{now_, value};
  const auto look_up = [](const void* self, const expr::Asked& asked, Arena) -> expr::Found {
    const auto& in = *static_cast<const Held*>(self);
    const std::string_view name = asked.name;
    if (name == "value" && in.value.exists()) return {in.value, false, nullptr};
    const auto found = in.all.find(name);
    if (found == in.all.end()) return {Value(), false, "path.missing"};
    return {found->second.value, false, nullptr};
  };
  return compiled->evaluate({&held, look_up}, arena_);
}

Result<void> Values::copy(Value t) {
  auto from = need(t["copy"_k]);
  if (!from) return from.error();
  return put(t["to"_k], from->kept.value, from->kept.what);
}

Result<void> Values::convert(Value t) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> types{
      {{"integer", "int(value)"},
       {"number", "number(value)"},
       {"text", "string(value)"},
       {"boolean", "bool(value)"}}};
  const auto* const type = std::find_if(types.begin(), types.end(), [&](const auto& one) {
    return one.first == t["to"_k].as_text();
  });
  if (type == types.end()) {
    return wrong("'convert' has no type 'to' convert to",
                 "types are 'integer', 'number', 'text' and 'boolean'");
  }
  auto from = need(t["convert"_k]);
  if (!from) return from.error();
  auto made = compute(type->second, from->kept.value);
  return made ? put(t["convert"_k], *made, from->kept.what) : Result<void>(made.error());
}

Result<void> Values::fill(Value t) {
  auto there = find(t["default"_k]);
  if (!there) return there.error();
  if (there->kept.value.exists()) return {};
  return put(t["default"_k], t["value"_k].exists() ? t["value"_k] : null_value(),
             StateClass::ephemeral);
}

Result<void> Values::remove(Value t) {
  auto there = find(t["remove"_k]);
  if (!there) return there.error();
  if (!there->kept.value.exists()) return {};
  if (there->path.size() == 1) return void(now_.erase(there->path.front())), Result<void>();
  Kept& kept = now_[there->path.front()];
  const std::vector<std::string_view> below(there->path.begin() + 1, there->path.end());
  auto made = base::erase(kept.value, below, arena_);
  if (!made) return made.error();
  kept.value = *made;
  return {};
}

Result<void> Values::split(Value t) {
  auto from = need(t["split"_k]);
  if (!from) return from.error();
  const std::string_view by = t["by"_k].as_text(" ");
  const Value to = t["to"_k];
  if (!from->kept.value.is_text() || by.empty() || !to.is_array() || to.size() == 0) {
    return wrong("'split' needs a text, what it is split 'by' and a list of places 'to'", "");
  }
  std::string_view rest = from->kept.value.as_text();
  for (uint32_t i = 0; i < to.size(); ++i) {
    const bool is_last = i + 1 == to.size();
    const size_t end = is_last ? rest.size() : rest.find(by);
    if (end == std::string_view::npos || (is_last && rest.find(by) != std::string_view::npos)) {
      return wrong(base::quoted(t["split"_k].as_text()) + " does not have " +
                       std::to_string(to.size()) + " parts",
                   "");
    }
    Builder b(arena_);
    b.text(rest.substr(0, end));
    if (auto put_there = put(to[i], b.take_value(), from->kept.what); !put_there) return put_there;
    if (!is_last) rest.remove_prefix(end + by.size());
  }
  return {};
}

// Texts are joined 'with' something; objects become one, the later one's members first.
Result<void> Values::merge(Value t) {
  StateClass what = StateClass::ephemeral;
  std::vector<Value> parts;
  for (const Value one : t["merge"_k]) {
    auto from = need(one);
    if (!from) return from.error();
    what = std::max(what, from->kept.what);
    parts.push_back(from->kept.value);
  }
  const Value with = t["with"_k];
  const auto fits = [&](Value part) { return with.is_text() ? part.is_text() : part.is_object(); };
  if (parts.empty() || !std::all_of(parts.begin(), parts.end(), fits)) {
    return wrong("'merge' needs texts and what is to stand between them ('with'), or objects", "");
  }
  Builder b(arena_);
  if (with.is_text()) {
    std::string text;
    for (const Value part : parts) {
      if (!text.empty()) text += with.as_text();
      text += part.as_text();
    }
    b.text(text);
  } else {
    std::map<std::string_view, Value> members;
    for (const Value part : parts) {
      for (uint32_t i = 0; i < part.size(); ++i) members[part.key(i)] = part[i];
    }
    b.begin_object();
    for (const auto& [name, value] : members) b.set(Key(name), value);
    b.end_object();
  }
  return put(t["to"_k], b.take_value(), what);
}

Result<void> Values::custom(Value t) {
  auto made = compute(t["custom"_k].as_text(), {});
  return made ? put(t["to"_k], *made, StateClass::ephemeral) : Result<void>(made.error());
}

Result<void> Values::apply(Value t) {
  constexpr std::array<std::pair<std::string_view, Result<void> (Values::*)(Value)>, 7> all{
      {{"copy", &Values::copy},
       {"convert", &Values::convert},
       {"default", &Values::fill},
       {"remove", &Values::remove},
       {"split", &Values::split},
       {"merge", &Values::merge},
       {"custom", &Values::custom}}};
  for (const auto& [name, how] : all) {
    if (t[Key(name)].exists()) return (this->*how)(t);
  }
  return wrong("a transform does nothing",
               "give it one of copy, convert, default, remove, split, merge and custom");
}

template <class See>
void Values::each_changed(const See& see) const {
  for (const auto& [key, kept] : before_) {
    const auto after = now_.find(key);
    if (after == now_.end()) {
      see(key, kept, Kept{});
    } else if (!base::equal(after->second.value, kept.value) || after->second.what != kept.what) {
      see(key, kept, after->second);
    }
  }
  for (const auto& [key, kept] : now_) {
    if (!before_.contains(key)) see(key, Kept{}, kept);
  }
}

std::optional<Document> shown(const Kept& kept) {
  if (!kept.value.exists()) return {};
  base::Blocks blocks;
  Builder b(blocks.arena());
  kept.what == StateClass::sensitive ? b.text("‹redacted:sensitive›") : b.link(kept.value);
  return Document::copy(b.take_value());
}

}  // namespace

Result<StateMigrated> SharedState::migrate(std::string_view owner, Value migration,
                                           bool only_look) {
  auto whose = spec::owner_of(owner);
  if (!whose) return whose.error();
  const Value version = migration["version"_k];
  if (!version.is_integer() || version.as_i64() < 1 || !migration["transforms"_k].is_array()) {
    return wrong("a migration is {version, transforms: [...]}", "versions count from 1");
  }
  StateMigrated done;
  engine::Engine& engine = *kernel_->rooms_->engine;
  auto migrated = engine.beside([&](const run::Shared& shared) -> Result<void> {
    base::Blocks blocks;
    const Arena arena = blocks.arena();
    const std::string key = version_key(*whose);
    const Kept before = run::kept_in(shared.get(shared.self, key, arena));
    done.from = done.to = static_cast<uint32_t>(before.value.as_u64());
    if (version.as_u64() <= done.from) return {};
    done.to = static_cast<uint32_t>(version.as_u64());
    const std::string prefix = spec::store_key(whose->scope, whose->name, {});
    Values values(shared.list(shared.self, prefix, arena), arena);
    uint32_t number = 0;
    for (const Value transform : migration["transforms"_k]) {
      ++number;
      auto applied = values.apply(transform);
      if (applied) continue;
      Error error = applied.error();
      error.message = "transform " + std::to_string(number) + ": " + error.message;
      return error;
    }
    const int64_t now = engine.now();
    values.each_changed([&](const std::string& name, const Kept& old, const Kept& made) {
      done.keys.push_back({name, shown(old), shown(made)});
      if (only_look) return;
      const Value entry = made.value.exists() ? run::entry_of(made, now, arena) : Value();
      shared.put(shared.self, spec::store_key(whose->scope, whose->name, name), entry);
    });
    if (only_look) return {};
    shared.put(shared.self, key, run::entry_of({version, StateClass::trusted}, now, arena));
    return {};
  });
  if (!migrated) return migrated.error();
  return done;
}

}  // namespace weft
