// next_code_point: walks UTF-8 text, whatever its bytes are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::expr {

inline constexpr char32_t code_point_max = 0x10FFFF;
inline constexpr char32_t replacement = 0xFFFD;

// Bytes of the sequence that this byte begins; 1 for a byte that begins none.
inline size_t sequence_size(char lead) {
  const auto byte = static_cast<uint8_t>(lead);
  if (byte < 0xC0) return 1;
  if (byte < 0xE0) return 2;
  return byte < 0xF0 ? 3 : 4;
}

// The code point at a byte offset, which moves behind it. A byte that is not UTF-8 reads as U+FFFD.
// Requires: at < text.size().
inline char32_t next_code_point(std::string_view text, size_t& at) {
  const auto lead = static_cast<uint8_t>(text[at]);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  const size_t size = sequence_size(text[at]);
  if (size == 1 || at + size > text.size()) {
    ++at;
    return replacement;
  }
  char32_t c = lead & (0x7FU >> size);
  for (size_t i = 1; i < size; ++i) {
    const auto byte = static_cast<uint8_t>(text[at + i]);
    if ((byte & 0xC0U) != 0x80) {
      ++at;
      return replacement;
    }
    c = (c << 6U) | (byte & 0x3FU);
  }
  at += size;
  return c;
}

// The number, from 1, of the code point that begins at a byte offset.
inline uint32_t column_at(std::string_view text, size_t offset) {
  uint32_t column = 1;
  for (size_t i = 0; i < offset && i < text.size(); ++i) {
    if ((static_cast<uint8_t>(text[i]) & 0xC0U) != 0x80) ++column;
  }
  return column;
}

}  // namespace weft::expr
