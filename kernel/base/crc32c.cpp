#include "base/crc32c.hpp"

#include <array>
#include <cstring>

#ifdef __x86_64__
#include <nmmintrin.h>
#endif

namespace weft::base {
namespace {

// Row k of the table says what a byte does that lies k bytes before the end of a group of eight.
using Table = std::array<std::array<uint32_t, 256>, 8>;

constexpr Table make_table() {
  Table table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0x82f63b78U : 0U);
    table[0][byte] = crc;
  }
  for (uint32_t byte = 0; byte < 256; ++byte) {
    for (size_t row = 1; row < 8; ++row) {
      const uint32_t before = table[row - 1][byte];
      table[row][byte] = (before >> 8U) ^ table[0][before & 0xffU];
    }
  }
  return table;
}

constexpr Table table = make_table();

#ifdef __x86_64__
__attribute__((target("sse4.2"))) uint32_t crc32c_sse42(const uint8_t* p, size_t size,
                                                        uint32_t crc) {
  uint64_t wide = crc;
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    wide = _mm_crc32_u64(wide, word);
  }
  crc = static_cast<uint32_t>(wide);
  for (; size != 0; ++p, --size) crc = _mm_crc32_u8(crc, *p);
  return crc;
}
#endif

}  // namespace

uint32_t crc32c_portable(const void* bytes, size_t size, uint32_t before) {
  const auto* p = static_cast<const uint8_t*>(bytes);
  uint32_t crc = ~before;
  for (; size >= 8; p += 8, size -= 8) {
    uint64_t word;
    std::memcpy(&word, p, sizeof word);
    word ^= crc;
    crc = 0;
    for (size_t k = 0; k < 8; ++k) crc ^= table[7 - k][(word >> (8 * k)) & 0xffU];
  }
  for (; size != 0; ++p, --size) crc = (crc >> 8U) ^ table[0][(crc ^ *p) & 0xffU];
  return ~crc;
}

uint32_t crc32c(const void* bytes, size_t size, uint32_t before) {
#ifdef __x86_64__
  if (__builtin_cpu_supports("sse4.2")) {
    return ~crc32c_sse42(static_cast<const uint8_t*>(bytes), size, ~before);
  }
#endif
  return crc32c_portable(bytes, size, before);
}

}  // namespace weft::base
