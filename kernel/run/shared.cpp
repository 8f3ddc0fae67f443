// Values beside the run: what is read of them is recorded before what follows from it, so whoever
// decides again asks nobody; what is written is recorded in the commit that writes it.
#include "run/shared.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "run/decide.hpp"
#include "run/merge.hpp"
#include "run/named.hpp"
#include "run/points.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Event;
using event::Type;
using spec::Extent;
using spec::StateClass;
using spec::StateScope;

namespace {

void write_spot(const Spot& spot, Builder& b) {
  b.set("scope"_k, spec::to_text(spot.scope));
  if (!spot.owner.empty()) b.set("owner"_k, std::string_view(spot.owner));
  if (!spot.key.empty()) b.set("key"_k, std::string_view(spot.key));
}

bool is_of(Value told, const Spot& spot) {
  return told["scope"_k].as_text() == spec::to_text(spot.scope) &&
         told["owner"_k].as_text() == spot.owner && told["key"_k].as_text() == spot.key;
}

StateClass class_in(Value said) {
  return spec::class_of(said.as_text()).value_or(StateClass::standard);
}

std::string named_in(std::string_view root) {
  const size_t dot = root.find('.');
  return dot == std::string_view::npos ? std::string() : std::string(root.substr(dot + 1));
}

std::string_view operation_of(Value said) {
  for (const std::string_view name : {"get", "set", "delete", "clear", "copy", "move"}) {
    if (said[Key(name)].exists()) return name;
  }
  return {};
}

std::span<const std::string> below(const spec::StatePlace& place) {
  return std::span(place.path).subspan(1);
}

std::vector<std::string_view> views(std::span<const std::string> path) {
  return {path.begin(), path.end()};
}

}  // namespace

Kept kept_in(Value entry) {
  if (!entry.is_object()) return {};
  return {entry["value"_k], class_in(entry["class"_k])};
}

Result<std::string> owner_in(const state::State& state, StateScope scope, std::string_view named,
                             std::string_view step) {
  const auto nobody = [&](std::string message, std::string hint) {
    return Error{Status::not_found, "state.no_owner", std::move(message), std::move(hint), {},
                 WEFT_ERR_BAD_INPUT};
  };
  switch (scope) {
    case StateScope::global: return std::string();
    case StateScope::workflow: return state.plan->id;
    case StateScope::step:
      if (step.empty()) return nobody("'$step' is no step's here", "speak of it in a step");
      return state.plan->id + "/" + std::string(step);
    case StateScope::user:
    case StateScope::session: {
      const std::string word(spec::to_text(scope));
      const std::string_view owner = state.acceptance[Key(word)].as_text();
      if (!owner.empty()) return std::string(owner);
      return nobody("the run was started without a " + word,
                    "name it when the run is started: --" + word + " NAME");
    }
    default: return std::string(named);
  }
}

Result<void> may_keep(Value value) {
  const uint64_t bytes = value.exists() ? base::packed_bytes(value) : 0;
  if (bytes <= base::limits::inline_bytes) return {};
  return Error{Status::limit,
               "state.too_large",
               "a value of state is larger than 1 MB or deeper than 64 levels",
               "keep a file or a part of it",
               {},
               WEFT_ERR_BAD_INPUT};
}

Value entry_of(const Kept& kept, int64_t at_ns, Arena arena) {
  Builder b(arena);
  b.begin_object();
  b.set("value"_k, kept.value);
  b.set("class"_k, spec::to_text(kept.what));
  b.set("at_ns"_k, at_ns);
  b.end_object();
  return b.take_value();
}

// What the decision itself has read or written counts; else what lies there, which is recorded
// unless it is about to be changed, for then the change tells it.
Kept Decider::kept_at(const Spot& spot, const At& at, bool records) {
  for (auto i = told_shared_.rbegin(); i != told_shared_.rend(); ++i) {
    const Event& e = out_->events[*i];
    const Value told = e.value();
    if (!is_of(told, spot)) continue;
    return {told[e.type == Type::state_read ? "value"_k : "new"_k], class_in(told["class"_k])};
  }
  Kept kept;
  if (shared_.get != nullptr) {
    kept = kept_in(shared_.get(shared_.self, spot.store_key(), scratch_.arena()));
  }
  if (!records) return kept;
  Builder b(scratch_.arena());
  b.begin_object();
  write_spot(spot, b);
  if (kept.what != StateClass::standard) b.set("class"_k, spec::to_text(kept.what));
  if (kept.value.exists()) b.set("value"_k, kept.value);
  b.end_object();
  Error why;
  if (!emit(Type::state_read, {at.frame, at.node, at.visit}, {b.take_value()}, &why)) return {};
  told_shared_.push_back(static_cast<uint32_t>(out_->events.size() - 1));
  const Value told = out_->events.back().value();
  announce(at, WEFT_AT_AFTER_STATE_READ, Phase::none, told);
  return {told["value"_k], kept.what};
}

