// Beside: a definition that another one calls, in a file of that name in the same directory.
#pragma once

#include <string_view>

#include <weft/kernel.hpp>

namespace weft::cli {

// NAME.yaml, NAME.yml or NAME.json, in this order. file may be none, such as standard input: then
// the working directory is meant.
Result<DefinitionText> find_beside(std::string_view name, std::string_view file);

}  // namespace weft::cli
