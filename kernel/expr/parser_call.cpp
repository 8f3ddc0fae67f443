// Lists and calls of functions.
#include <algorithm>

#include "base/text.hpp"
#include "expr/functions.hpp"
#include "expr/jsonpath.hpp"
#include "expr/parser_state.hpp"

namespace weft::expr {

Parser::Chain Parser::arguments(std::string_view close, uint32_t opened_at) {
  Chain items;
  if (take(close)) return items;
  do {
    const uint32_t at = token_.at;
    items.push_back({expression(), at});
  } while (take(","));
  expect(close, opened_at);
  return items;
}

// A list of literals is itself a literal.
uint32_t Parser::list() {
  const uint32_t at = token_.at;
  advance();
  const Chain items = arguments("]", at);
  if (error_) return 0;
  const auto is_literal = [&](const Operand& item) {
    return program_.codes[item.code].shape == Shape::literal;
  };
  if (!std::all_of(items.begin(), items.end(), is_literal)) {
    return add_operands({Shape::list, 0, 0, 0, at}, items);
  }
  weft_slot* slots = kept_.slots(items.size());
  for (size_t i = 0; i < items.size(); ++i) {
    const Value item = program_.literals[program_.codes[items[i].code].first];
    place(slots + i, lifted(*item.slot()));
  }
  weft_slot slot{WEFT_ARRAY, 0, 0, static_cast<uint32_t>(items.size()), {0}};
  slot.v.u = reinterpret_cast<uintptr_t>(slots);
  return add_literal(kept_.scalar(slot), at);
}

uint32_t Parser::call(const Token& name) {
  const uint32_t opened_at = token_.at;
  const std::optional<uint16_t> function = find_function(name.text);
  if (!function) {
    std::vector<std::string_view> known;
    for (const Function& entry : functions()) known.push_back(entry.name);
    Error error =
        syntax_error(program_.text, name.at, "there is no function " + base::quoted(name.text),
                     base::did_you_mean(name.text, known));
    error.code = "expr.unknown_function";
    fail_with(std::move(error));
    return 0;
  }
  advance();
  Chain items = arguments(")", opened_at);
  check_call(name, *function, items.size());
  if (name.text == "jsonpath") complete_query(name, items);
  return add_operands({Shape::call, *function, 0, 0, name.at}, items);
}

// A query that stands in the expression is checked when that is compiled. '$' is the input of the
// run unless there is a second argument.
void Parser::complete_query(const Token& name, Chain& items) {
  if (error_) return;
  const Code& code = program_.codes[items.front().code];
  if (code.shape == Shape::literal && program_.literals[code.first].is_text()) {
    auto query = JsonPath::compile(program_.literals[code.first].as_text());
    if (!query) {
      Error error = syntax_error(program_.text, code.at,
                                 "the query is not one of RFC 9535: " + query.error().message +
                                     " at character " + std::to_string(query.error().where.column));
      return fail_with(std::move(error));
    }
  }
  if (items.size() > 1) return;
  Token input = name;
  input.kind = Token::Kind::name;
  input.text = "$input";
  Path path;
  path.at = name.at;
  find_root(path, input);
  if (error_) return;
  note_root(path.root);
  path.segments = program_.segments.size();
  const uint32_t number = program_.paths.add(path, kept_);
  Operand operand;
  operand.code = add({Shape::path, 0, number, 0, name.at});
  operand.at = name.at;
  items.push_back(operand);
}

void Parser::check_call(const Token& name, uint16_t number, size_t count) {
  const Function& function = functions()[number];
  if (error_ || (count >= function.min && count <= function.max)) return;
  std::string wanted = std::to_string(function.min);
  if (function.max != function.min) wanted += " to " + std::to_string(function.max);
  Error error = syntax_error(program_.text, name.at,
                             std::string(name.text) + "() takes " + wanted +
                                 (wanted == "1" ? " argument, not " : " arguments, not ") +
                                 std::to_string(count),
                             std::string(name.text) + "() is " + std::string(function.summary));
  error.code = "expr.arguments";
  fail_with(std::move(error));
}

}  // namespace weft::expr
