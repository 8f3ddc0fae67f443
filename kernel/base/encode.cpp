#include "base/encode.hpp"

#include <array>

namespace weft::base {
namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base64_digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr uint8_t no_digit = 255;

constexpr std::array<uint8_t, 256> values_of(std::string_view digits) {
  std::array<uint8_t, 256> values{};
  values.fill(no_digit);
  for (size_t i = 0; i < digits.size(); ++i) {
    values[static_cast<uint8_t>(digits[i])] = static_cast<uint8_t>(i);
  }
  return values;
}

constexpr std::array<uint8_t, 256> base64_values = values_of(base64_digits);

constexpr std::array<uint8_t, 256> hex_values = [] {
  auto values = values_of(hex_digits);
  for (size_t i = 0; i < 6; ++i) values['A' + i] = static_cast<uint8_t>(10 + i);
  return values;
}();

uint8_t byte_at(std::string_view bytes, size_t i) { return static_cast<uint8_t>(bytes[i]); }

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string text(bytes.size() * 2, '0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    text[2 * i] = hex_digits[byte_at(bytes, i) >> 4U];
    text[2 * i + 1] = hex_digits[byte_at(bytes, i) & 15U];
  }
  return text;
}

std::string to_hex(const Digest& digest) {
  return to_hex({reinterpret_cast<const char*>(digest.data()), digest.size()});
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string bytes(text.size() / 2, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const uint8_t high = hex_values[byte_at(text, 2 * i)];
    const uint8_t low = hex_values[byte_at(text, 2 * i + 1)];
    if (high == no_digit || low == no_digit) return std::nullopt;
    bytes[i] = static_cast<char>(high << 4U | low);
  }
  return bytes;
}

void append_base64(std::string& out, std::string_view bytes) {
  size_t i = 0;
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (; i + 3 <= bytes.size(); i += 3) {
    const uint32_t group = uint32_t{byte_at(bytes, i)} << 16U |
                           uint32_t{byte_at(bytes, i + 1)} << 8U | byte_at(bytes, i + 2);
    for (uint32_t shift = 24; shift != 0; shift -= 6) {
      out += base64_digits[group >> (shift - 6) & 63U];
    }
  }
  const size_t left = bytes.size() - i;
  if (left == 0) return;
  const uint32_t second = left == 2 ? byte_at(bytes, i + 1) : 0;
  const uint32_t group = uint32_t{byte_at(bytes, i)} << 16U | second << 8U;
  out += base64_digits[group >> 18U];
  out += base64_digits[group >> 12U & 63U];
  out += left == 2 ? base64_digits[group >> 6U & 63U] : '=';
  out += '=';
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  size_t digits = text.size();
  while (digits != 0 && text.size() - digits < 2 && text[digits - 1] == '=') --digits;
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3);
  uint32_t group = 0;
  for (size_t i = 0; i < digits; ++i) {
    const uint8_t value = base64_values[byte_at(text, i)];
    if (value == no_digit) return std::nullopt;
    group = group << 6U | value;
    // The first digit of a group completes no byte.
    if (i % 4 != 0) bytes += static_cast<char>(group >> (6 - 2 * (i % 4)) & 0xffU);
  }
  // What the padding leaves over must be zero, so that each text has one reading.
  const uint32_t unused = digits % 4 == 2 ? 15U : digits % 4 == 3 ? 3U : 0U;
  if ((group & unused) != 0) return std::nullopt;
  return bytes;
}

}  // namespace weft::base
