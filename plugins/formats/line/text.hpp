// Text: the bytes of a line, whether they are text at all, and where one of them stands.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/sdk/text.hpp>

#include "tree.hpp"

namespace weft::line {

inline constexpr size_t bytes_max = 1'000'000;

// False when it is too long, no UTF-8 or holds control characters; fault says what and where.
bool check(std::string_view text, Fault& fault);
using sdk::set_place;

}  // namespace weft::line
