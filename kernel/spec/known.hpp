// Known: how much of a definition can be trusted in spite of what is wrong in it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "spec/spec.hpp"

namespace weft::spec {

// Of a block. Where it is not all, edges and fields may be missing from it; where it is nothing, it
// cannot even be described.
enum class Known : uint8_t { all, part, nothing };

struct Reading {
  Parsed parsed;
  std::vector<Known> known;  // by block
};

// Like parse, for who wants to go on with what is wrong.
Reading read(Value definition, const Catalog& catalog, Arena arena, std::string_view name);

}  // namespace weft::spec
