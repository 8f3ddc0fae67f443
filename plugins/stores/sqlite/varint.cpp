#include "varint.hpp"

namespace weft::sqlite {

void put_natural(std::string& to, uint64_t v) {
  for (; v >= 0x80; v >>= 7U) to.push_back(static_cast<char>(v | 0x80U));
  to.push_back(static_cast<char>(v));
}

void put_text(std::string& to, std::string_view v) {
  put_natural(to, v.size());
  to.append(v);
}

bool take_natural(std::string_view& from, uint64_t& v) {
  v = 0;
  for (unsigned shift = 0; shift < 64 && !from.empty(); shift += 7) {
    const auto byte = static_cast<uint8_t>(from.front());
    from.remove_prefix(1);
    v |= uint64_t{byte & 0x7fU} << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

bool take_text(std::string_view& from, std::string_view& v) {
  uint64_t n = 0;
  if (!take_natural(from, n) || n > from.size()) return false;
  v = from.substr(0, n);
  from.remove_prefix(n);
  return true;
}

}  // namespace weft::sqlite
