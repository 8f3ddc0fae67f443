// split_template: one text of a template as literal pieces, {{expressions}} and ${paths}.
#pragma once

#include <cstdint>
#include <memory_resource>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::expr {

struct TextPiece {
  enum class Kind : uint8_t { literal, expression, path };
  Kind kind = Kind::literal;
  std::string_view inner;  // of an expression or path, without its braces
  uint32_t at = 0;         // byte of inner in the text
  std::string literal;     // with escapes undone
};

using TextPieces = std::pmr::vector<TextPiece>;

// Literal pieces do not adjoin each other and are not empty. The pieces lie in the memory.
Result<TextPieces> split_template(std::string_view text, std::pmr::memory_resource* memory);

}  // namespace weft::expr
