// parse: the text of an expression becomes a program.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include <weft/result.hpp>

#include "expr/program.hpp"

namespace weft::expr {

enum class Accept : uint8_t { expression, path };

Result<std::unique_ptr<const Program>> parse(std::string_view text, const Names& names,
                                             Accept accept);

}  // namespace weft::expr
