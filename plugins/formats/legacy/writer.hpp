// Writer: a definition as YAML, with the old text in comments.
#pragma once

#include <string>
#include <string_view>

#include "reading.hpp"

namespace weft::legacy {

// Requires: the reading is converted.
std::string to_yaml(std::string_view text, const Reading& reading);

}  // namespace weft::legacy
