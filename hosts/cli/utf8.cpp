#include "utf8.hpp"

#include <cstddef>

namespace weft::cli {
namespace {

struct Range {
  char32_t first, last;
};

// Combining marks, joiners and variation selectors.
constexpr Range no_width[] = {{0x0300, 0x036f}, {0x0483, 0x0489}, {0x0591, 0x05bd},
                              {0x0610, 0x061a}, {0x064b, 0x065f}, {0x1ab0, 0x1aff},
                              {0x1dc0, 0x1dff}, {0x200b, 0x200f}, {0x20d0, 0x20ff},
                              {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};

// East Asian wide and full-width forms, and pictographs.
constexpr Range two_columns[] = {{0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0x33ff},
                                 {0x3400, 0x4dbf},   {0x4e00, 0x9fff},   {0xa000, 0xa4cf},
                                 {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},
                                 {0xff00, 0xff60},   {0xffe0, 0xffe6},   {0x1f300, 0x1f64f},
                                 {0x1f680, 0x1f6ff}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd}};

template <size_t n>
bool is_in(const Range (&ranges)[n], char32_t c) {
  for (const Range& range : ranges) {
    if (c >= range.first && c <= range.last) return true;
  }
  return false;
}

}  // namespace

char32_t take_code_point(std::string_view& text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t n = lead < 0x80   ? 1
                   : lead < 0xc2 ? 0
                   : lead < 0xe0 ? 2
                   : lead < 0xf0 ? 3
                   : lead < 0xf5 ? 4
                                 : 0;
  if (n == 0 || n > text.size()) {
    text.remove_prefix(1);
    return invalid_code_point;
  }
  char32_t c = n == 1 ? lead : lead & (0x7fU >> n);
  for (size_t i = 1; i < n; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xc0U) != 0x80U) {
      text.remove_prefix(1);
      return invalid_code_point;
    }
    c = c << 6U | (next & 0x3fU);
  }
  text.remove_prefix(n);
  return c;
}

uint32_t width_of(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (is_in(no_width, code_point)) return 0;
  return is_in(two_columns, code_point) ? 2 : 1;
}

}  // namespace weft::cli
