// Bytes that somebody wrote: whether they are text at all, and where one of them stands.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weft/draft/format.h>

namespace weft::sdk {

inline bool is_utf8_tail(char c) { return (static_cast<uint8_t>(c) & 0xC0U) == 0x80U; }

// How many bytes the code point at the front has; 0 when it is not UTF-8: shortest forms alone, no
// surrogates.
inline size_t utf8_sequence(std::string_view rest) {
  const auto first = static_cast<uint8_t>(rest.front());
  if (first < 0x80U) return 1;
  const size_t bytes = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || rest.size() < bytes) return 0;
  const std::string_view tail = rest.substr(1, bytes - 1);
  if (!std::all_of(tail.begin(), tail.end(), is_utf8_tail)) return 0;
  const auto second = static_cast<uint8_t>(tail.front());
  const bool is_long = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
  const bool is_beyond = (first == 0xEDU && second > 0x9FU) || (first == 0xF4U && second > 0x8FU);
  return is_long || is_beyond ? 0 : bytes;
}

inline bool is_utf8(std::string_view bytes) {
  while (!bytes.empty()) {
    const size_t length = utf8_sequence(bytes);
    if (length == 0) return false;
    bytes.remove_prefix(length);
  }
  return true;
}

inline void append_utf8(std::string& out, uint32_t code) {
  if (code < 0x80U) {
    out += static_cast<char>(code);
    return;
  }
  const unsigned follow = code < 0x800U ? 1 : code < 0x10000U ? 2 : 3;
  const uint32_t lead = follow == 1 ? 0xC0U : follow == 2 ? 0xE0U : 0xF0U;
  out += static_cast<char>(lead | code >> (6 * follow));
  for (unsigned i = follow; i-- != 0;) {
    out += static_cast<char>(0x80U | ((code >> (6 * i)) & 0x3FU));
  }
}

// Appends what the escape of a text in JSON means; rest begins behind its backslash. How many bytes
// it has, 0 when it is none.
inline size_t append_json_escape(std::string_view rest, std::string& out) {
  constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
  const size_t known = rest.empty() ? letters.npos : letters.find(rest.front());
  if (known != letters.npos) {
    out += meant[known];
    return 1;
  }
  const auto four_digits = [rest](size_t at, uint32_t& code) {
    const std::string_view digits = rest.substr(at, 4);
    const char* last = digits.data() + digits.size();
    const auto [end, problem] = std::from_chars(digits.data(), last, code, 16);
    return problem == std::errc() && digits.size() == 4 && end == last;
  };
  uint32_t code = 0, low = 0;
  if (!rest.starts_with('u') || !four_digits(1, code)) return 0;
  if (code >= 0xDC00U && code <= 0xDFFFU) return 0;
  const bool is_pair = code >= 0xD800U && code < 0xDC00U;
  if (is_pair) {
    if (rest.substr(5, 2) != "\\u" || !four_digits(7, low)) return 0;
    if (low < 0xDC00U || low > 0xDFFFU) return 0;
    code = 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U);
  }
  append_utf8(out, code);
  return is_pair ? 11 : 5;
}

// The first byte that cannot stand in a definition.
struct Flaw {
  const char* code;
  const char* what;
  uint32_t at;
};

inline std::optional<Flaw> flaw_in(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const auto at = static_cast<uint32_t>(i);
    if (byte < 0x20U && byte != '\n' && byte != '\r' && byte != '\t') {
      return Flaw{"format.control_character", "a control character cannot stand in a definition",
                  at};
    }
    const size_t bytes = utf8_sequence(text.substr(i));
    if (bytes == 0) return Flaw{"format.not_utf8", "the text is not UTF-8 here", at};
    i += bytes;
  }
  return std::nullopt;
}

// Line, column and length in characters.
inline void set_place(std::string_view text, uint32_t at, uint32_t length, weft_place& place) {
  const std::string_view before = text.substr(0, at);
  const size_t line = before.rfind('\n');
  const std::string_view left = line == before.npos ? before : before.substr(line + 1);
  const auto characters = [](std::string_view part) {
    return static_cast<uint32_t>(
        std::count_if(part.begin(), part.end(), [](char c) { return !is_utf8_tail(c); }));
  };
  place.line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  place.column = characters(left) + 1;
  place.length = characters(text.substr(at, length));
}

}  // namespace weft::sdk
