#include <string>

#include "catch.hpp"
#include "expr/expression.hpp"
#include "fake_scope.hpp"

using weft::expr::check;
using weft::expr::Expression;
using weft::expr::FakeScope;

TEST_CASE("literals are what they are in JSON, with either quote", "[expr]") {
  check({{"1", "1"},
         {"0", "0"},
         {"-1", "-1"},
         {"1.5", "1.5"},
         {"-0.25", "-0.25"},
         {"1e3", "1000"},
         {"type(1e3)", "\"double\""},
         {"2.5E-1", "0.25"},
         {"9223372036854775807", "9223372036854775807"},
         {"-9223372036854775808", "-9223372036854775808"},
         {"18446744073709551615", "18446744073709551615"},
         {"true", "true"},
         {"false", "false"},
         {"null", "null"},
         {"\"a\"", "\"a\""},
         {"'a'", "\"a\""},
         {"'it\\'s'", "\"it's\""},
         {"\"\\n\\t\\r\\b\\f\\\\\\/\\\"\"", R"("\n\t\r\b\f\\/\"")"},
         {"'\\u00e9\\ud83d\\ude00'", "\"é😀\""},
         {"'long enough to leave the slot'", "\"long enough to leave the slot\""},
         {"[]", "[]"},
         {"[1, 'a', [null]]", R"([1,"a",[null]])"},
         {"[n, s]", R"([7,"hello"])"},
         {"  1\t\n", "1"},
         {"(1)", "1"}});
}

TEST_CASE("operators bind as the grammar says", "[expr]") {
  check({{"1 + 2 * 3", "7"},
         {"(1 + 2) * 3", "9"},
         {"10 - 4 - 3", "3"},
         {"100 / 10 / 5", "2"},
         {"7 % 4 * 2", "6"},
         {"-2 * 3", "-6"},
         {"1 - -1", "2"},
         {"2 * -3", "-6"},
         {"-(1 + 2)", "-3"},
         {"-n", "-7"},
         {"1 + 1 == 2", "true"},
         {"1 < 2 and 2 < 3", "true"},
         {"true or false and false", "true"},
         {"(true or false) and false", "false"},
         {"not true or true", "true"},
         {"not (true or true)", "false"},
         {"not 1 == 2", "true"},
         {"!yes", "false"},
         {"!!yes", "true"},
         {"not not no", "false"},
         {"NOT no AND yes OR no", "true"},
         {"yes && no || yes", "true"},
         {"!no && yes", "true"},
         {"n != 7 or s == 'hello'", "true"},
         {"1 + 2 in [3]", "true"},
         {"4 not in [3]", "true"},
         {"not 4 in [3]", "true"},
         {"not (3 in [3])", "false"},
         {"'a' + 'b' contains 'ab'", "true"},
         {"s matches 'h.*'", "true"}});
}

TEST_CASE("a hyphen between letters or digits belongs to the name", "[expr]") {
  check({{"step-1", "\"hyphen\""},
         {"a.c-d", "2"},
         {"n - 1", "6"},
         {"n -1", "6"},
         {"n- 1", "6"},
         {"n-1", "spec.unknown_reference@1"},
         {"n--1", "8"},
         {"odd-id", "\"text\""}});
}

TEST_CASE("words are operators only where one may stand", "[expr]") {
  check({{"in_ + 1", "2"},
         {"and", "expr.syntax@1"},
         {"not", "expr.syntax@4"},
         {"1 not 2", "expr.syntax@7"},
         {"1 in", "expr.syntax@5"},
         {"matches", "expr.syntax@1"},
         {"$input.matches", "path.missing@7"},
         {"And", "spec.unknown_reference@1"}});
}

