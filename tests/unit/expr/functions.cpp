#include "expr/functions.hpp"

#include <set>
#include <string>

#include "catch.hpp"
#include "fake_scope.hpp"

using weft::expr::check;
using weft::expr::FakeScope;
using weft::expr::Function;
using weft::expr::functions;

TEST_CASE("every function of the language is there and says what it does", "[expr]") {
  const std::set<std::string_view> promised = {
      "exists", "default",  "coalesce", "type",        "len",       "lower",  "upper", "trim",
      "split",  "join",     "replace",  "starts_with", "ends_with", "number", "int",   "string",
      "bool",   "keys",     "values",   "first",       "last",      "sum",    "min",   "max",
      "avg",    "count",    "any",      "all",         "abs",       "round",  "floor", "ceil",
      "json",   "jsonpath", "now",      "uuid"};
  std::set<std::string_view> found;
  for (const Function& function : functions()) {
    INFO(function.name);
    CHECK(found.insert(function.name).second);
    CHECK(!function.summary.empty());
    CHECK(function.min <= function.max);
    CHECK(function.max <= Function::arguments_max);
    CHECK((function.call == nullptr) == (function.lazy != Function::Lazy::no));
  }
  CHECK(found == promised);
}

TEST_CASE("one argument too few or too many is refused for every function", "[expr]") {
  FakeScope fake;
  for (const Function& function : functions()) {
    const auto call = [&](unsigned count) {
      std::string text(function.name);
      text += '(';
      for (unsigned i = 0; i < count; ++i) text += i == 0 ? "1" : ", 1";
      return fake.run(text += ')');
    };
    INFO(function.name);
    if (function.min != 0) CHECK(call(function.min - 1U) == "expr.arguments@1");
    CHECK(call(function.max + 1U) == "expr.arguments@1");
    CHECK(call(function.min) != "expr.arguments@1");
  }
}

TEST_CASE("exists, default and coalesce catch errors of paths and no others", "[expr]") {
  check({{"exists(a.b)", "true"},
         {"exists(a.zz)", "false"},
         {"exists(nothing)", "true"},
         {"exists(nothing.x)", "false"},
         {"exists(list[9])", "false"},
         {"exists($prev)", "false"},
         {"exists(a.zz.deeper)", "false"},
         {"exists(1 / 0)", "expr.division_by_zero@10"},
         {"default(a.zz, 1)", "1"},
         {"default(a.b, 9)", "1"},
         {"default(nothing, 1)", "null"},
         {"default(a.zz + 1, 2)", "2"},
         {"default(a.b, 1 / 0)", "1"},
         {"default(a.zz, a.yy)", "path.missing@16"},
         {"default('a' + 1, 2)", "expr.type@13"},
         {"default(default(a.zz, a.yy), 3)", "3"},
         {"coalesce(nothing, a.zz, n)", "7"},
         {"coalesce(nothing)", "null"},
         {"coalesce(a.zz, a.yy)", "null"},
         {"coalesce(a.zz, 1 / 0)", "expr.division_by_zero@18"},
         {"exists(a.zz) and a.zz", "false"},
         {"default(first(none), 0)", "0"},
         {"exists(a.b) and a.yy", "path.missing@18"}});
}

TEST_CASE("type names the types", "[expr]") {
  check({{"type(null)", "\"null\""},
         {"type(yes)", "\"bool\""},
         {"type(n)", "\"int\""},
         {"type(huge)", "\"int\""},
         {"type(x)", "\"double\""},
         {"type(s)", "\"string\""},
         {"type(list)", "\"list\""},
         {"type(a)", "\"object\""}});
}

TEST_CASE("len counts code points, items and entries", "[expr]") {
  check({{"len(s)", "5"},
         {"len(t)", "7"},
         {"len(empty)", "0"},
         {"len(list)", "5"},
         {"len(a)", "4"},
         {"len(n)", "expr.type@1"},
         {"len(nothing)", "expr.type@1"}});
}

TEST_CASE("functions of texts leave other than ASCII letters alone", "[expr]") {
  check({{"lower('ABC ÄÖ')", "\"abc ÄÖ\""},
         {"upper('abc äö @[`{')", "\"ABC äö @[`{\""},
         {"upper(t)", "\"GRüßE 😀\""},
         {"trim('  a b\\t\\n')", "\"a b\""},
         {"trim('   ')", "\"\""},
         {"trim('')", "\"\""},
         {"trim('\\u00a0a')", "\"\u00a0a\""},
         {"lower(n)", "expr.type@1"},
         {"split('a,b,,c', ',')", R"(["a","b","","c"])"},
         {"split('', ',')", R"([""])"},
         {"split('abc', 'bc')", R"(["a",""])"},
         {"split('abc', '')", "expr.arguments@1"},
         {"split('abc', 1)", "expr.type@1"},
         {"join(names, '-')", "\"b-a-c\""},
         {"join(names)", "\"bac\""},
         {"join([], ', ')", "\"\""},
         {"join([1, 2.5, true, 'x'], ' ')", "\"1 2.5 true x\""},
         {"join([null], '')", "expr.type@1"},
         {"join([[1]], '')", "expr.type@1"},
         {"join(s, '')", "expr.type@1"},
         {"replace('aXbX', 'X', '--')", "\"a--b--\""},
         {"replace('aaa', 'aa', 'b')", "\"ba\""},
         {"replace('abc', 'z', 'y')", "\"abc\""},
         {"replace('abc', 'b', '')", "\"ac\""},
         {"replace('abc', '', 'y')", "expr.arguments@1"},
         {"starts_with(s, 'he')", "true"},
         {"starts_with(s, 'lo')", "false"},
         {"ends_with(s, 'lo')", "true"},
         {"ends_with(s, '')", "true"},
         {"ends_with(s, 1)", "expr.type@1"}});
}

