// Texts put together.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace weft::cli {

std::string concat(std::initializer_list<std::string_view> parts);

// 'name', as messages show names.
std::string in_quotes(std::string_view name);

}  // namespace weft::cli
