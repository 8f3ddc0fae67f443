// Lists and calls of functions.
#include <algorithm>

#include "base/text.hpp"
#include "expr/functions.hpp"
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
  if (name.text == "jsonpath") {
    Error error =
        syntax_error(program_.text, name.at, "jsonpath() is not available in this version",
                     "use a path with [*], an index or a slice");
    error.status = Status::unsupported;
    error.code = "expr.unsupported";
    error.flags = 0;
    fail_with(std::move(error));
    return 0;
  }
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
  const Chain items = arguments(")", opened_at);
  check_call(name, *function, items.size());
  return add_operands({Shape::call, *function, 0, 0, name.at}, items);
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
