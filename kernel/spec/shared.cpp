// What a step writes: variables of its run, and places of state that runs share.
#include <algorithm>
#include <array>

#include "base/path.hpp"
#include "base/text.hpp"
#include "expr/template.hpp"
#include "spec/parser.hpp"
#include "spec/place.hpp"

namespace weft::spec {

using namespace lit;

namespace {

struct StateOperation {
  std::string_view name;
  Extent extent = Extent::any;
  bool has_value = false, may_expect = false, has_target = false;
};
constexpr std::array<StateOperation, 6> operations{{
    {"get", Extent::any, false, false, false},
    {"set", Extent::key, true, true, false},
    {"delete", Extent::key, false, true, false},
    {"clear", Extent::all, false, false, false},
    {"copy", Extent::all, false, false, true},
    {"move", Extent::all, false, false, true},
}};
constexpr std::array<std::string_view, 10> words{"get",  "set",   "delete", "clear",  "copy",
                                                 "move", "value", "class",  "expect", "to"};

const StateOperation* operation_of(Value own) {
  for (const StateOperation& one : operations) {
    if (own[Key(one.name)].exists()) return &one;
  }
  return nullptr;
}

bool is_template(Value value) {
  return value.is_text() && expr::contains_template(value.as_text());
}

// Of a key such as global:name, as scopes are written in other places.
std::string_view scope_before_colon(std::string_view key) {
  const std::string_view word = key.substr(0, key.find(':'));
  return word.size() < key.size() && scope_of(word) ? word : std::string_view();
}

}  // namespace

// What a 'set' writes: a declared variable, a path into one, or a place of state.
void Parser::check_target(std::string_view key, Value value) {
  if (key.starts_with('$')) {
    auto place = place_of(key, Extent::key);
    if (!place) return problem(value, "spec.pattern", place.error().message, place.error().hint);
    spec().shared |= bit(place->scope);
    return;
  }
  if (const std::string_view scope = scope_before_colon(key); !scope.empty()) {
    return problem(value, "spec.pattern",
                   base::quoted(key) + " is no variable, and no place of state either",
                   "write $" + std::string(scope) + ".key");
  }
  const auto path = base::split_path(key);
  if (!path) return problem(value, "spec.pattern", path.error().message, path.error().hint);
  const Value declared = spec().variables;
  if (!declared.exists() || declared[Key(path->front())].exists()) return;
  std::vector<std::string_view> names;
  names.reserve(declared.size());
  for (uint32_t k = 0; k < declared.size(); ++k) names.push_back(declared.key(k));
  problem(value, "spec.unknown_reference",
          "the definition declares no variable " + base::quoted(path->front()),
          base::did_you_mean(path->front(), names));
}

// Where a step of state reads or writes, as far as it can be judged before the run.
void Parser::check_place(Value written, Extent extent) {
  if (is_template(written)) return;
  if (!written.is_text()) return wrong_type(written, "state", "a place such as $global.counter");
  auto place = place_of(written.as_text(), extent);
  if (!place) return problem(written, "spec.pattern", place.error().message, place.error().hint);
  spec().shared |= bit(place->scope);
}

// One operation and what belongs to it.
void Parser::check_state(Value own) {
  if (!own.is_object()) return wrong_type(own, "state", "an object");
  const StateOperation* operation = operation_of(own);
  if (operation == nullptr) {
    return problem(own, "spec.no_alternative", "a step of state does nothing",
                   "give it one of get, set, delete, clear, copy and move");
  }
  for (uint32_t i = 0; i < own.size(); ++i) {
    const std::string_view name = own.key(i);
    const Value value = own[i];
    if (name == operation->name) {
      check_place(value, operation->extent);
      continue;
    }
    const bool is_known =
        (name == "value" && operation->has_value) || (name == "class" && operation->has_value) ||
        (name == "expect" && operation->may_expect) || (name == "to" && operation->has_target);
    if (!is_known) {
      problem(value, "spec.unknown_field",
              base::quoted(operation->name) + " has no " + base::quoted(name),
              base::did_you_mean(name, words));
    } else if (name == "to") {
      check_place(value, Extent::all);
    } else if (name == "class" && !is_template(value)) {
      const auto what = given_class(value.as_text());
      if (!what) problem(value, "spec.unknown_value", what.error().message, what.error().hint);
    }
  }
  if (operation->has_target && !own["to"_k].exists()) {
    problem(own, "spec.missing_field", "'to' is missing", "say where to");
  }
  if (operation->has_value && !own["value"_k].exists()) {
    problem(own, "spec.missing_field", "'value' is missing", "say what is to stand there");
  }
}

}  // namespace weft::spec
