// Lexer: the tokens of an expression.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::expr {

struct Token {
  enum class Kind : uint8_t {
    end,
    number,  // value of number
    text,    // unquoted
    name,    // and, in, $input, step-1
    symbol,  // == ( [ …
  };
  Kind kind = Kind::end;
  std::string_view text;  // as written
  uint32_t at = 0;        // byte in the text
  std::string unquoted;
  weft_slot number{};

  bool is(std::string_view symbol) const { return kind == Kind::symbol && text == symbol; }
  bool is_name(std::string_view name) const { return kind == Kind::name && text == name; }
  uint32_t end() const { return at + static_cast<uint32_t>(text.size()); }
};

Error syntax_error(std::string_view text, uint32_t at, std::string message, std::string hint = {});

class Lexer final {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<Token> next();
  // Whether the token that was read is the last one.
  bool is_at_end() const { return text_.find_first_not_of(" \t\r\n", at_) == text_.npos; }

 private:
  Result<Token> number(uint32_t at);
  Result<Token> quoted_text(uint32_t at);
  Token name(uint32_t at);
  Token token(Token::Kind kind, uint32_t at) const;
  std::optional<Error> escape(std::string& out);
  std::optional<uint32_t> hexadecimal();
  char peek(uint32_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  std::string_view text_;
  uint32_t at_ = 0;
};

}  // namespace weft::expr
