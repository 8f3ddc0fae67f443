#include <cmath>
#include <string>

#include "catch.hpp"
#include "loaded.hpp"
#include "tool_host.hpp"

using namespace weft;

namespace {

class Desk final {
 public:
  Desk() : host(tests::loaded(), tests::plugin_folder(), ".") {}
  tests::ToolAnswer ask(std::string_view expression, std::string_view variables = "{}",
                        bool exact = false) {
    std::string args = R"({"input": ")";
    args.append(expression).append(R"(", "variables": )").append(variables);
    args.append(exact ? R"(, "exact": true})" : "}");
    return host.call(args);
  }
  tests::ToolAnswer validate(std::string_view expression, std::string_view variables = "{}") {
    std::string args = R"({"operation": "validate", "input": ")";
    args.append(expression).append(R"(", "variables": )").append(variables);
    return host.call(args.append("}"));
  }
  tests::ToolHost host;
};

struct Row {
  const char* expression;
  const char* result;  // JSON; nullptr: refused with tool.bad_data
  const char* variables = "{}";
};

// JSON does not tell 1.0 from 1; the table does.
std::string shown(const tests::ToolAnswer& answer) {
  std::string text = answer.json();
  const bool is_whole = text.find_first_of(".e") == std::string::npos;
  return answer.result.tag() == Tag::f64 && is_whole ? text.append(".0") : text;
}

std::string repeated(std::string_view what, int times) {
  std::string text;
  for (int i = 0; i < times; ++i) text.append(what);
  return text;
}

}  // namespace

