// Where plugins and runs are looked for when the command line does not say.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::cli {

// Those given, those of WEFT_PLUGINS, then those that came with this program.
std::vector<std::string> plugin_paths(std::vector<std::string> given);

// What '--store' or WEFT_STORE mean as a URL; by default a file of this user, whose folder is made.
Result<std::string> store_url(std::string_view given);

}  // namespace weft::cli
