// Operators and atoms.
#include "expr/parser.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "expr/code_point.hpp"
#include "expr/parser_state.hpp"

namespace weft::expr {
namespace {

namespace limits = base::limits;

Error limit_error(std::string code, std::string message, uint32_t column) {
  Error error;
  error.status = Status::limit;
  error.code = std::move(code);
  error.message = std::move(message);
  error.hint = "split the expression over several steps";
  error.where.column = column;
  return error;
}

struct Comparison {
  std::string_view word;
  Operator op;
};
constexpr Comparison comparisons[] = {
    {"==", Operator::equal},      {"!=", Operator::unequal},        {"<", Operator::less},
    {"<=", Operator::less_equal}, {">", Operator::greater},         {">=", Operator::greater_equal},
    {"in", Operator::in},         {"contains", Operator::contains}, {"matches", Operator::matches},
};
constexpr std::string_view reserved[] = {"and", "AND", "or",       "OR",     "not",
                                         "NOT", "in",  "contains", "matches"};

bool is_reserved(std::string_view name) {
  return std::find(std::begin(reserved), std::end(reserved), name) != std::end(reserved);
}

weft_slot boolean_slot(bool value) {
  weft_slot slot{WEFT_BOOL, 0, 0, 0, {0}};
  slot.v.u = value ? 1 : 0;
  return slot;
}

}  // namespace

Result<Program> parse(std::string_view text, const Names& names, Accept accept, Literals& kept) {
  if (base::count_code_points(text) > limits::expression_chars) {
    return limit_error(
        "expr.limit.length",
        "the expression is longer than " + std::to_string(limits::expression_chars) + " characters",
        limits::expression_chars + 1);
  }
  if (!base::is_utf8(text)) {
    return syntax_error(text, 0, "the expression is not UTF-8", "save the definition as UTF-8");
  }
  return Parser({kept.bytes(text), text.size()}, names, kept).parse(accept);
}

Result<Program> Parser::parse(Accept accept) {
  advance();
  if (!error_ && token_.kind == Token::Kind::end) {
    fail("the expression is empty", "write a value or a path");
  }
  const bool is_path = token_.kind == Token::Kind::name;
  if (!error_ && accept == Accept::path && !is_path) {
    fail("a path is expected in ${…}", "other expressions are written {{…}}");
  }
  // A name alone, the most frequent of all expressions, has no operators to look for.
  const bool is_alone = is_path && lexer_.is_at_end() && !is_reserved(token_.text);
  program_.root = !error_ && (accept == Accept::path || is_alone) ? named() : expression();
  if (!error_ && token_.kind != Token::Kind::end) {
    fail(base::quoted(token_.text) + " is not expected here",
         accept == Accept::path               ? "other expressions than paths are written {{…}}"
         : token_.kind == Token::Kind::symbol ? ""
                                              : "an operator is missing before it");
  }
  if (!error_ && accept == Accept::path && program_.codes[program_.root].shape != Shape::path) {
    error_ = syntax_error(program_.text, 0, "a path is expected in ${…}",
                          "other expressions are written {{…}}");
  }
  if (error_) return std::move(*error_);
  return program_;
}

void Parser::advance() {
  if (error_) return;
  Result<Token> next = lexer_.next();
  if (!next) return fail_with(std::move(next.error()));
  token_ = std::move(*next);
}

bool Parser::take(std::string_view symbol) {
  if (error_ || !token_.is(symbol)) return false;
  advance();
  return true;
}

bool Parser::take_word(Words words) {
  if (error_ || (token_.kind != Token::Kind::name && token_.kind != Token::Kind::symbol)) {
    return false;
  }
  if (std::find(words.begin(), words.end(), token_.text) == words.end()) return false;
  advance();
  return true;
}

void Parser::expect(std::string_view symbol, uint32_t opened_at) {
  if (error_ || take(symbol)) return;
  if (token_.kind == Token::Kind::end) {
    return fail_with(
        syntax_error(program_.text, opened_at,
                     base::quoted(program_.text.substr(opened_at, 1)) + " is not closed",
                     "end it with " + base::quoted(symbol)));
  }
  fail(base::quoted(token_.text) + " is not expected here", base::quoted(symbol) + " must follow");
}

void Parser::fail(std::string message, std::string hint) {
  fail_with(syntax_error(program_.text, token_.at, std::move(message), std::move(hint)));
}

void Parser::fail_with(Error error) {
  if (!error_) error_ = std::move(error);
}

uint32_t Parser::add(Code code) { return program_.codes.add(code, kept_); }

uint32_t Parser::add_operands(Code code, const Chain& operands) {
  code.first = program_.operands.add(operands, kept_);
  code.count = static_cast<uint32_t>(operands.size());
  return add(code);
}

uint32_t Parser::add_literal(Value value, uint32_t at) {
  return add({Shape::literal, 0, program_.literals.add(value, kept_), 0, at});
}

// Most parts have no operator at most levels: the first operand is kept only when a second follows.
void Parser::join(Chain& operands, const Operand& first, const Operand& next) {
  if (operands.empty()) operands.push_back(first);
  operands.push_back(next);
}

bool Parser::enter() {
  if (error_) return false;
  if (++depth_ <= limits::expression_depth) return true;
  fail_with(limit_error(
      "expr.limit.depth",
      "the expression is nested more than " + std::to_string(limits::expression_depth) + " deep",
      column_at(program_.text, token_.at)));
  return false;
}

uint32_t Parser::expression() {
  if (!enter()) return 0;
  const uint32_t at = token_.at;
  const uint32_t first = conjunction();
  Chain operands;
  for (uint32_t op = token_.at; take_word({"or", "OR", "||"}); op = token_.at) {
    join(operands, {first, at}, {conjunction(), op});
  }
  --depth_;
  if (operands.empty()) return first;
  return add_operands({Shape::any_of, 0, 0, 0, at}, operands);
}

uint32_t Parser::conjunction() {
  const uint32_t at = token_.at;
  const uint32_t first = inversion();
  Chain operands;
  for (uint32_t op = token_.at; take_word({"and", "AND", "&&"}); op = token_.at) {
    join(operands, {first, at}, {inversion(), op});
  }
  if (operands.empty()) return first;
  return add_operands({Shape::all_of, 0, 0, 0, at}, operands);
}

uint32_t Parser::inversion() {
  const uint32_t at = token_.at;
  if (!take_word({"not", "NOT", "!"})) return comparison();
  if (!enter()) return 0;
  const uint32_t inner = inversion();
  --depth_;
  return add({Shape::inverse, 0, inner, 0, at});
}

// Operator::none when none stands here.
Operator Parser::comparison_operator() {
  if (token_.kind == Token::Kind::end) return Operator::none;
  if (take_word({"not"})) {
    if (!take_word({"in"})) fail("'not' stands between two values", "only 'not in' does");
    return Operator::not_in;
  }
  for (const Comparison& entry : comparisons) {
    if (take_word({entry.word})) return entry.op;
  }
  return Operator::none;
}

uint32_t Parser::comparison() {
  const uint32_t at = token_.at;
  const uint32_t first = sum();
  Chain operands;
  const uint32_t op_at = token_.at;
  const Operator op = error_ ? Operator::none : comparison_operator();
  if (op == Operator::none) return first;
  join(operands, {first, at}, {sum(), op_at, op});
  if (error_) return 0;
  if (op == Operator::matches) operands[1].regexp = literal_regexp(operands[1].code);
  const uint32_t second_at = token_.at;
  if (comparison_operator() != Operator::none) {
    fail_with(syntax_error(program_.text, second_at, "comparisons cannot be chained",
                           "join two of them by 'and'"));
  }
  return add_operands({Shape::chain, 0, 0, 0, at}, operands);
}

uint32_t Parser::literal_regexp(uint32_t code) {
  const Code& pattern = program_.codes[code];
  if (pattern.shape != Shape::literal) return no_regexp;
  const Value text = program_.literals[pattern.first];
  if (!text.is_text()) return no_regexp;
  Result<Regexp> regexp = Regexp::compile(text.as_text());
  if (!regexp) {
    Error error = std::move(regexp.error());
    error.message += " (character " + std::to_string(error.where.column) + " of the pattern)";
    error.where.column = column_at(program_.text, pattern.at);
    fail_with(std::move(error));
    return no_regexp;
  }
  return program_.regexps.add(kept_.regexp(std::move(*regexp)), kept_);
}

uint32_t Parser::sum() {
  const uint32_t at = token_.at;
  const uint32_t first = term();
  Chain operands;
  for (uint32_t op = token_.at; !error_; op = token_.at) {
    if (take("+")) {
      join(operands, {first, at}, {term(), op, Operator::add});
    } else if (take("-")) {
      join(operands, {first, at}, {term(), op, Operator::subtract});
    } else {
      break;
    }
  }
  if (operands.empty()) return first;
  return add_operands({Shape::chain, 0, 0, 0, at}, operands);
}

uint32_t Parser::term() {
  const uint32_t at = token_.at;
  const uint32_t first = unary();
  Chain operands;
  for (uint32_t op = token_.at; !error_; op = token_.at) {
    if (take("*")) {
      join(operands, {first, at}, {unary(), op, Operator::multiply});
    } else if (take("/")) {
      join(operands, {first, at}, {unary(), op, Operator::divide});
    } else if (take("%")) {
      join(operands, {first, at}, {unary(), op, Operator::remainder});
    } else {
      break;
    }
  }
  if (operands.empty()) return first;
  return add_operands({Shape::chain, 0, 0, 0, at}, operands);
}

uint32_t Parser::unary() {
  const uint32_t at = token_.at;
  if (!take("-")) return atom();
  if (token_.kind == Token::Kind::number) return negative(at);
  const uint32_t inner = atom();
  return add({Shape::negative, 0, inner, 0, at});
}

// The number token here, with its sign: the least integer has no positive counterpart.
uint32_t Parser::negative(uint32_t at) {
  weft_slot slot = token_.number;
  if (slot.tag == WEFT_F64) {
    slot.v.f = -slot.v.f;
  } else if (slot.v.u > uint64_t{1} << 63U) {
    fail("the number does not fit 64 bits", "write it with '.0' to make it a double");
    error_->code = "expr.overflow";
  } else {
    slot.tag = WEFT_I64;
    slot.v.u = 0 - slot.v.u;
  }
  advance();
  return add_literal(kept_.scalar(slot), at);
}

uint32_t Parser::atom() {
  if (error_) return 0;
  const Token token = token_;
  switch (token.kind) {
    case Token::Kind::number: advance(); return add_literal(kept_.scalar(token.number), token.at);
    case Token::Kind::text: advance(); return add_literal(kept_.text(token.unquoted), token.at);
    case Token::Kind::name: return named();
    case Token::Kind::end:
      fail("the expression ends too early", "a value or a path is expected");
      return 0;
    case Token::Kind::symbol: break;
  }
  if (token.is("[")) return list();
  if (take("(")) {
    const uint32_t inner = expression();
    expect(")", token.at);
    return inner;
  }
  fail(base::quoted(token.text) + " is not expected here", "a value or a path is expected");
  return 0;
}

uint32_t Parser::named() {
  const Token name = token_;
  if (is_reserved(name.text)) {
    fail(base::quoted(name.text) + " is not expected here",
         "a value or a path is expected; a member of that name is written $input[\"" +
             std::string(name.text) + "\"]");
    return 0;
  }
  advance();
  if (!error_ && token_.is("(")) return call(name);
  if (name.text == "null") return add_literal(null_value(), name.at);
  if (name.text == "true" || name.text == "false") {
    return add_literal(kept_.scalar(boolean_slot(name.text == "true")), name.at);
  }
  return path(name);
}

}  // namespace weft::expr
