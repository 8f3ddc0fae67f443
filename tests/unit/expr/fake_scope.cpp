#include "fake_scope.hpp"

#include "base/json.hpp"
#include "base/text.hpp"
#include "catch.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"

namespace weft::expr {

using lit::operator""_k;

namespace {

constexpr std::string_view document = R"({
  "input": {
    "a": {"b": 1, "c-d": 2, "odd key": 3, "nested": {"deep": [10, 20, 30]}},
    "n": 7, "x": 2.5, "zero": 0, "neg": -3, "big": 9223372036854775807,
    "huge": 18446744073709551615, "s": "hello", "t": "Grüße 😀", "empty": "", "yes": true,
    "no": false, "nothing": null, "list": [1, 2, 3, 4, 5], "none": [], "obj": {},
    "names": ["b", "a", "c"], "mixed": [1, "1", 1.0, null, [1]], "flags": [true, false],
    "people": [{"name": "Ann", "age": 30}, {"name": "Bob"}, {"name": "Cy", "age": 50}],
    "step-1": "hyphen", "in_": 1, "json": "{\"k\":[1]}", "braces": "{{n}} ${n}",
    "steps_total": 3
  },
  "steps": {
    "fetch": {"status": "ok", "result": {"success": "inner", "f": "field", "rows": [1, 2]}},
    "odd-id": {"status": "ok", "result": "text"},
    "broken": {"status": "failed"},
    "left-out": {"status": "skipped"},
    "later": {"status": "pending"}
  }
})";

enum Kind : uint32_t { whole_input, previous, of_step, named };

}  // namespace

FakeScope::FakeScope() : document_(parse(document)) {}

Value FakeScope::parse(std::string_view json) {
  const Result<Value> value = base::parse_json(json, arena());
  REQUIRE(value);
  return *value;
}

Result<Root> FakeScope::find(const void* self, std::string_view name, std::string_view) {
  const auto& fake = *static_cast<const FakeScope*>(self);
  if (name == "$input") return Root{whole_input};
  if (name == "$prev") return Root{previous};
  const bool qualified = name.starts_with("steps.");
  if (fake.document_["steps"_k][Key(qualified ? name.substr(6) : name)].exists()) {
    return Root{of_step};
  }
  if (!qualified && fake.document_["input"_k][Key(name)].exists()) return Root{named};
  Error error;
  error.code = "spec.unknown_reference";
  error.message = "nothing is called " + base::quoted(name);
  return error;
}

// The envelope of a step is {success, result}; a field that it lacks is sought in the result.
Found FakeScope::value(const void* self, const Asked& asked, Arena) {
  const auto& [root, name, first] = asked;
  const auto& fake = *static_cast<const FakeScope*>(self);
  const Value input = fake.document_["input"_k];
  if (root.kind == whole_input) return {input};
  if (root.kind == previous) return {Value(), false, "path.missing"};
  if (root.kind == named) return {input[Key(name)]};
  const std::string_view id = name.starts_with("steps.") ? name.substr(6) : name;
  const Value step = fake.document_["steps"_k][Key(id)];
  const std::string_view status = step["status"_k].as_text();
  if (status == "failed") return {Value(), false, "path.step_failed"};
  if (status == "skipped") return {Value(), false, "path.step_skipped"};
  if (status == "pending") return {Value(), false, "path.missing"};
  static constexpr weft_slot success{WEFT_BOOL, 0, 0, 0, {1}};
  if (first.view() == "success") return {Value(&success), true};
  if (first.view() == "result") return {step["result"_k], true};
  if (first.n != 0 && !step["result"_k][first].exists()) {
    return {step["result"_k], false, "path.missing"};
  }
  return {step["result"_k]};
}

std::string describe(const Error& error) {
  return error.code + "@" + std::to_string(error.where.column);
}

std::string FakeScope::run(std::string_view text) {
  const Result<Expression> expression = Expression::compile(text, names());
  if (!expression) return describe(expression.error());
  const Result<Value> value = expression->evaluate(scope(), arena());
  return value ? base::json_text(*value) : describe(value.error());
}

std::string FakeScope::run_template(std::string_view tree) {
  std::vector<Error> problems;
  const Template compiled = Template::compile(parse(tree), names(), "/parameters", problems);
  std::string found;
  for (const Error& error : problems) {
    found += (found.empty() ? "" : " ") + error.where.pointer + " " + describe(error);
  }
  if (!problems.empty()) return found;
  const Result<Value> value = compiled.evaluate(scope(), arena());
  if (value) return base::json_text(*value);
  return value.error().where.pointer + " " + describe(value.error());
}

Error FakeScope::error_of(std::string_view text) {
  Result<Expression> expression = Expression::compile(text, names());
  if (!expression) return expression.error();
  Result<Value> value = expression->evaluate(scope(), arena());
  REQUIRE(!value);
  return value.error();
}

void check(std::initializer_list<Row> rows) {
  FakeScope fake;
  for (const Row& row : rows) {
    INFO(row.text);
    CHECK(fake.run(row.text) == row.result);
  }
}

}  // namespace weft::expr