TEST_CASE("expressions have the results of arithmetic", "[calculator]") {
  Desk desk;
  const Row rows[] = {// numbers
                      {"0", "0"},
                      {"42", "42"},
                      {"1.5", "1.5"},
                      {".5", "0.5"},
                      {"5.", "5.0"},
                      {"1e3", "1000.0"},
                      {"1E-2", "0.01"},
                      {"9223372036854775807", "9223372036854775807"},
                      {"-9223372036854775808", "-9223372036854775808"},
                      {"9223372036854775808", nullptr},
                      {"9223372036854775808.0", "9223372036854775808.0"},
                      {"1e400", nullptr},
                      {"1..2", nullptr},
                      {"1.2.3", nullptr},
                      {".", nullptr},
                      {"1e", nullptr},
                      {"0x10", nullptr},
                      {"1_000", nullptr},
                      // operators
                      {"1+2", "3"},
                      {"1 - 2", "-1"},
                      {"3*4", "12"},
                      {"6/3", "2"},
                      {"7/2", "3.5"},
                      {"1/3*3", "1.0"},
                      {"7%3", "1"},
                      {"-7%3", "-1"},
                      {"7%-3", "1"},
                      {"7.5%2", "1.5"},
                      {"50%7", "1"},
                      {"2^10", "1024"},
                      {"2^-1", "0.5"},
                      {"2^0.5", "1.4142135623730951"},
                      {"0^0", "1"},
                      {"(-8)^(1/3)", nullptr},
                      {"1+", nullptr},
                      {"*1", nullptr},
                      {"1 2", nullptr},
                      {"", nullptr},
                      {"   ", nullptr},
                      {"1 + + 2", "3"},
                      {"\\t1\\n+ 2", "3"},
                      // precedence
                      {"2+3*4", "14"},
                      {"(2+3)*4", "20"},
                      {"2*3^2", "18"},
                      {"-2^2", "-4"},
                      {"(-2)^2", "4"},
                      {"2^3^2", "512"},
                      {"(2^3)^2", "64"},
                      {"--2", "2"},
                      {"-+-2", "2"},
                      {"2--2", "4"},
                      {"2*-3", "-6"},
                      {"2^-2^2", "0.0625"},
                      {"10-4-3", "3"},
                      {"100/10/5", "2"},
                      {"8/4*2", "4"},
                      {"10%4*3", "6"},
                      {"-3*2", "-6"},
                      {"1-2*3+4", "-1"},
                      {"((((1))))", "1"},
                      {"(1", nullptr},
                      {"1)", nullptr},
                      {"()", nullptr},
                      {"(1,2)", nullptr},
                      // comparisons and logic
                      {"1<2", "1"},
                      {"2<1", "0"},
                      {"2<=2", "1"},
                      {"3>=4", "0"},
                      {"1==1.0", "1"},
                      {"1!=2", "1"},
                      {"9007199254740993 == 9007199254740992.0", "0"},
                      {"1<2 && 2<3", "1"},
                      {"1>2 || 2>3", "0"},
                      {"0 && 1/0", "0"},
                      {"1 || 1/0", "1"},
                      {"1 && 1/0", nullptr},
                      {"!0", "1"},
                      {"!5", "0"},
                      {"!!5", "1"},
                      {"!1 == 0", "1"},
                      {"1 || 0 && 0", "1"},
                      {"1+1 == 2 && 3 > 2", "1"},
                      {"1<2<3", nullptr},
                      {"1==1==1", nullptr},
                      {"(1<2)<3", "1"},
                      {"1=1", nullptr},
                      {"1 & 1", nullptr},
                      {"1 | 1", nullptr},
                      {"1 <> 2", nullptr},
                      // integers stay exact
                      {"9007199254740993 + 0", "9007199254740993"},
                      {"9007199254740993 * 3", "27021597764222979"},
                      {"9223372036854775807 + 1", nullptr},
                      {"-9223372036854775808 - 1", nullptr},
                      {"3037000500 * 3037000500", nullptr},
                      {"2^63", nullptr},
                      {"2^62", "4611686018427387904"},
                      {"9223372036854775807 + 1.0", "9223372036854775808.0"},
                      {"2.0^63", "9223372036854775808.0"},
                      {"-9223372036854775808 / -1", nullptr},
                      {"-9223372036854775808 % -1", "0"},
                      {"abs(-9223372036854775808)", nullptr},
                      {"-(-9223372036854775808)", nullptr},
                      // functions
                      {"abs(-3)", "3"},
                      {"abs(-3.5)", "3.5"},
                      {"sign(-2)", "-1"},
                      {"sign(0)", "0"},
                      {"sign(0.1)", "1"},
                      {"int(2.9)", "2"},
                      {"int(-2.9)", "-2"},
                      {"ceil(2.1)", "3"},
                      {"floor(-2.1)", "-3"},
                      {"round(2.5)", "3"},
                      {"round(-2.5)", "-3"},
                      {"round(7)", "7"},
                      {"min(3, 1, 2)", "1"},
                      {"max(3, 1.5, 2)", "3"},
                      {"max(1)", "1"},
                      {"min()", nullptr},
                      {"sqrt(9)", "3"},
                      {"sqrt(2)", "1.4142135623730951"},
                      {"sqrt(0)", "0"},
                      {"sqrt(-1)", nullptr},
                      {"exp(0)", "1.0"},
                      {"exp(1000)", nullptr},
                      {"ln(e())", "1.0"},
                      {"ln(0)", nullptr},
                      {"ln(-1)", nullptr},
                      {"log(1000)", "3.0"},
                      {"log(8, 2)", "3.0"},
                      {"log(100, 10)", "2.0"},
                      {"log(5, 1)", nullptr},
                      {"log(0)", nullptr},
                      {"pi()", "3.141592653589793"},
                      {"e()", "2.718281828459045"},
                      {"pi", nullptr},
                      {"pi(1)", nullptr},
                      {"sin(0)", "0.0"},
                      {"cos(0)", "1.0"},
                      {"tan(0)", "0.0"},
                      {"asin(1)*2 == pi()", "1"},
                      {"acos(1)", "0.0"},
                      {"atan(1)*4", "3.141592653589793"},
                      {"atan2(0, -1)", "3.141592653589793"},
                      {"asin(2)", nullptr},
                      {"acos(-2)", nullptr},
                      {"sinh(0)", "0.0"},
                      {"cosh(0)", "1.0"},
                      {"tanh(0)", "0.0"},
                      {"asinh(0)", "0.0"},
                      {"acosh(1)", "0.0"},
                      {"acosh(0)", nullptr},
                      {"atanh(0)", "0.0"},
                      {"atanh(1)", nullptr},
                      {"nothing(1)", nullptr},
                      {"abs()", nullptr},
                      {"abs(1, 2)", nullptr},
                      {"min(1,)", nullptr},
                      {"max(min(4, 5), sqrt(4))", "4"},
                      // division by zero
                      {"1/0", nullptr},
                      {"1.0/0", nullptr},
                      {"1%0", nullptr},
                      {"0^-1", nullptr},
                      {"1e308*10", nullptr},
                      // variables
                      {"x + y", "5", R"({"x": 2, "y": 3})"},
                      {"x * 2", "1.0", R"({"x": 0.5})"},
                      {"_a1 - 1", "0", R"({"_a1": 1})"},
                      {"x", nullptr},
                      {"x", nullptr, R"({"x": "7"})"},
                      {"on + 1", "2", R"({"on": true})"},
                      {"sin + 1", "3", R"({"sin": 2})"},
                      {"x", nullptr, R"({"x": 18446744073709551615})"},
                      {"\xc3\xa4", nullptr},
                      {"1 \xc3\x97 2", nullptr},
                      {"system(1)", nullptr},
                      {"a.b", nullptr},
                      {"a[0]", nullptr},
                      {"'a'", nullptr},
                      {"1;2", nullptr},
                      {"#", nullptr}};
  for (const Row& row : rows) {
    CAPTURE(row.expression, row.variables);
    const auto answer = desk.ask(row.expression, row.variables);
    if (row.result != nullptr) {
      CHECK(answer.message == "");
      CHECK(shown(answer) == row.result);
    } else {
      CHECK(answer.code == "tool.bad_data");
      CHECK(answer.details[Key(std::string_view("column"))].as_i64() >= 1);
      CHECK((answer.flags & WEFT_ERR_BAD_INPUT) != 0);
    }
  }
  CHECK(std::size(rows) >= 120);
}

