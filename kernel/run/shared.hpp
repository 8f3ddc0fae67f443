// Shared: values that lie beside all runs, as whoever decides reaches them.
#pragma once

#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "spec/place.hpp"
#include "state/state.hpp"

namespace weft::run {

// Keys are those of spec::store_key. An entry is {value, class, at_ns}; what is answered lives in
// the arena. Without functions nothing lies there, and nothing is kept.
struct Shared {
  void* self = nullptr;
  // Missing when there is none.
  Value (*get)(void* self, std::string_view key, Arena arena) = nullptr;
  // All of one owner, {KEY: entry}, the prefix being its store_key without a key; at most one more
  // than limits::shared_keys.
  Value (*list)(void* self, std::string_view prefix, Arena arena) = nullptr;
  // A missing entry takes it away. It is there at once for those who decide next, and for all
  // others with the commit of the turn.
  void (*put)(void* self, std::string_view key, Value entry) = nullptr;
};

// One key of one owner.
struct Spot {
  spec::StateScope scope{};
  std::string owner, key;

  std::string store_key() const { return spec::store_key(scope, owner, key); }
  bool operator==(const Spot&) const = default;
};

// What lies there; missing where nothing does.
struct Kept {
  Value value;
  spec::StateClass what = spec::StateClass::standard;
};
Kept kept_in(Value entry);

// What becomes of a key.
struct Change {
  Spot spot;
  Kept before, after;
};

// Whose a place is that a step of the run speaks of; NOT_FOUND when it is nobody's here.
Result<std::string> owner_in(const state::State& state, spec::StateScope scope,
                             std::string_view named, std::string_view step);

// Whether a value may be kept: LIMIT when it is too large or too deep.
Result<void> may_keep(Value value);

Value entry_of(const Kept& kept, int64_t at_ns, Arena arena);

}  // namespace weft::run
