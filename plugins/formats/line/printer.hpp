// Printer: from a definition to the line that means it, where there is one.
#pragma once

#include <optional>
#include <string>

#include "tree.hpp"

namespace weft::line {

// What comes out was read again and means the same.
std::optional<std::string> print(const Tree& definition);

// Whether two trees mean the same, wherever they stand.
bool equals(const Tree& a, const Tree& b);

}  // namespace weft::line