TEST_CASE("exact results are fractions of integers of any size", "[calculator]") {
  Desk desk;
  const Row rows[] = {
      {"0.1 + 0.2", "\"3/10\""},
      {"1/3", "\"1/3\""},
      {"1/3 * 3", "1"},
      {"2/4", "\"1/2\""},
      {"-6/4", "\"-3/2\""},
      {"6/-4", "\"-3/2\""},
      {"2^64", "\"18446744073709551616\""},
      {"2^100", "\"1267650600228229401496703205376\""},
      {"2^-3", "\"1/8\""},
      {"(2/3)^3", "\"8/27\""},
      {"(1/2)^-2", "4"},
      {"9223372036854775807 + 1", "\"9223372036854775808\""},
      {"-9223372036854775808", "-9223372036854775808"},
      {"7 % 3", "1"},
      {"-7 % 3", "-1"},
      {"7/2 % 1", "\"1/2\""},
      {"1e3", "1000"},
      {"1.5e-2", "\"3/200\""},
      {"0.5 == 1/2", "1"},
      {"1/3 < 0.3333", "0"},
      {"floor(-7/2)", "-4"},
      {"ceil(-7/2)", "-3"},
      {"round(5/2)", "3"},
      {"round(-5/2)", "-3"},
      {"int(-7/2)", "-3"},
      {"abs(-1/2)", "\"1/2\""},
      {"sign(-1/9)", "-1"},
      {"min(1/2, 1/3)", "\"1/3\""},
      {"max(1/2, 1/3)", "\"1/2\""},
      {"0^0", "1"},
      {"0/5", "0"},
      {"123456789012345678901234567890 / 987654321", "\"13717421001371742100137174210/109739369\""},
      {"(10^40 + 1) * (10^40 - 1) - 10^80", "-1"},
      {"(3^100 / 3^98) - 9", "0"},
      {"(2^100 * 3^60) / (2^99 * 3^60)", "2"},
      {"x", "\"1/10\"", R"({"x": 0.1})"},
      {"x + 1", "\"4/3\"", R"({"x": "1/3"})"},
      {"x", "\"18446744073709551615\"", R"({"x": 18446744073709551615})"},
      {"-x", "\"-7/2\"", R"({"x": "3.5"})"},
      {"1/0", nullptr},
      {"1%0", nullptr},
      {"0^-1", nullptr},
      {"2^(1/2)", nullptr},
      {"sqrt(4)", nullptr},
      {"pi()", nullptr},
      {"sin(0)", nullptr},
      {"x", nullptr, R"({"x": "1/0"})"},
      {"x", nullptr, R"({"x": "one"})"},
      {"x", nullptr}};
  for (const Row& row : rows) {
    CAPTURE(row.expression, row.variables);
    const auto answer = desk.ask(row.expression, row.variables, true);
    if (row.result == nullptr) {
      CHECK(answer.code == "tool.bad_data");
    } else {
      CHECK(answer.message == "");
      CHECK(answer.json() == row.result);
    }
  }
}

