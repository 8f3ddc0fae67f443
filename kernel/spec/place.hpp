// Place: where a value lies that outlives runs, as definitions, people and stores write it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::spec {

enum class StateScope : uint8_t {
  global,
  user,      // of a run: the one that it was started for
  session,   // likewise
  agent,     // named
  tool,      // named
  workflow,  // the definition of the run
  step,      // the step that speaks, in its definition
  hook,      // named
  custom,    // named
};
inline constexpr uint32_t state_scopes = 9;
std::string_view to_text(StateScope scope);
std::optional<StateScope> scope_of(std::string_view word);
// Whether an owner is written behind it, as in $custom.NAME.key; else the run says whose it is.
bool is_named(StateScope scope);
// One bit for each scope.
inline uint32_t bit(StateScope scope) { return 1U << static_cast<uint32_t>(scope); }

// What becomes of a value besides being kept.
enum class StateClass : uint8_t {
  ephemeral,  // it is gone with the process
  trusted,    // the kernel itself wrote it
  standard,
  sensitive,  // nobody sees it: not in events, lists or errors
};
std::string_view to_text(StateClass what);
std::optional<StateClass> class_of(std::string_view word);
// Of a word, as somebody gives it to a value; BAD_INPUT for none, and for the kernel's own.
Result<StateClass> given_class(std::string_view word);

struct StatePlace {
  StateScope scope{};
  std::string owner;              // where it is named
  std::vector<std::string> path;  // a key, and what is within its value; empty: all of the scope
};
// What a place must be: one key of a scope, or all of it.
enum class Extent : uint8_t { any, key, all };
// Of $global.counter, $session, $custom.NAME["odd key"].inner; BAD_INPUT when it is none.
Result<StatePlace> place_of(std::string_view written, Extent extent = Extent::any);

// SCOPE or SCOPE:OWNER, as command lines have it. Every scope but global has an owner there.
struct Owner {
  StateScope scope{};
  std::string name;
  bool operator==(const Owner&) const = default;
};
Result<Owner> owner_of(std::string_view written);

// Under which key a store has it: 'state/SCOPE/OWNER/KEY', '%' and '/' in the latter two escaped.
// With an empty key what all of the owner's begin with.
std::string store_key(StateScope scope, std::string_view owner, std::string_view key);
// The KEY in one of them.
std::string key_in(std::string_view store_key);

}  // namespace weft::spec