TEST_CASE("conversions accept what can be read whole and nothing else", "[expr]") {
  check({{"number('42')", "42"},
         {"type(number('42'))", "\"int\""},
         {"number('-1.5e1')", "-15"},
         {"type(number('1.0'))", "\"double\""},
         {"number(x)", "2.5"},
         {"number('0x1')", "expr.type@1"},
         {"number(' 1')", "expr.type@1"},
         {"number('')", "expr.type@1"},
         {"number(yes)", "expr.type@1"},
         {"number(null)", "expr.type@1"},
         {"int(2.9)", "2"},
         {"int(-2.9)", "-2"},
         {"int('12')", "12"},
         {"int('1.5')", "expr.type@1"},
         {"int(1e300)", "expr.overflow@1"},
         {"int('99999999999999999999')", "expr.type@1"},
         {"string(1)", "\"1\""},
         {"string(2.50)", "\"2.5\""},
         {"string(huge)", "\"18446744073709551615\""},
         {"string(yes)", "\"true\""},
         {"string(null)", "\"null\""},
         {"string(s)", "\"hello\""},
         {"string([1, 'a'])", R"("[1,\"a\"]")"},
         {"string(people[0])", R"("{\"name\":\"Ann\",\"age\":30}")"},
         {"bool('true')", "true"},
         {"bool('false')", "false"},
         {"bool(no)", "false"},
         {"bool('yes')", "expr.type@1"},
         {"bool(1)", "expr.type@1"},
         {"json(s)", R"("\"hello\"")"},
         {"json(null)", "\"null\""},
         {"json([1, 2.5, 'a\\n\\u0001'])", R"("[1,2.5,\"a\\n\\u0001\"]")"}});
}

TEST_CASE("functions of lists look at every item", "[expr]") {
  check({{"keys(a)", R"(["b","c-d","odd key","nested"])"},
         {"values(people[0])", R"(["Ann",30])"},
         {"keys(obj)", "[]"},
         {"keys(list)", "expr.type@1"},
         {"values(s)", "expr.type@1"},
         {"first(list)", "1"},
         {"last(list)", "5"},
         {"first(none)", "path.missing@1"},
         {"last(s)", "expr.type@1"},
         {"sum(list)", "15"},
         {"sum([1, 0.5])", "1.5"},
         {"sum(none)", "0"},
         {"sum(['a'])", "expr.type@1"},
         {"sum([big, 1])", "expr.overflow@1"},
         {"sum(people[*].age)", "80"},
         {"min(list)", "1"},
         {"max(list)", "5"},
         {"min(3, 1, 2)", "1"},
         {"max('a', 'c', 'b')", "\"c\""},
         {"max(1, 2.5)", "2.5"},
         {"min(1, 'a')", "expr.type@1"},
         {"min([null])", "expr.type@1"},
         {"min(none)", "path.missing@1"},
         {"max(n)", "expr.type@1"},
         {"avg(list)", "3"},
         {"type(avg(list))", "\"double\""},
         {"avg([1, 2])", "1.5"},
         {"avg(none)", "path.missing@1"},
         {"count(list)", "5"},
         {"count(mixed, 1)", "2"},
         {"count([], 1)", "0"},
         {"count(s)", "expr.type@1"},
         {"any(flags)", "true"},
         {"all(flags)", "false"},
         {"any([])", "false"},
         {"all([])", "true"},
         {"any([true, 1])", "expr.type@1"},
         {"all(list)", "expr.type@1"}});
}

TEST_CASE("rounding makes integers, half away from zero", "[expr]") {
  check({{"abs(-3)", "3"},
         {"abs(-2.5)", "2.5"},
         {"abs(huge)", "18446744073709551615"},
         {"abs(-9223372036854775808)", "expr.overflow@1"},
         {"abs(s)", "expr.type@1"},
         {"round(2.5)", "3"},
         {"round(-2.5)", "-3"},
         {"round(2.4)", "2"},
         {"type(round(2.4))", "\"int\""},
         {"round(7)", "7"},
         {"round(1e300)", "expr.overflow@1"},
         {"round(3.14159, 2)", "3.14"},
         {"round(2.5, 0)", "3"},
         {"type(round(2.5, 0))", "\"double\""},
         {"round(1e300, 2)", "1e+300"},
         {"round(1.5, 16)", "expr.arguments@1"},
         {"round(1.5, -1)", "expr.arguments@1"},
         {"round('1')", "expr.type@1"},
         {"floor(2.7)", "2"},
         {"floor(-2.1)", "-3"},
         {"ceil(2.1)", "3"},
         {"ceil(-2.9)", "-2"},
         {"ceil(4)", "4"},
         {"floor(null)", "expr.type@1"}});
}

TEST_CASE("now is the time of the event and not of the clock", "[expr]") {
  check({{"now()", "\"2026-03-01T12:00:00.25Z\""}, {"now() == now()", "true"}});
}

TEST_CASE("uuids come from the seed: new in one evaluation, the same in the next", "[expr]") {
  FakeScope fake;
  const std::string pair = fake.run("[uuid(), uuid()]");
  CHECK(pair == fake.run("[uuid(), uuid()]"));
  CHECK(fake.run("uuid() == uuid()") == "false");
  CHECK(fake.run("uuid() matches "
                 "'[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}'") ==
        "true");
}
