// Printer: from a definition to the line that means it, where there is one.
#pragma once

#include <optional>
#include <string>

#include <weft/sdk/tree.hpp>

namespace weft::line {

// What comes out was read again and means the same.
std::optional<std::string> print(const sdk::Tree& definition);

// Whether two trees mean the same, wherever they stand.
bool equals(const sdk::Tree& a, const sdk::Tree& b);

}  // namespace weft::line