// All of one owner as it is recorded, {scope, owner?, value: {KEY: value}, classes?: {KEY: class}}.
Result<Value> Decider::kept_of(const Spot& owner, const At& at) {
  Value entries;
  if (shared_.list != nullptr) {
    entries = shared_.list(shared_.self, owner.store_key(), scratch_.arena());
  }
  if (entries.size() > base::limits::shared_keys) {
    return Error{Status::limit,
                 "state.too_many",
                 "more than " + std::to_string(base::limits::shared_keys) + " keys lie in $" +
                     std::string(spec::to_text(owner.scope)),
                 "speak of single keys",
                 {},
                 WEFT_ERR_BAD_INPUT};
  }
  Builder b(scratch_.arena());
  b.begin_object();
  write_spot(owner, b);
  b.key("value"_k);
  b.begin_object();
  bool has_classes = false;
  for (uint32_t i = 0; i < entries.size(); ++i) {
    const Kept kept = kept_in(entries[i]);
    b.set(Key(entries.key(i)), kept.value);
    has_classes = has_classes || kept.what != StateClass::standard;
  }
  b.end_object();
  if (has_classes) {
    b.key("classes"_k);
    b.begin_object();
    for (uint32_t i = 0; i < entries.size(); ++i) {
      const StateClass what = kept_in(entries[i]).what;
      if (what != StateClass::standard) b.set(Key(entries.key(i)), spec::to_text(what));
    }
    b.end_object();
  }
  b.end_object();
  Error why;
  if (!emit(Type::state_read, {at.frame, at.node, at.visit}, {b.take_value()}, &why)) return why;
  const Value told = out_->events.back().value();
  announce(at, WEFT_AT_AFTER_STATE_READ, Phase::none, told);
  return told;
}

Result<Spot> spot_named(const FrameScope& from, const SharedName& name) {
  const state::State& state = *from.state;
  const auto scope = static_cast<StateScope>(name.scope);
  const std::string_view step =
      from.node != event::no_node ? state.node(*from.frame, from.node).id : std::string_view();
  auto owner = owner_in(state, scope, named_in(name.root), step);
  if (!owner) return owner.error();
  return Spot{scope, std::move(*owner), std::string(name.key)};
}

// A name of an expression.
expr::Found Decider::read_shared(void* self, const FrameScope& from, const SharedName& name) {
  auto& decider = *static_cast<Decider*>(self);
  auto spot = spot_named(from, name);
  if (!spot) return {Value(), false, "state.no_owner"};
  const At at{from.frame->number, from.node, from.visit};
  // Nothing can be said about all of a scope without reading it.
  if (decider.is_looking_ && spot->key.empty()) return {Value(), false, "state.unread"};
  if (spot->key.empty()) {
    auto all = decider.kept_of(*spot, at);
    return all ? expr::Found{(*all)["value"_k], false, nullptr}
               : expr::Found{Value(), false, "state.too_many"};
  }
  const Kept kept = decider.kept_at(*spot, at, !decider.is_looking_);
  return {kept.value, true, kept.value.exists() ? nullptr : "path.missing"};
}

// False when the step failed for it; then nothing of it happened.
bool Decider::record_changes(const At& at, const std::vector<Change>& changes) {
  for (const Change& one : changes) {
    if (auto fits = may_keep(one.after.value); !fits) return fail(at, fits.error()), false;
  }
  for (const Change& one : changes) {
    const auto& [spot, before, after] = one;
    if (!before.value.exists() && !after.value.exists()) continue;
    Builder b(scratch_.arena());
    b.begin_object();
    write_spot(spot, b);
    if (after.what != StateClass::standard) b.set("class"_k, spec::to_text(after.what));
    if (before.value.exists()) b.set("old"_k, before.value);
    if (after.value.exists()) b.set("new"_k, after.value);
    b.end_object();
    Error why;
    if (!emit(Type::scope_changed, {at.frame, at.node, at.visit}, {b.take_value()}, &why)) {
      return fail(at, why), false;
    }
    told_shared_.push_back(static_cast<uint32_t>(out_->events.size() - 1));
    if (shared_.put != nullptr) {
      const Value entry = after.value.exists() ? entry_of(after, tick_, scratch_.arena()) : Value();
      shared_.put(shared_.self, spot.store_key(), entry);
    }
    const Value told = out_->events.back().value();
    announce(at, WEFT_AT_AFTER_STATE_WRITE, Phase::state_change, told);
    announce(at, WEFT_AT_STAGE_TRANSITION, Phase::state_change, told);
  }
  return true;
}

Result<Spot> Decider::spot_of(const spec::StatePlace& place, const At& at) {
  auto owner = owner_in(state(), place.scope, place.owner, node(at).id);
  if (!owner) return owner.error();
  return Spot{place.scope, std::move(*owner), place.path.empty() ? std::string() : place.path[0]};
}