TEST_CASE("division of large integers is undone by multiplication", "[calculator]") {
  Desk desk;
  // a = q * b + r for numbers whose limbs are full, empty and in between.
  for (const char* a : {"(2^96 - 1)", "(2^97)", "(2^100 * 7^40 + 12345)", "(2^64 * (2^32 - 1))"}) {
    for (const char* b : {"(2^64 - 1)", "(2^63 + 1)", "(2^32)", "(2^64 - 2^32)", "(3^50)", "17"}) {
      std::string text("int(A/B) * B + A % B == A && A % B < B");
      for (size_t at = 0; (at = text.find_first_of("AB", at)) != std::string::npos;) {
        const std::string_view with = text[at] == 'A' ? a : b;
        text.replace(at, 1, with);
        at += with.size();
      }
      CAPTURE(text);
      CHECK(desk.ask(text, "{}", true).json() == "1");
    }
  }
}

TEST_CASE("calculator_bomb_stops_at_parse", "[calculator]") {
  Desk desk;
  struct Bomb {
    std::string expression;
    const char* code;
  };
  std::string calls("1"), variables("v");
  for (int i = 0; i < 51; ++i) calls.append("+abs(1)");
  for (int i = 0; i < 51; ++i) variables.append("+v").append(std::to_string(i));
  const Bomb bombs[] = {{"9^9^9^9", "limit.size"},
                        {"2^101", "limit.size"},
                        {"2^-101", "limit.size"},
                        {"2^(50+51)", "limit.size"},
                        {"2^1e300", "limit.size"},
                        {repeated("1", 1001), "limit.size"},
                        {repeated("(", 21).append("1").append(repeated(")", 21)), "limit.depth"},
                        {repeated("-", 21).append("1"), "limit.depth"},
                        {repeated("abs(", 21).append("1").append(repeated(")", 21)), "limit.depth"},
                        {repeated("2^", 21).append("1"), "limit.depth"},
                        {repeated("(", 400).append("1"), "limit.depth"},
                        {repeated("1+", 101).append("1"), "limit.count"},
                        {calls, "limit.count"},
                        {variables, "limit.count"}};
  for (const Bomb& bomb : bombs) {
    CAPTURE(bomb.expression);
    const auto answer = desk.ask(bomb.expression);
    CHECK(answer.code == bomb.code);
    CHECK(answer.status == WEFT_LIMIT);
    const auto validated = desk.validate(bomb.expression);
    CHECK_FALSE(validated.result[Key(std::string_view("is_valid"))].as_bool(true));
  }
  CHECK(desk.ask(repeated("1+", 100).append("1")).json() == "101");
  CHECK(desk.ask(repeated("(", 20).append("1").append(repeated(")", 20))).json() == "1");
  CHECK(desk.ask("2^x", R"({"x": 101})").code == "limit.size");
  CHECK(desk.ask("((10^100)^100)^100", "{}", true).code == "limit.size");
  CHECK(desk.ask("1e401", "{}", true).code == "limit.size");
  CHECK(desk.ask("1e99999999999", "{}", true).code == "limit.size");
}

