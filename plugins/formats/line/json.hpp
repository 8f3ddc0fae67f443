// Json: a definition in JSON as a tree, as far as a line can say it.
#pragma once

#include <string_view>

#include <weft/sdk/tree.hpp>

namespace weft::line {

// False when the text is no JSON, or holds what no line says: null and fractions.
bool read_json(std::string_view text, sdk::Tree& tree);

}  // namespace weft::line
