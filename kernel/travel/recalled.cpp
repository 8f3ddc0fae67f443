#include "travel/recalled.hpp"

#include <algorithm>

#include "base/pack.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;
using spec::StateClass;

namespace {

std::string key_of(Value told) {
  const auto scope = spec::scope_of(told["scope"_k].as_text());
  return spec::store_key(scope.value_or(spec::StateScope::global), told["owner"_k].as_text(),
                         told["key"_k].as_text());
}

bool is_of_one(Value told) { return told["key"_k].exists(); }

StateClass class_in(Value word) {
  return spec::class_of(word.as_text()).value_or(StateClass::standard);
}

// What lay there before, of an event about one key.
run::Kept kept_in(Value told) {
  const Value read = told["value"_k];
  return {read.exists() ? read : told["old"_k], class_in(told["class"_k])};
}

// Every key of an event that tells all of an owner.
template <class See>
void each_kept(Value told, const See& see) {
  const Value values = told["value"_k];
  for (uint32_t i = 0; i < values.size(); ++i) {
    see(values.key(i), run::Kept{values[i], class_in(told["classes"_k][Key(values.key(i))])});
  }
}

Value entry(const run::Kept& kept, Arena arena) {
  return kept.value.exists() ? run::entry_of(kept, 0, arena) : Value();
}

}  // namespace

bool tells_shared(const Event& e) {
  return e.type == Type::state_read || e.type == Type::scope_changed;
}

void Recalled::begin(const std::vector<Event>& decision) {
  told_.clear();
  listed_ = 0;
  for (const Event& e : decision) {
    if (tells_shared(e)) told_.push_back(e.value());
  }
}

// The decision asks for a key once; what it has changed itself it knows.
Value Recalled::get(void* self, std::string_view key, Arena arena) {
  const auto& told = static_cast<Recalled*>(self)->told_;
  const auto found = std::find_if(told.begin(), told.end(),
                                  [&](Value one) { return is_of_one(one) && key_of(one) == key; });
  return found != told.end() ? entry(kept_in(*found), arena) : Value();
}

Value Recalled::list(void* self, std::string_view prefix, Arena arena) {
  auto& recalled = *static_cast<Recalled*>(self);
  Builder b(arena);
  b.begin_object();
  size_t number = 0;
  for (const Value told : recalled.told_) {
    if (is_of_one(told) || key_of(told) != prefix || number++ != recalled.listed_) continue;
    each_kept(told, [&](std::string_view key, const run::Kept& kept) {
      b.set(Key(key), entry(kept, arena));
    });
  }
  ++recalled.listed_;
  b.end_object();
  return b.take_value();
}

Recollection::Recollection(const std::vector<Event>& told) {
  for (const Event& e : told) {
    const Value what = e.value();
    const std::string key = key_of(what);
    if (is_of_one(what)) {
      readings_[key].push_back({e.tick, kept_in(what)});
      continue;
    }
    each_kept(what, [&](std::string_view name, const run::Kept& kept) {
      const auto scope = spec::scope_of(what["scope"_k].as_text());
      readings_[spec::store_key(*scope, what["owner"_k].as_text(), name)].push_back({e.tick, kept});
    });
  }
}

// The latest by then, or else the first.
const run::Kept& Recollection::known(const std::vector<Reading>& readings) const {
  const auto after = std::find_if(readings.begin(), readings.end(),
                                  [&](const Reading& one) { return one.tick > tick_; });
  return after == readings.begin() ? after->kept : std::prev(after)->kept;
}

Value Recollection::get(void* self, std::string_view key, Arena arena) {
  const auto& recollection = *static_cast<Recollection*>(self);
  if (const auto own = recollection.written_.find(key); own != recollection.written_.end()) {
    return own->second.empty() ? Value() : own->second.view();
  }
  const auto found = recollection.readings_.find(key);
  if (found == recollection.readings_.end()) return {};
  return entry(recollection.known(found->second), arena);
}

Value Recollection::list(void* self, std::string_view prefix, Arena arena) {
  const auto& recollection = *static_cast<Recollection*>(self);
  std::map<std::string, Value, std::less<>> all;
  for (const auto& [key, readings] : recollection.readings_) {
    if (key.starts_with(prefix)) all[key] = entry(recollection.known(readings), arena);
  }
  for (const auto& [key, own] : recollection.written_) {
    if (key.starts_with(prefix)) all[key] = own.empty() ? Value() : own.view();
  }
  Builder b(arena);
  b.begin_object();
  for (const auto& [key, kept] : all) {
    if (kept.exists()) b.set(Key(spec::key_in(key)), kept);
  }
  b.end_object();
  return b.take_value();
}

void Recollection::put(void* self, std::string_view key, Value entry) {
  auto& written = static_cast<Recollection*>(self)->written_;
  written.insert_or_assign(std::string(key), entry.exists() ? base::pack(entry) : base::Doc());
}

}  // namespace weft::travel