TEST_CASE("an error stands at its column", "[calculator]") {
  Desk desk;
  struct Place {
    const char* expression;
    int64_t column;
    const char* message;
  };
  const Place places[] = {{"1 + sqrt(0-1)", 5, "sqrt(-1) is not defined at column 5"},
                          {"10 / (5 - 5)", 4, "division by zero at column 4"},
                          {"1 + x", 5, "there is no variable 'x' at column 5"},
                          {"(1 + 2", 7, "')' is expected but the expression ends at column 7"},
                          {"1 $ 2", 3, "an operator is expected instead of '$' at column 3"},
                          {"abs(1,2)", 1, "abs takes 1 argument, not 2 at column 1"}};
  for (const Place& place : places) {
    const auto answer = desk.ask(place.expression);
    CHECK(answer.message == place.message);
    CHECK(answer.details[Key(std::string_view("column"))].as_i64() == place.column);
  }
  CHECK(desk.ask("pi + 1").hint == "write pi()");
  CHECK(desk.ask("x = 1", R"({"x": 1})").hint == "write '==' to compare");
}

TEST_CASE("validation tells what is wrong and what is used", "[calculator]") {
  Desk desk;
  CHECK(desk.validate("a + min(b, a)").json() ==
        R"({"errors":[],"is_valid":true,"variables":["a","b"],"functions":["min"]})");
  const auto wrong = desk.validate("1 +");
  CHECK(wrong.ok());
  CHECK_FALSE(wrong.result[Key(std::string_view("is_valid"))].as_bool(true));
  const Value error = wrong.result[Key(std::string_view("errors"))][0];
  CHECK(error[Key(std::string_view("column"))].as_i64() == 4);
  CHECK(error[Key(std::string_view("code"))].as_text() == "tool.bad_data");
  for (const char* unknown : {"a + c", "foo(a)", "abs(a, a)"}) {
    const auto answer = desk.validate(unknown, R"({"a": 1})");
    CHECK_FALSE(answer.result[Key(std::string_view("is_valid"))].as_bool(true));
  }
}

TEST_CASE("every listed function can be called", "[calculator]") {
  Desk desk;
  const auto listed = desk.host.call(R"({"operation": "functions"})");
  uint32_t called = 0;
  for (const Value function : listed.result[Key(std::string_view("functions"))]) {
    std::string text(function[Key(std::string_view("name"))].as_text());
    const int64_t least = function[Key(std::string_view("least_arguments"))].as_i64();
    text.append(least == 0 ? "()" : least == 1 ? "(x)" : "(x, x)");
    CAPTURE(text);
    CHECK(desk.ask(text, text == "acosh(x)" ? R"({"x": 1})" : R"({"x": 0.5})").ok());
    ++called;
  }
  CHECK(called == 27);
}

TEST_CASE("metadata repeat the expression and its variables", "[calculator]") {
  Desk desk;
  const auto answer = desk.ask("x / 3", R"({"x": 1})", true);
  CHECK(base::json_text(answer.metadata) ==
        R"({"expression":"x / 3","variables":{"x":1},"numerator":"1","denominator":"3"})");
  CHECK((desk.host.tool_flags() & WEFT_BLOCKING) == 0);
  CHECK(desk.host.call(R"({"input": 7})").json() == "7");
  CHECK(desk.host.call(R"({"expression": "1+1"})").json() == "2");
  CHECK(desk.host.call("{}").code == "tool.invalid_argument");
  CHECK(desk.host.call(R"({"input": "1", "precision": 3})").status == WEFT_BAD_INPUT);
  CHECK(desk.host.call(R"({"input": "1", "operation": "solve"})").status == WEFT_BAD_INPUT);
}
