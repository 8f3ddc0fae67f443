// Quoted texts: escapes of double quotes, doubled single quotes, folded line breaks.
#include "scalars.hpp"

namespace weft::yaml {
namespace {

struct Escape {
  char letter;
  std::string_view text;
};

constexpr Escape escapes[] = {
    {'0', std::string_view("\0", 1)},
    {'a', "\a"},
    {'b', "\b"},
    {'t', "\t"},
    {'\t', "\t"},
    {'n', "\n"},
    {'v', "\v"},
    {'f', "\f"},
    {'r', "\r"},
    {'e', "\x1B"},
    {' ', " "},
    {'"', "\""},
    {'/', "/"},
    {'\\', "\\"},
    {'N', "\xC2\x85"},
    {'_', "\xC2\xA0"},
    {'L', "\xE2\x80\xA8"},
    {'P', "\xE2\x80\xA9"},
};

void append_utf8(std::string& text, uint32_t code) {
  const auto put = [&](uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80U) return put(code);
  if (code < 0x800U) {
    put(0xC0U | (code >> 6U));
  } else {
    if (code < 0x10000U) {
      put(0xE0U | (code >> 12U));
    } else {
      put(0xF0U | (code >> 18U));
      put(0x80U | ((code >> 12U) & 0x3FU));
    }
    put(0x80U | ((code >> 6U) & 0x3FU));
  }
  put(0x80U | (code & 0x3FU));
}

uint32_t hex_value(char c) {
  if (c >= '0' && c <= '9') return static_cast<uint32_t>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<uint32_t>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<uint32_t>(c - 'A') + 10;
  return 16;
}

}  // namespace

bool Scalars::unclosed(uint32_t opened) {
  const std::string quote(1, in_.text()[opened]);
  return in_.fail({Status::bad_input, "format.unclosed", "the quoted text is not closed",
                   join({"add the closing ", quote, " or indent the lines that continue the text"}),
                   opened, 1});
}

// At a break inside quotes: joins the lines and stops at the first character of the next one.
bool Scalars::fold(Room room, uint32_t opened, std::string& text) {
  uint32_t breaks = 0;
  while (in_.peek() == '\n') {
    in_.next_line();
    ++breaks;
    if (in_.at_marker()) return unclosed(opened);
    in_.skip_spaces();
    const int32_t indent = in_.column();
    in_.skip_blanks();
    if (in_.at_end() || (!in_.line_done() && indent <= room.parent)) return unclosed(opened);
  }
  text.append(breaks == 1 ? 1 : breaks - 1, breaks == 1 ? ' ' : '\n');
  return true;
}

bool Scalars::read_hex(uint32_t digits, uint32_t& code) {
  code = 0;
  for (uint32_t i = 0; i < digits; ++i) {
    const uint32_t digit = hex_value(in_.peek(i));
    if (digit > 15) {
      return in_.fail({Status::bad_input, "format.escape",
                       join({"the escape needs ", std::to_string(digits), " hexadecimal digits"}),
                       "", in_.pos() - 2, 2 + i});
    }
    code = code * 16 + digit;
  }
  in_.advance(digits);
  return true;
}

// Behind '\x', '\u' or '\U'. A pair of surrogates, as JSON writes it, is one character.
bool Scalars::unicode(uint32_t digits, std::string& text) {
  const uint32_t at = in_.pos() - 2;
  uint32_t code = 0;
  if (!read_hex(digits, code)) return false;
  if (digits == 4 && code >= 0xD800U && code <= 0xDBFFU && in_.peek() == '\\' &&
      in_.peek(1) == 'u') {
    in_.advance(2);
    uint32_t low = 0;
    if (!read_hex(4, low)) return false;
    const bool pair = low >= 0xDC00U && low <= 0xDFFFU;
    code = pair ? 0x10000U + ((code - 0xD800U) << 10U) + (low - 0xDC00U) : code;
  }
  if (code > 0x10FFFFU || (code >= 0xD800U && code <= 0xDFFFU)) {
    return in_.fail({Status::bad_input, "format.escape", "the escape is no Unicode character", "",
                     at, in_.pos() - at});
  }
  append_utf8(text, code);
  return true;
}

// At a backslash that is not followed by a break.
bool Scalars::escape(std::string& text) {
  const char letter = in_.peek(1);
  if (letter == 'x' || letter == 'u' || letter == 'U') {
    in_.advance(2);
    return unicode(letter == 'x' ? 2 : letter == 'u' ? 4 : 8, text);
  }
  for (const Escape& known : escapes) {
    if (known.letter != letter) continue;
    text += known.text;
    in_.advance(2);
    return true;
  }
  return in_.fail({Status::bad_input, "format.escape", "the escape is unknown",
                   "write '\\\\' for a backslash, or use single quotes", in_.pos(), 2});
}

bool Scalars::quoted(Room room, std::string_view& out) {
  const uint32_t opened = in_.pos();
  const char quote = in_.peek();
  in_.advance();
  std::string text;
  uint32_t from = in_.pos();  // what is not yet in text
  bool decoded = false;
  size_t kept = 0;  // an escaped blank before a break stays
  for (;;) {
    const char c = in_.peek();
    if (in_.at_end()) return unclosed(opened);
    if (c == quote && (quote == '"' || in_.peek(1) != '\'')) break;
    const bool special = c == '\n' || c == '\'' || (c == '\\' && quote == '"');
    if (!special || (c == '\'' && quote == '"')) {
      in_.advance();
      continue;
    }
    decoded = true;
    text += in_.since(from);
    bool read = true;
    if (c == '\'') {
      text += '\'';
      in_.advance(2);
    } else if (c == '\n') {
      while (text.size() > kept && is_blank(text.back())) text.pop_back();
      read = fold(room, opened, text);
    } else if (in_.peek(1) == '\n') {  // an escaped break joins without a space
      in_.advance();
      const size_t joint = text.size();
      read = fold(room, opened, text);
      if (read && text[joint] == ' ') text.pop_back();
    } else {
      read = escape(text);
    }
    if (!read) return false;
    kept = text.size();
    from = in_.pos();
  }
  out = in_.since(from);
  if (decoded) {
    text += out;
    out = keep(std::move(text));
  }
  in_.advance();
  return true;
}

}  // namespace weft::yaml