// What a 'set' writes beside the variables, of which the rest is; several may stand in one value.
Result<Value> Decider::take_places(const At& at, Value said, std::vector<Change>& changes) {
  Builder rest(scratch_.arena());
  rest.begin_object();
  for (uint32_t i = 0; i < said.size(); ++i) {
    if (!said.key(i).starts_with('$')) {
      rest.set(Key(said.key(i)), said[i]);
      continue;
    }
    auto place = spec::place_of(said.key(i), Extent::key);
    if (!place) return place.error();
    auto spot = spot_of(*place, at);
    if (!spot) return spot.error();
    auto same = std::find_if(changes.begin(), changes.end(),
                             [&](const Change& one) { return one.spot == *spot; });
    if (same == changes.end()) {
      const Kept before = kept_at(*spot, at, place->path.size() > 1);
      same = changes.insert(same, {std::move(*spot), before, before});
    }
    auto after = base::set(same->after.value, views(below(*place)), said[i], scratch_.arena());
    if (!after) return after.error();
    if (auto fits = may_keep(*after); !fits) return fits.error();
    same->after.value = *after;
  }
  rest.end_object();
  return rest.take_value();
}

// A step of state does what it says.
void Decider::do_state(const At& at, Value said) {
  const std::string_view what = operation_of(said);
  const bool is_of_one = what == "set" || what == "delete";
  const Extent extent = what == "get" ? Extent::any : is_of_one ? Extent::key : Extent::all;
  auto place = spec::place_of(said[Key(what)].as_text(), extent);
  if (!place) return fail(at, place.error());
  auto spot = spot_of(*place, at);
  if (!spot) return fail(at, spot.error());
  if (extent == Extent::all) return do_all(at, said, *spot);
  if (is_of_one) return do_one(at, said, *place, *spot);
  if (!place->path.empty()) {
    const Value found = inside(kept_at(*spot, at, true).value, below(*place));
    return succeed(at, {found.exists() ? found : null_value()});
  }
  auto all = kept_of(*spot, at);
  all ? succeed(at, {(*all)["value"_k]}) : fail(at, all.error());
}

// 'set' and 'delete', which change nothing where it is not as they expect.
void Decider::do_one(const At& at, Value said, const spec::StatePlace& place, const Spot& spot) {
  const bool sets = said["set"_k].exists();
  // What the outcome depends on is recorded by itself.
  const Kept before = kept_at(spot, at, said["expect"_k].exists() || place.path.size() > 1);
  const Value now = inside(before.value, below(place));
  const Value expected = said["expect"_k];
  const bool fits =
      !expected.exists() || (now.exists() ? base::equal(now, expected) : expected.is_null());
  Kept after = before;
  if (fits) {
    const auto path = views(below(place));
    Result<Value> made = Value();
    if (sets) made = base::set(before.value, path, said["value"_k], scratch_.arena());
    if (!sets && !path.empty()) made = base::erase(before.value, path, scratch_.arena());
    if (!made) return fail(at, made.error());
    after.value = *made;
    if (const std::string_view word = said["class"_k].as_text(); !word.empty()) {
      const auto given = spec::given_class(word);
      if (!given) return fail(at, given.error());
      after.what = *given;
    }
    if (!record_changes(at, {{spot, before, after}})) return;
  }
  const Value stands = inside(after.value, below(place));
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("changed"_k, fits);
  b.set("value"_k, stands.exists() ? stands : null_value());
  b.end_object();
  succeed(at, {b.take_value()});
}

// 'clear', 'copy' and 'move': every key of an owner.
void Decider::do_all(const At& at, Value said, const Spot& from) {
  Spot to = from;
  const bool copies = !said["clear"_k].exists();
  if (copies) {
    auto place = spec::place_of(said["to"_k].as_text(), Extent::all);
    if (!place) return fail(at, place.error());
    auto target = spot_of(*place, at);
    if (!target) return fail(at, target.error());
    to = std::move(*target);
  }
  const bool is_itself = copies && to == from;
  auto all = kept_of(from, at);
  if (!all) return fail(at, all.error());
  const Value values = (*all)["value"_k];
  std::vector<Change> changes;
  changes.reserve(2 * values.size());
  for (uint32_t i = 0; i < values.size() && !is_itself; ++i) {
    const Kept kept{values[i], class_in((*all)["classes"_k][Key(values.key(i))])};
    to.key = values.key(i);
    if (copies) changes.push_back({to, kept_at(to, at, false), kept});
    if (said["copy"_k].exists()) continue;
    changes.push_back({{from.scope, from.owner, std::string(values.key(i))}, kept, {}});
  }
  if (!record_changes(at, changes)) return;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("keys"_k, values.size());
  b.end_object();
  succeed(at, {b.take_value()});
}

}  // namespace weft::run
