// Numbers of variable length: seven bits a byte, the lowest first, the high bit says more follow.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::sqlite {

void put_natural(std::string& to, uint64_t v);
void put_text(std::string& to, std::string_view v);  // its length, then its bytes
// Take from the front; false, and nothing is promised, when it is not there.
bool take_natural(std::string_view& from, uint64_t& v);
bool take_text(std::string_view& from, std::string_view& v);

}  // namespace weft::sqlite
