// parse: the text of an expression becomes a program.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/result.hpp>

#include "expr/program.hpp"

namespace weft::expr {

enum class Accept : uint8_t { expression, path };

// The program and all that it says lie in kept.
Result<Program> parse(std::string_view text, const Names& names, Accept accept, Literals& kept);

}  // namespace weft::expr
