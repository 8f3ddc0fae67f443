#include "spec/place.hpp"

#include <algorithm>
#include <array>

#include "base/path.hpp"
#include "base/text.hpp"

namespace weft::spec {
namespace {

constexpr std::array<std::string_view, state_scopes> scopes{
    "global", "user", "session", "agent", "tool", "workflow", "step", "hook", "custom"};
constexpr std::array<std::string_view, 4> classes{"ephemeral", "trusted", "standard", "sensitive"};

Error bad_place(std::string_view written, std::string message, std::string hint) {
  return {.status = Status::bad_input,
          .code = "state.place",
          .message = base::quoted(written) + " " + std::move(message),
          .hint = std::move(hint),
          .flags = WEFT_ERR_BAD_INPUT};
}

Error no_scope(std::string_view written, std::string_view word) {
  std::string hint = base::did_you_mean(word, scopes);
  if (hint.empty()) hint = "global user session agent tool workflow step hook custom";
  return bad_place(written, "names no scope of state", std::move(hint));
}

void append_escaped(std::string& to, std::string_view text) {
  for (const char c : text) {
    if (c == '%') {
      to += "%25";
    } else if (c == '/') {
      to += "%2F";
    } else {
      to += c;
    }
  }
}

}  // namespace

std::string_view to_text(StateScope scope) { return scopes[static_cast<size_t>(scope)]; }
std::string_view to_text(StateClass what) { return classes[static_cast<size_t>(what)]; }

std::optional<StateScope> scope_of(std::string_view word) {
  const auto* const found = std::find(scopes.begin(), scopes.end(), word);
  if (found == scopes.end()) return {};
  return static_cast<StateScope>(found - scopes.begin());
}

std::optional<StateClass> class_of(std::string_view word) {
  const auto* const found = std::find(classes.begin(), classes.end(), word);
  if (found == classes.end()) return {};
  return static_cast<StateClass>(found - classes.begin());
}

Result<StateClass> given_class(std::string_view word) {
  const auto found = class_of(word);
  if (found && *found != StateClass::trusted) return *found;
  return Error{.status = Status::bad_input,
               .code = "state.class",
               .message = base::quoted(word) + " is no class that a value can be given",
               .hint = "classes are 'ephemeral', 'standard' and 'sensitive'",
               .flags = WEFT_ERR_BAD_INPUT};
}

bool is_named(StateScope scope) {
  return scope == StateScope::agent || scope == StateScope::tool || scope == StateScope::hook ||
         scope == StateScope::custom;
}

Result<StatePlace> place_of(std::string_view written, Extent extent) {
  const bool is_marked = written.starts_with('$');
  auto path = is_marked ? base::split_path(written.substr(1))
                        : Result<std::vector<std::string>>(bad_place(written, "is no place", ""));
  if (!path) return bad_place(written, "is no place of state", "write $global.key");
  const auto scope = scope_of(path->front());
  if (!scope) return no_scope(written, path->front());
  StatePlace place{*scope, {}, std::move(*path)};
  place.path.erase(place.path.begin());
  if (is_named(*scope)) {
    if (place.path.empty()) {
      return bad_place(written, "does not say whose",
                       "write $" + std::string(to_text(*scope)) + ".NAME.key");
    }
    place.owner = std::move(place.path.front());
    place.path.erase(place.path.begin());
  }
  if (extent == Extent::key && place.path.empty()) {
    return bad_place(written, "is all of a scope, not a key in it",
                     "write " + std::string(written) + ".key");
  }
  if (extent == Extent::all && !place.path.empty()) {
    return bad_place(written, "is a key in a scope, not all of it", "leave the key out");
  }
  return place;
}

Result<Owner> owner_of(std::string_view written) {
  const size_t colon = written.find(':');
  const std::string_view word = written.substr(0, colon);
  const auto scope = scope_of(word);
  if (!scope) return no_scope(written, word);
  const std::string_view name =
      colon == std::string_view::npos ? std::string_view() : written.substr(colon + 1);
  if (*scope == StateScope::global && !name.empty()) {
    return bad_place(written, "names an owner, and what is global has none", "write global");
  }
  if (*scope != StateScope::global && name.empty()) {
    return bad_place(written, "does not say whose", "write " + std::string(word) + ":OWNER");
  }
  return Owner{*scope, std::string(name)};
}

std::string store_key(StateScope scope, std::string_view owner, std::string_view key) {
  std::string made = "state/";
  made.append(to_text(scope)).append("/");
  append_escaped(made, owner);
  made += '/';
  append_escaped(made, key);
  return made;
}

std::string key_in(std::string_view store_key) {
  const std::string_view escaped = store_key.substr(store_key.rfind('/') + 1);
  std::string key;
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '%') {
      key += escaped[i];
      continue;
    }
    key += escaped.substr(i + 1, 2) == "25" ? '%' : '/';
    i += 2;
  }
  return key;
}

}  // namespace weft::spec