TEST_CASE("a mistake is reported where it stands", "[expr]") {
  check({{"", "expr.syntax@1"},
         {"   ", "expr.syntax@4"},
         {"1 +", "expr.syntax@4"},
         {"1 + * 2", "expr.syntax@5"},
         {"(1", "expr.syntax@1"},
         {"(1]", "expr.syntax@3"},
         {"[1, 2", "expr.syntax@1"},
         {"[1,]", "expr.syntax@4"},
         {"1 2", "expr.syntax@3"},
         {"n s", "expr.syntax@3"},
         {"a b c", "expr.syntax@3"},
         {"1 = 2", "expr.syntax@3"},
         {"1 === 1", "expr.syntax@5"},
         {"yes & no", "expr.syntax@5"},
         {"yes | no", "expr.syntax@5"},
         {"{1}", "expr.syntax@1"},
         {"'open", "expr.syntax@1"},
         {"'é' + 'open", "expr.syntax@7"},
         {"'\\x'", "expr.syntax@2"},
         {"'\\ud83d'", "expr.syntax@2"},
         {"'\\ude00'", "expr.syntax@2"},
         {"'\\u12g4'", "expr.syntax@2"},
         {"'a\nb'", "expr.syntax@3"},
         {"01", "expr.syntax@1"},
         {"1x", "expr.syntax@2"},
         {"1.", "expr.syntax@2"},
         {".5", "expr.syntax@1"},
         {"+1", "expr.syntax@1"},
         {"--1", "expr.syntax@2"},
         {"é", "expr.syntax@1"},
         {"$", "expr.syntax@1"},
         {"a.", "expr.syntax@3"},
         {"a.1", "expr.syntax@3"},
         {"a.$b", "expr.syntax@3"},
         {"a[", "expr.syntax@3"},
         {"a[]", "expr.syntax@3"},
         {"a[b]", "expr.syntax@3"},
         {"a[1.5]", "expr.syntax@3"},
         {"a[1", "expr.syntax@2"},
         {"a[1:2:3]", "expr.syntax@6"},
         {"a[9007199254740992]", "expr.syntax@3"},
         {"a[-x]", "expr.syntax@4"},
         {"1 < 2 < 3", "expr.syntax@7"},
         {"1 == 1 != 2", "expr.syntax@8"},
         {"s matches '(' ", "expr.syntax@11"},
         {"18446744073709551616", "expr.overflow@1"},
         {"-9223372036854775809", "expr.overflow@2"},
         {"1e999", "expr.overflow@1"},
         {"'\xff'", "expr.syntax@1"}});
}

TEST_CASE("calls are checked when they are compiled", "[expr]") {
  check({{"nope(1)", "expr.unknown_function@1"},
         {"1 + lenn(s)", "expr.unknown_function@5"},
         {"$len(s)", "expr.unknown_function@1"},
         {"len()", "expr.arguments@1"},
         {"len(s, s)", "expr.arguments@1"},
         {"now(1)", "expr.arguments@1"},
         {"false and len()", "expr.arguments@11"},
         {"len(s", "expr.syntax@4"},
         {"len(s,)", "expr.syntax@7"},
         {"jsonpath('$..')", "expr.syntax@10"},
         {"jsonpath()", "expr.arguments@1"}});
  FakeScope fake;
  CHECK(fake.error_of("jsonpath('$[?@.a==]')").message ==
        "the query is not one of RFC 9535: a value, a query or a function is missing at character "
        "9");
  CHECK_THAT(fake.error_of("lenn(s)").hint, ContainsSubstring("'len'"));
  CHECK(fake.error_of("len(s, s)").message == "len() takes 1 argument, not 2");
  CHECK(fake.error_of("join()").message == "join() takes 1 to 2 arguments, not 0");
}

TEST_CASE("messages say what is wrong and what to do", "[expr]") {
  FakeScope fake;
  CHECK(fake.error_of("1 = 2").hint == "compare with '=='");
  CHECK(fake.error_of("n s").message == "'s' is not expected here");
  CHECK(fake.error_of("(1").message == "'(' is not closed");
  CHECK(fake.error_of("1 < 2 < 3").hint == "join two of them by 'and'");
  CHECK_THAT(fake.error_of("s matches 'a{2'").message, ContainsSubstring("character 4"));
}

TEST_CASE("the roots of an expression are listed once each", "[expr]") {
  FakeScope fake;
  const auto expression = Expression::compile(
      "fetch.f == s and steps.fetch.rows[0] > n or exists($prev)", fake.names());
  REQUIRE(expression);
  CHECK(expression->roots().size() == 3);
  CHECK(Expression::compile("1 + 1", fake.names())->roots().empty());
}

TEST_CASE("a moved expression still evaluates and knows its text", "[expr]") {
  FakeScope fake;
  auto first = Expression::compile("a.b + n", fake.names());
  REQUIRE(first);
  std::vector<Expression> many;
  many.push_back(std::move(*first));
  many.reserve(100);
  CHECK(many[0].text() == "a.b + n");
  CHECK(many[0].evaluate(fake.scope(), fake.arena())->as_i64() == 8);
}

TEST_CASE("only a path stands in dollar braces", "[expr]") {
  FakeScope fake;
  const auto code = [&](std::string_view text) {
    const auto path = Expression::compile_path(text, fake.names());
    return path ? std::string("good") : path.error().code;
  };
  CHECK(code("a.b") == "good");
  CHECK(code("$input.list[-1]") == "good");
  CHECK(code("a.b + 1") == "expr.syntax");
  CHECK(code("1") == "expr.syntax");
  CHECK(code("'a'") == "expr.syntax");
  CHECK(code("len(s)") == "expr.syntax");
  CHECK(code("true") == "expr.syntax");
  CHECK(code("") == "expr.syntax");
}
