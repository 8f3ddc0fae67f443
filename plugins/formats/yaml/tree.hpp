// Tree: a parsed document as parts in order of the text, before anchors and tags are resolved.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "source.hpp"

namespace weft::yaml {

enum class Kind : uint8_t {
  plain,  // decided by the core schema; empty is null
  text,   // quoted or a block scalar
  map,    // children are key, value, key, value
  list,
  alias,  // target is the node of the anchor
};

enum class Tag : uint8_t { none, str, integer, floating, boolean, null, map, list };

struct Part {
  Kind kind = Kind::plain;
  Tag tag = Tag::none;
  uint32_t at = 0;
  uint32_t length = 0;  // bytes to underline
  uint32_t first = nowhere;
  uint32_t next = nowhere;
  uint32_t target = nowhere;
  std::string_view text;
};

using Tree = std::vector<Part>;

}  // namespace weft::yaml
