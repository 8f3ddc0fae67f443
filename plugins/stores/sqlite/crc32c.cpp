#include "crc32c.hpp"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace weft::sqlite {
namespace {

constexpr uint32_t polynomial = 0x82f63b78U;  // reflected

// Row k holds the check of a byte followed by k zero bytes, so eight bytes are taken at once.
constexpr std::array<std::array<uint32_t, 256>, 8> make_tables() {
  std::array<std::array<uint32_t, 256>, 8> t{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1U) != 0 ? (c >> 1U) ^ polynomial : c >> 1U;
    t[0][i] = c;
  }
  for (size_t k = 1; k < 8; ++k) {
    for (size_t i = 0; i < 256; ++i) t[k][i] = (t[k - 1][i] >> 8U) ^ t[0][t[k - 1][i] & 0xffU];
  }
  return t;
}
constexpr auto tables = make_tables();

uint32_t step(uint32_t c, char byte) {
  return (c >> 8U) ^ tables[0][(c ^ static_cast<uint8_t>(byte)) & 0xffU];
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) uint32_t by_processor(std::string_view bytes, uint32_t crc) {
  uint64_t c = ~crc;
  const char* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    c = _mm_crc32_u64(c, word);
  }
  auto rest = static_cast<uint32_t>(c);
  for (; n > 0; ++p, --n) rest = _mm_crc32_u8(rest, static_cast<uint8_t>(*p));
  return ~rest;
}
#endif

}  // namespace

uint32_t crc32c_by_table(std::string_view bytes, uint32_t crc) {
  uint32_t c = ~crc;
  const char* p = bytes.data();
  size_t n = bytes.size();
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    word ^= c;
    c = 0;
    for (size_t k = 0; k < 8; ++k) c ^= tables[7 - k][(word >> (8 * k)) & 0xffU];
  }
  for (; n > 0; ++p, --n) c = step(c, *p);
  return ~c;
}

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("sse4.2")) return by_processor(bytes, crc);
#endif
  return crc32c_by_table(bytes, crc);
}

}  // namespace weft::sqlite
