// UTF-8 as terminals show it: code points and the columns that they take.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::cli {

inline constexpr char32_t invalid_code_point = 0x110000;

// The first code point, which is removed; one byte and the invalid one where there is none.
// Requires: text is not empty.
char32_t take_code_point(std::string_view& text);

// 0, 1 or 2.
uint32_t width_of(char32_t code_point);

}  // namespace weft::cli
