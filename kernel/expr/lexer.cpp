// Names, numbers, quoted texts and symbols.
#include "expr/lexer.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "expr/code_point.hpp"

namespace weft::expr {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_word(char c) { return is_letter(c) || is_digit(c); }

constexpr std::string_view two[] = {"==", "!=", "<=", ">=", "&&", "||"};
constexpr std::string_view one = "<>+-*/%!()[],.:";

std::string hint_for(char c) {
  if (c == '=') return "compare with '=='";
  if (c == '&') return "write 'and' or '&&'";
  if (c == '|') return "write 'or' or '||'";
  if (c == '{') return "an expression has no braces inside; lists are written [a, b]";
  if (c == '$') return "'$' stands only before a name, as in $input";
  if (static_cast<uint8_t>(c) >= 0x80) {
    return "a name with other than ASCII letters is written in brackets: $input[\"…\"]";
  }
  return "texts are written in quotes";
}

}  // namespace

Error syntax_error(std::string_view text, uint32_t at, std::string message, std::string hint) {
  Error error;
  error.status = Status::bad_input;
  error.code = "expr.syntax";
  error.message = std::move(message);
  error.hint = std::move(hint);
  error.where.column = column_at(text, at);
  error.flags = WEFT_ERR_BAD_INPUT;
  return error;
}

Token Lexer::token(Token::Kind kind, uint32_t at) const {
  Token result;
  result.kind = kind;
  result.at = at;
  result.text = text_.substr(at, at_ - at);
  return result;
}

Result<Token> Lexer::next() {
  while (peek() == ' ' || peek() == '\t' || peek() == '\n' || peek() == '\r') ++at_;
  const uint32_t at = at_;
  if (at_ >= text_.size()) return token(Token::Kind::end, at);
  const char c = peek();
  if (is_digit(c)) return number(at);
  if (c == '"' || c == '\'') return quoted_text(at);
  if (is_letter(c) || (c == '$' && is_letter(peek(1)))) return name(at);
  for (const std::string_view symbol : two) {
    if (!text_.substr(at).starts_with(symbol)) continue;
    at_ += 2;
    return token(Token::Kind::symbol, at);
  }
  if (one.find(c) == std::string_view::npos) {
    size_t end = at;
    next_code_point(text_, end);
    return syntax_error(
        text_, at, base::quoted(text_.substr(at, end - at)) + " has no meaning here", hint_for(c));
  }
  ++at_;
  return token(Token::Kind::symbol, at);
}

// A hyphen between letters or digits is part of the name.
Token Lexer::name(uint32_t at) {
  ++at_;
  while (is_word(peek()) || (peek() == '-' && is_word(text_[at_ - 1]) && is_word(peek(1)))) ++at_;
  return token(Token::Kind::name, at);
}

Result<Token> Lexer::number(uint32_t at) {
  while (is_digit(peek())) ++at_;
  bool integer = true;
  if (peek() == '.' && is_digit(peek(1))) {
    integer = false;
    ++at_;
    while (is_digit(peek())) ++at_;
  }
  const bool sign = peek(1) == '+' || peek(1) == '-';
  if ((peek() == 'e' || peek() == 'E') && is_digit(peek(sign ? 2 : 1))) {
    integer = false;
    at_ += sign ? 2 : 1;
    while (is_digit(peek())) ++at_;
  }
  Token result = token(Token::Kind::number, at);
  if (is_word(peek())) {
    return syntax_error(text_, at_, "a number ends in " + base::quoted(text_.substr(at_, 1)),
                        "a name begins with a letter");
  }
  if (text_[at] == '0' && result.text.size() > 1 && is_digit(text_[at + 1])) {
    return syntax_error(text_, at, "a number begins with a zero", "leave the zero out");
  }
  const auto whole = integer ? base::to_u64(result.text) : std::nullopt;
  if (whole) {
    result.number.tag = *whole <= INT64_MAX ? WEFT_I64 : WEFT_U64;
    result.number.v.u = *whole;
    return result;
  }
  const auto real = integer ? std::nullopt : base::to_f64(result.text);
  if (!real) {
    Error error = syntax_error(text_, at,
                               "the number " + base::quoted(result.text) +
                                   (integer ? " does not fit 64 bits" : " is too large"),
                               integer ? "write it with '.0' to make it a double" : "");
    error.code = "expr.overflow";
    return error;
  }
  result.number.tag = WEFT_F64;
  result.number.v.f = *real;
  return result;
}

Result<Token> Lexer::quoted_text(uint32_t at) {
  const char quote = peek();
  std::string out;
  ++at_;
  while (at_ < text_.size() && peek() != quote) {
    if (static_cast<uint8_t>(peek()) < 0x20) {
      return syntax_error(text_, at_, "a control character stands in a text",
                          "write it as \\n or \\u00XX");
    }
    if (peek() != '\\') {
      out += text_[at_++];
    } else if (std::optional<Error> error = escape(out)) {
      return std::move(*error);
    }
  }
  if (at_ >= text_.size()) {
    return syntax_error(text_, at, "the text is not closed", std::string("end it with ") + quote);
  }
  ++at_;
  Token result = token(Token::Kind::text, at);
  result.unquoted = std::move(out);
  return result;
}

std::optional<Error> Lexer::escape(std::string& out) {
  const uint32_t at = at_++;
  const char c = peek();
  ++at_;
  switch (c) {
    case 'n': out += '\n'; return std::nullopt;
    case 't': out += '\t'; return std::nullopt;
    case 'r': out += '\r'; return std::nullopt;
    case 'b': out += '\b'; return std::nullopt;
    case 'f': out += '\f'; return std::nullopt;
    case '\\':
    case '/':
    case '"':
    case '\'': out += c; return std::nullopt;
    case 'u': break;
    default:
      return syntax_error(text_, at, "unknown escape in a text",
                          "JSON's escapes are \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
  }
  std::optional<uint32_t> unit = hexadecimal();
  if (unit && *unit >= 0xD800 && *unit < 0xDC00 && peek() == '\\' && peek(1) == 'u') {
    at_ += 2;
    const std::optional<uint32_t> low = hexadecimal();
    const bool pair = low && *low >= 0xDC00 && *low < 0xE000;
    unit =
        pair ? std::optional(0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00)) : std::nullopt;
  }
  if (!unit || (*unit >= 0xD800 && *unit < 0xE000)) {
    return syntax_error(text_, at, "the escape is no character",
                        "write \\uXXXX, or a pair of surrogates");
  }
  base::append_utf8(out, *unit);
  return std::nullopt;
}

std::optional<uint32_t> Lexer::hexadecimal() {
  uint32_t unit = 0;
  for (uint32_t i = 0; i < 4; ++i, ++at_) {
    const char lower = static_cast<char>(peek() | 0x20);
    const bool decimal = is_digit(peek());
    if (!decimal && (lower < 'a' || lower > 'f')) return std::nullopt;
    unit = unit * 16 + static_cast<uint32_t>(decimal ? peek() - '0' : lower - 'a' + 10);
  }
  return unit;
}

}  // namespace weft::expr
