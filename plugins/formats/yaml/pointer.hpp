// Pointer: follows an RFC 6901 pointer through a tree.
#pragma once

#include <cstdint>
#include <string_view>

#include "tree.hpp"

namespace weft::yaml {

// The node of a value, or of its key when the pointer ends in '~'; found is false when only `node`,
// the nearest one on the way, is there.
struct Reached {
  uint32_t node = nowhere;
  bool found = false;
};

Reached follow(const Tree& tree, uint32_t root, std::string_view pointer);

}  // namespace weft::yaml
