// Calls: a definition and those that its steps call, each read once.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "spec/known.hpp"
#include "spec/spec.hpp"

namespace weft::spec {

inline constexpr uint32_t definitions_max = 1'000;  // that call each other, in one plan

struct Member {
  Value definition;
  std::string_view name;   // by which its holder knows it; empty for the first
  uint32_t holder = none;  // the member that holds it; what was found elsewhere the first holds
  uint32_t found = none;   // the text that it stands in: of those found, or the first one's own
  Parsed parsed{};
  std::vector<Known> known{};  // by block
};

struct Family {
  std::vector<Member> members;  // 0 is the definition itself; a holder comes before what it holds
  std::vector<Found> found;
};

// Reads all, finds what each call means, and judges what is said of calls. A name is sought among
// what the definition holds, then it is the definition's own id, then the same of its holder, and
// at last it is asked of the catalog.
Family read_family(Value definition, const Catalog& catalog, Arena arena);

}  // namespace weft::spec
