// Parser: recursive descent over the grammar of LANGUAGE.md. Part of parse().
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "expr/lexer.hpp"
#include "expr/parser.hpp"
#include "expr/program.hpp"

namespace weft::expr {

// Invariant: after an error every function returns soon and what it returns is not used.
class Parser final {
 public:
  // Requires: the text lies in kept, as the program will.
  Parser(std::string_view text, const Names& names, Literals& kept)
      : names_(names), kept_(kept), lexer_(text) {
    program_.text = text;
  }

  Result<Program> parse(Accept accept);

 private:
  using Chain = std::vector<Operand>;
  using Words = std::initializer_list<std::string_view>;

  void advance();
  bool take(std::string_view symbol);
  bool take_word(Words words);
  void expect(std::string_view symbol, uint32_t opened_at);
  void fail(std::string message, std::string hint = {});
  void fail_with(Error error);

  uint32_t add(Code code);
  uint32_t add_operands(Code code, const Chain& operands);
  static void join(Chain& operands, const Operand& first, const Operand& next);
  uint32_t add_literal(Value value, uint32_t at);

  bool enter();
  uint32_t expression();
  uint32_t conjunction();
  uint32_t inversion();
  uint32_t comparison();
  uint32_t sum();
  uint32_t term();
  uint32_t unary();
  uint32_t negative(uint32_t at);
  uint32_t atom();
  uint32_t named();
  Operator comparison_operator();
  uint32_t literal_regexp(uint32_t code);

  // parser_call.cpp
  uint32_t list();
  uint32_t call(const Token& name);
  void check_call(const Token& name, uint16_t number, size_t count);
  void complete_query(const Token& name, Chain& items);
  Chain arguments(std::string_view close, uint32_t opened_at);

  // parser_path.cpp
  uint32_t path(const Token& name);
  void find_root(Path& path, const Token& name);
  std::string_view member_of(const Path& path, uint32_t number) const;
  bool segment(Segment& segment);
  void bracket(Segment& segment);
  bool index(int64_t& number);
  void note_root(const Root& root);

  Program program_;
  const Names& names_;
  Literals& kept_;
  Lexer lexer_;
  Token token_;
  uint32_t depth_ = 0;
  std::optional<Error> error_;
};

}  // namespace weft::expr
