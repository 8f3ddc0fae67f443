// The known word that a wrong one was probably meant to be.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace weft::cli {

// "did you mean 'validate'?", or empty when nothing is near.
std::string did_you_mean(std::string_view written, const std::vector<std::string_view>& known);

}  // namespace weft::cli
