#include "base/json_scan.hpp"

#include "base/text.hpp"

namespace weft::base {
namespace {

// Four hexadecimal digits at i; 0 when they are not there.
uint32_t code_unit(std::string_view text, size_t i) {
  uint32_t unit = 0;
  for (size_t k = i; k < i + 4; ++k) {
    const char c = k < text.size() ? text[k] : '\0';
    const char lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      unit = unit * 16 + static_cast<uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      unit = unit * 16 + static_cast<uint32_t>(lower - 'a') + 10;
    } else {
      return 0;
    }
  }
  return unit;
}

// Appends what the escape at i stands for, and answers where it ends.
size_t append_escape(std::string& out, std::string_view text, size_t i) {
  constexpr std::string_view letters = "bfnrt", meanings = "\b\f\n\r\t";
  if (text[i] != 'u') {
    const size_t letter = letters.find(text[i]);
    out += letter == std::string_view::npos ? text[i] : meanings[letter];
    return i + 1;
  }
  uint32_t code = code_unit(text, i + 1);
  i += 5;
  const bool pair = code >= 0xd800 && code < 0xdc00 && text.substr(i, 2) == "\\u";
  if (pair) {
    code = 0x10000 + ((code & 0x3ffU) << 10U) + (code_unit(text, i + 2) & 0x3ffU);
    i += 6;
  }
  append_utf8(out, code);
  return i;
}

}  // namespace

void JsonScan::skip_blank() {
  while (!done() && (here() == ' ' || here() == '\n' || here() == '\r' || here() == '\t')) ++at_;
}

bool JsonScan::take(char c) {
  skip_blank();
  if (done() || here() != c) return false;
  ++at_;
  return true;
}

std::string_view JsonScan::string() {
  if (here() != '"') return {};
  const uint64_t start = at_++;
  while (!done() && here() != '"') at_ += here() == '\\' ? 2U : 1U;
  at_ = at_ < text_.size() ? at_ + 1 : text_.size();
  return text_.substr(start, at_ - start);
}

void JsonScan::skip_value() {
  uint64_t open = 0;
  skip_blank();
  while (!done()) {
    const char c = here();
    if (c == '"') {
      string();
    } else if (c == '{' || c == '[') {
      ++open;
      ++at_;
    } else if (c == '}' || c == ']') {
      if (open == 0) return;
      --open;
      ++at_;
    } else if (open == 0 && (c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t')) {
      return;
    } else {
      ++at_;
      continue;
    }
    if (open == 0) return;
  }
}

std::string unquoted(std::string_view quoted) {
  std::string text;
  if (quoted.size() < 2) return text;
  const std::string_view inner = quoted.substr(1, quoted.size() - 2);
  for (size_t i = 0; i < inner.size();) {
    if (inner[i] != '\\' || i + 1 == inner.size()) {
      text += inner[i++];
    } else {
      i = append_escape(text, inner, i + 1);
    }
  }
  return text;
}

}  // namespace weft::base
