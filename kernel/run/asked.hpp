// Asked: who may decide an approval.
#pragma once

#include <algorithm>

#include "state/state.hpp"

namespace weft::run {

// Whoever is among its people or has one of its roles; anybody where it names neither. about is the
// payload of the approval, decision the message, whose roles the host vouches for.
inline bool may_decide(Value about, Value decision) {
  using namespace lit;
  const auto has = [](Value list, Value sought) {
    for (const Value one : list) {
      if (one.is_text() && one.as_text() == sought.as_text()) return true;
    }
    return false;
  };
  const Value people = about["people"_k], roles = about["roles"_k];
  if ((!people.is_array() && !roles.is_array()) || has(people, decision["by"_k])) return true;
  for (const Value role : decision["roles"_k]) {
    if (has(roles, role)) return true;
  }
  return false;
}

inline bool has_decided(const state::State& state, const state::Wait& wait, std::string_view by) {
  using namespace lit;
  return std::any_of(state.votes.begin(), state.votes.end(), [&](const state::Vote& vote) {
    return vote.frame == wait.frame && vote.node == wait.node &&
           Value(vote.about)["by"_k].as_text() == by;
  });
}

}  // namespace weft::run
