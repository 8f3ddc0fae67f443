#include "base/limits.hpp"

#include <initializer_list>
#include <string>

#include "base/json.hpp"
#include "catch.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "fake_scope.hpp"

using weft::expr::Expression;
using weft::expr::FakeScope;
namespace limits = weft::base::limits;

namespace {

std::string repeated(std::string_view part, size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += part;
  return text;
}

std::string glue(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

// What an expression comes to where 'v' is the given value.
std::string run_over(FakeScope& fake, weft::Value value, std::string_view text) {
  const weft::expr::Names names{&value, [](const void*, std::string_view, std::string_view) {
                                  return weft::Result(weft::expr::Root{});
                                }};
  const weft::expr::Scope scope{&value,
                                [](const void* self, const weft::expr::Asked&, weft::Arena) {
                                  return weft::expr::Found{*static_cast<const weft::Value*>(self)};
                                }};
  const auto expression = Expression::compile(text, names);
  if (!expression) return weft::expr::describe(expression.error());
  const auto result = expression->evaluate(scope, fake.arena());
  return result ? weft::base::json_text(*result) : weft::expr::describe(result.error());
}

}  // namespace

TEST_CASE("an expression has at most 4,096 characters, however many bytes", "[expr][limits]") {
  FakeScope fake;
  CHECK(fake.run(glue({"'", repeated("é", 4'094), "' == ''"})).starts_with("expr.limit.length"));
  CHECK(fake.run(glue({"len('", repeated("é", 4'089), "')"})) == "4089");
  CHECK(fake.run(repeated(" ", 4'097)) == "expr.limit.length@4097");
}

TEST_CASE("an expression is at most 64 deep, however it nests", "[expr][limits]") {
  FakeScope fake;
  CHECK(fake.run(glue({repeated("(", 63), "1", repeated(")", 63)})) == "1");
  CHECK(fake.run(glue({repeated("(", 64), "1", repeated(")", 64)})) == "expr.limit.depth@65");
  CHECK(fake.run(glue({repeated("[", 65), repeated("]", 65)})) == "expr.limit.depth@65");
  CHECK(fake.run(glue({repeated("abs(", 64), "1", repeated(")", 64)}))
            .starts_with("expr.limit.depth"));
  CHECK(fake.run(glue({repeated("not ", 63), "yes"})) == "false");
  CHECK(fake.run(glue({repeated("!", 64), "yes"})) == "expr.limit.depth@65");
  CHECK(fake.run(repeated("(", 4'000)) == "expr.limit.depth@65");
}

TEST_CASE("a long chain is not deep", "[expr][limits]") {
  FakeScope fake;
  CHECK(fake.run(glue({"0", repeated(" + 1", 1'000)})) == "1000");
  CHECK(fake.run(glue({"yes", repeated(" and yes", 500)})) == "true");
  CHECK(fake.run(glue({"no", repeated(" or no", 600)})) == "false");
}

TEST_CASE("an evaluation ends after 10,000 operations", "[expr][limits]") {
  FakeScope fake;
  const weft::Value list = fake.parse(glue({"[", repeated("1,", 59'999), "1]"}));
  CHECK(run_over(fake, list, "2 in v") == "false");
  CHECK(run_over(fake, list, glue({"2 in v", repeated(" or 2 in v", 8)}))
            .starts_with("expr.limit.operations"));
  CHECK(run_over(fake, list, "sum(v)") == "60000");
  CHECK(run_over(fake, list, glue({"default(2 in v", repeated(" or 2 in v", 8), ", 1)"}))
            .starts_with("expr.limit.operations"));
}

TEST_CASE("equal values that share parts cost what they have, not what they look like",
          "[expr][limits]") {
  FakeScope fake;
  weft::Value grown = fake.parse("[1,2,3]");
  weft::Value other = fake.parse("[1,2,3]");
  for (int i = 0; i < 40; ++i) {
    for (weft::Value* value : {&grown, &other}) {
      weft::Builder builder(fake.arena());
      builder.begin_array();
      builder.link(*value);
      builder.link(*value);
      builder.end_array();
      *value = builder.take_value();
    }
  }
  weft::Builder builder(fake.arena());
  builder.begin_array();
  builder.link(grown);
  builder.link(other);
  builder.end_array();
  const weft::Value pair = builder.take_value();
  CHECK(run_over(fake, pair, "v[0] == v[1]").starts_with("expr.limit.operations"));
  CHECK(run_over(fake, pair, "v[0] in v").starts_with("expr.limit.operations"));
  CHECK(run_over(fake, pair, "json(v)").starts_with("expr.limit.built"));
  CHECK(run_over(fake, pair, "len(v)") == "2");
}

TEST_CASE("an evaluation builds at most 1 MB", "[expr][limits]") {
  FakeScope fake;
  weft::Builder builder(fake.arena());
  builder.text(std::string(300'000, 'x'));
  const weft::Value text = builder.take_value();
  CHECK(run_over(fake, text, "len(v + v)") == "600000");
  CHECK(run_over(fake, text, "v + v + v").starts_with("expr.limit.built"));
  CHECK(run_over(fake, text, "split(v, 'x')").starts_with("expr.limit.built"));
  CHECK(run_over(fake, text, "replace(v, 'x', 'xxxx')").starts_with("expr.limit.built"));
  CHECK(run_over(fake, text, "json([v, v, v, v])").starts_with("expr.limit.built"));
  CHECK(run_over(fake, text, "len(json(v))") == "300002");
  CHECK(run_over(fake, text, "len(join([v, v, v], ','))") == "900002");
}

TEST_CASE("a limit is told apart from a mistake", "[expr][limits]") {
  FakeScope fake;
  const weft::Error error = fake.error_of(repeated("(", 65));
  CHECK(error.status == weft::Status::limit);
  CHECK(!error.hint.empty());
}
