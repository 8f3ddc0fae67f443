// tool.calculator: evaluates an expression of numbers.
#include <weft/sdk.hpp>
#include <weft/sdk/json.hpp>

#include "evaluate.hpp"
#include "functions.hpp"

namespace weft::calc {

using namespace lit;

namespace {

// A number is an expression too.
std::string expression_of(Value in) {
  const Value input = in["input"_k];
  if (input.is_number()) return sdk::json_text(input);
  if (input.is_text()) return std::string(input.as_text());
  Error e = sdk::failure("tool.invalid_argument", "'input' is missing", {{"pointer", "/input"}});
  e.hint = "give an expression such as 1 + 2";
  throw e;
}

void check_number(const Value variables) {
  if (variables.size() <= Limits::variables) return;
  Error e = sdk::failure("limit.count", "there are more than 50 variables",
                         {{"asked", variables.size()}, {"most", Limits::variables}});
  e.hint = "pass only those that the expression uses";
  throw e;
}

// Linked: the metadata show what the names stood for.
Value metadata(const sdk::Call& call, std::string_view expression, Value variables,
               const Ratio* ratio) {
  Builder b = call.builder();
  b.begin_object();
  b.set("expression"_k, expression);
  b.key("variables"_k);
  if (variables.exists()) {
    b.link(variables);
  } else {
    b.begin_object();
    b.end_object();
  }
  if (ratio != nullptr) {
    b.set("numerator"_k, std::string_view(ratio->p.text()));
    b.set("denominator"_k, std::string_view(ratio->q.text()));
  }
  b.end_object();
  return b.take_value();
}

Value value_of(const sdk::Call& call, const Number& number) {
  Builder b = call.builder();
  number.is_integer ? b.integer(number.i) : b.number(number.f);
  return b.take_value();
}

// An integer of 64 bits, else a text: all digits, or "p/q".
Value value_of(const sdk::Call& call, const Ratio& ratio) {
  Builder b = call.builder();
  int64_t small = 0;
  const bool fits = ratio.is_integer() && ratio.p.fits_i64(small);
  fits ? b.integer(small) : b.text(ratio.text());
  return b.take_value();
}

Value evaluate_call(Value in, sdk::Call& call) {
  const std::string expression = expression_of(in);
  const Value variables = in["variables"_k];
  check_number(variables);
  const Tree tree = parse(expression);
  if (!in["exact"_k].as_bool()) {
    const Number number = evaluate(tree, variables);
    return call.meta(value_of(call, number), {}, metadata(call, expression, variables, nullptr));
  }
  const Ratio ratio = evaluate_exact(tree, variables);
  return call.meta(value_of(call, ratio), {}, metadata(call, expression, variables, &ratio));
}

void put_names(Builder& b, const std::vector<std::string_view>& names) {
  b.begin_array();
  for (const std::string_view name : names) b.text(name);
  b.end_array();
}

void put_problem(Builder& b, const Error& problem) {
  b.begin_object();
  b.set("code"_k, std::string_view(problem.code));
  b.set("message"_k, std::string_view(problem.message));
  for (const Detail& detail : problem.details) {
    const auto* column = std::get_if<int64_t>(&detail.value);
    if (detail.name == "column" && column != nullptr) b.set("column"_k, *column);
  }
  if (!problem.hint.empty()) b.set("hint"_k, std::string_view(problem.hint));
  b.end_object();
}

// What is wrong is the result, not a failure.
Value validate_call(Value in, sdk::Call& call) {
  const std::string expression = expression_of(in);
  Tree tree;
  Builder b = call.builder();
  b.begin_object();
  b.key("errors"_k);
  b.begin_array();
  bool is_valid = true;
  try {
    tree = parse(expression);
    const Value variables = in["variables"_k];
    check_names(tree, variables.size() != 0 ? variables : Value());
  } catch (const Error& problem) {
    is_valid = false;
    put_problem(b, problem);
  }
  b.end_array();
  b.set("is_valid"_k, is_valid);
  b.key("variables"_k);
  put_names(b, tree.variables);
  b.key("functions"_k);
  put_names(b, tree.functions);
  b.end_object();
  return b.take_value();
}

Value functions_call(sdk::Call& call) {
  Builder b = call.builder();
  b.begin_object();
  b.key("functions"_k);
  b.begin_array();
  for (const Function& function : functions) {
    b.begin_object();
    b.set("name"_k, function.name);
    b.set("least_arguments"_k, function.least);
    b.set("most_arguments"_k, function.most);
    b.set("description"_k, function.description);
    b.end_object();
  }
  b.end_array();
  b.end_object();
  return b.take_value();
}

}  // namespace

struct Calculator {
  static constexpr std::string_view id = "calculator";
  static constexpr uint32_t flags = 0;

  Value operator()(Value in, sdk::Call& call) const {
    const std::string_view operation = in["operation"_k].as_text("evaluate");
    if (operation == "evaluate") return evaluate_call(in, call);
    if (operation == "validate") return validate_call(in, call);
    if (operation == "functions") return functions_call(call);
    Error e = sdk::failure("tool.unknown_operation", "there is no such operation",
                           {{"pointer", "/operation"}});
    e.hint = "the operations are evaluate, validate, functions";
    throw e;
  }
};

}  // namespace weft::calc

WEFT_PLUGIN(weft::calc::Calculator);
