// JSON text of a value, for sinks, logs and messages.
//
//   std::string line = json_text(event.data);    // one line, no blanks
//   append_json(line, value);                    // the same behind what is there
//
// Integers are exact, doubles the shortest text that reads back equal. What JSON lacks: bytes are
// base64, times RFC 3339 in UTC, blobs {"$blob": sha256, "size": n}; NaN and infinity are null, and
// so is what lies deeper than WEFT_DEPTH_MAX. The parts are there for lines built by hand:
// append_json_text, append_json_time, append_base64.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>

#include <weft/value.hpp>

namespace weft::sdk {

// In quotes, with escapes where JSON wants them.
inline void append_json_text(std::string& out, std::string_view text) {
  constexpr const char* digits = "0123456789abcdef";
  out += '"';
  size_t from = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20U && c != '"' && c != '\\') continue;
    out.append(text, from, i - from);
    from = i + 1;
    out += '\\';
    switch (c) {
      case '\n': out += 'n'; break;
      case '\t': out += 't'; break;
      case '\r': out += 'r'; break;
      case '\b': out += 'b'; break;
      case '\f': out += 'f'; break;
      case '"':
      case '\\': out += static_cast<char>(c); break;
      default: out.append("u00").append(1, digits[c >> 4U]).append(1, digits[c & 15U]);
    }
  }
  out.append(text, from).append(1, '"');
}

inline void append_base64(std::string& out, std::string_view bytes) {
  constexpr const char* letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      const uint32_t byte = i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0U;
      group = (group << 8U) | byte;
    }
    const size_t given = bytes.size() - i;
    out += letters[group >> 18U];
    out += letters[(group >> 12U) & 63U];
    out += given > 1 ? letters[(group >> 6U) & 63U] : '=';
    out += given > 2 ? letters[group & 63U] : '=';
  }
}

// At least `width` digits.
inline void append_padded(std::string& out, uint64_t number, size_t width) {
  char text[20];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  const auto n = static_cast<size_t>(end - text);
  if (n < width) out.append(width - n, '0');
  out.append(text, n);
}

// 2026-03-01T12:00:00.25Z without quotes; as many of nine decimals as needed.
inline void append_json_time(std::string& out, int64_t unix_ns) {
  constexpr int64_t second = 1'000'000'000, day = 86'400;
  const int64_t seconds = unix_ns / second - (unix_ns % second < 0 ? 1 : 0);
  const auto ns = static_cast<uint64_t>(unix_ns - seconds * second);
  const int64_t days = seconds / day - (seconds % day < 0 ? 1 : 0);
  const auto of_day = static_cast<uint64_t>(seconds - days * day);
  // Days of the Gregorian calendar in eras of 400 years that begin on 1 March.
  const int64_t shifted = days + 719'468;
  const int64_t era = shifted / 146'097;  // never negative in the range of 64 bits
  const auto of_era = static_cast<uint64_t>(shifted - era * 146'097);
  const uint64_t year_of_era = (of_era - of_era / 1'460 + of_era / 36'524 - of_era / 146'096) / 365;
  const uint64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const uint64_t month = (5 * of_year + 2) / 153;  // from March
  const uint64_t date = of_year - (153 * month + 2) / 5 + 1;
  const uint64_t year = year_of_era + static_cast<uint64_t>(era) * 400 + (month >= 10 ? 1 : 0);
  append_padded(out, year, 4);
  append_padded(out += '-', month < 10 ? month + 3 : month - 9, 2);
  append_padded(out += '-', date, 2);
  append_padded(out += 'T', of_day / 3'600, 2);
  append_padded(out += ':', of_day / 60 % 60, 2);
  append_padded(out += ':', of_day % 60, 2);
  if (ns != 0) {
    append_padded(out += '.', ns, 9);
    while (out.back() == '0') out.pop_back();
  }
  out += 'Z';
}

template <class T>
void append_json_number(std::string& out, T number) {
  char text[32];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

// {"$blob": sha256, "size": n}
inline void append_json_blob(std::string& out, const weft_slot* slot) {
  constexpr const char* digits = "0123456789abcdef";
  const auto* p = static_cast<const unsigned char*>(weft_payload(slot));
  out += "{\"$blob\":\"";
  for (int i = 0; i < 32; ++i) out.append(1, digits[p[i] >> 4U]).append(1, digits[p[i] & 15U]);
  uint64_t size = 0;
  std::memcpy(&size, p + 32, sizeof size);
  append_json_number(out += "\",\"size\":", size);
  out += '}';
}

inline void append_json(std::string& out, Value value, uint32_t depth = 0) {
  if (depth > WEFT_DEPTH_MAX) {
    out += "null";
    return;
  }
  switch (value.tag()) {
    case Tag::boolean: out += value.as_bool() ? "true" : "false"; return;
    case Tag::i64: return append_json_number(out, value.as_i64());
    case Tag::u64: return append_json_number(out, value.as_u64());
    case Tag::text: return append_json_text(out, value.as_text());
    case Tag::blob: return append_json_blob(out, value.slot());
    case Tag::f64:
      if (!std::isfinite(value.as_f64())) break;
      return append_json_number(out, value.as_f64());
    case Tag::bytes:
      append_base64(out += '"', value.as_bytes());
      out += '"';
      return;
    case Tag::time:
      append_json_time(out += '"', value.slot()->v.i);
      out += '"';
      return;
    case Tag::array:
      out += '[';
      for (uint32_t i = 0; i < value.size(); ++i) {
        if (i != 0) out += ',';
        append_json(out, value[i], depth + 1);
      }
      out += ']';
      return;
    case Tag::object:
      out += '{';
      for (uint32_t i = 0; i < value.size(); ++i) {
        if (i != 0) out += ',';
        append_json_text(out, value.key(i));
        append_json(out += ':', value[i], depth + 1);
      }
      out += '}';
      return;
    default: break;
  }
  out += "null";
}

inline std::string json_text(Value value) {
  std::string out;
  append_json(out, value);
  return out;
}

}  // namespace weft::sdk
