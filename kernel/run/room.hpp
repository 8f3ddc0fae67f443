// Room: whether a call may be made now. Whoever says no says later, by an input, that it may.
#pragma once

#include "run/input.hpp"
#include "run/run.hpp"

namespace weft::run {

struct Room {
  void* self = nullptr;
  // Null when there is always room. Called where a call is about to be announced; what it takes is
  // held for the command until it is over. Its arguments are missing where they are those of the
  // attempt before, or the plan's.
  bool (*admit)(void* self, const Run& run, const Command& call) = nullptr;
  // Null, or as long as it is false there is room for everything.
  const bool* is_scarce = nullptr;

  bool has(const Run& run, const Command& call) const { return admit(self, run, call); }
  bool is_endless() const { return admit == nullptr || (is_scarce != nullptr && !*is_scarce); }
};

}  // namespace weft::run
