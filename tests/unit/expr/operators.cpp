#include "catch.hpp"
#include "fake_scope.hpp"

using weft::expr::check;
using weft::expr::FakeScope;

TEST_CASE("integers stay integers and doubles win", "[expr]") {
  check({{"type(1 + 1)", "\"int\""},
         {"type(1 + 1.0)", "\"double\""},
         {"7 / 2", "3"},
         {"-7 / 2", "-3"},
         {"7 % 3", "1"},
         {"-7 % 3", "-1"},
         {"7 / 2.0", "3.5"},
         {"7.5 % 2", "1.5"},
         {"0.1 + 0.2", "0.30000000000000004"},
         {"n * x", "17.5"},
         {"huge % 10", "5"},
         {"huge - huge", "0"}});
}

TEST_CASE("overflow and division by zero are errors", "[expr]") {
  check({{"big + 1", "expr.overflow@5"},
         {"-big - 2", "expr.overflow@6"},
         {"big * 2", "expr.overflow@5"},
         {"huge * huge", "expr.overflow@6"},
         {"huge + 0", "expr.overflow@6"},
         {"-huge", "expr.overflow@1"},
         {"-9223372036854775808 / -1", "expr.overflow@22"},
         {"big + 1.0", "9223372036854775808"},
         {"1e308 * 10", "expr.overflow@7"},
         {"1 / 0", "expr.division_by_zero@3"},
         {"1 % zero", "expr.division_by_zero@3"},
         {"1.0 / 0.0", "expr.division_by_zero@5"},
         {"1.0 % 0", "expr.division_by_zero@5"}});
}

TEST_CASE("arithmetic wants numbers, plus also texts and lists", "[expr]") {
  check({{"'a' + 'b'", "\"ab\""},
         {"'long text ' + 'and more'", "\"long text and more\""},
         {"[1] + [2, 3]", "[1,2,3]"},
         {"[] + []", "[]"},
         {"'a' + 1", "expr.type@5"},
         {"1 + 'a'", "expr.type@3"},
         {"[1] + 1", "expr.type@5"},
         {"true + true", "expr.type@6"},
         {"null + 1", "expr.type@6"},
         {"'a' - 'b'", "expr.type@5"},
         {"'a' * 2", "expr.type@5"},
         {"-s", "expr.type@1"},
         {"-null", "expr.type@1"},
         {"1 + 2 + 'a'", "expr.type@7"}});
}

TEST_CASE("equality is by value, and different types differ", "[expr]") {
  check({{"1 == 1.0", "true"},
         {"1 == '1'", "false"},
         {"1 != '1'", "true"},
         {"null == false", "false"},
         {"null == null", "true"},
         {"nothing == null", "true"},
         {"zero == false", "false"},
         {"empty == null", "false"},
         {"big == 9223372036854775808.0", "false"},
         {"huge == 18446744073709551615", "true"},
         {"list == [1, 2, 3, 4, 5]", "true"},
         {"[1, 2] == [2, 1]", "false"},
         {"[1] == [1.0]", "true"},
         {"[1] == [1, 1]", "false"},
         {"obj == obj", "true"},
         {"obj == none", "false"},
         {"a == a", "true"},
         {"a != people[0]", "true"},
         {"'a' == 'A'", "false"}});
}

TEST_CASE("only numbers, texts and booleans have an order, each their own", "[expr]") {
  check({{"1 < 2", "true"},
         {"2 <= 2", "true"},
         {"2 > 2", "false"},
         {"2 >= 2", "true"},
         {"1 < 1.5", "true"},
         {"9223372036854775807 < 9223372036854775808.0", "true"},
         {"huge > big", "true"},
         {"-1 < huge", "true"},
         {"'a' < 'b'", "true"},
         {"'a' < 'B'", "false"},
         {"'' < 'a'", "true"},
         {"'z' < 'é'", "true"},
         {"'\\uffff' < '😀'", "true"},
         {"false < true", "true"},
         {"1 < '2'", "expr.type@3"},
         {"'1' > 2", "expr.type@5"},
         {"null < 1", "expr.type@6"},
         {"true < 1", "expr.type@6"},
         {"[1] < [2]", "expr.type@5"},
         {"[1] <= [1]", "expr.type@5"},
         {"obj > obj", "expr.type@5"}});
}

TEST_CASE("and, or and not want booleans: there is no truthiness", "[expr]") {
  check({{"1 and true", "expr.type@1"},
         {"true and 1", "expr.type@10"},
         {"false or 'x'", "expr.type@10"},
         {"null or true", "expr.type@1"},
         {"not 0", "expr.type@1"},
         {"not ''", "expr.type@1"},
         {"!null", "expr.type@1"},
         {"yes and s", "expr.type@9"}});
}

TEST_CASE("what is decided is not evaluated further", "[expr]") {
  check({{"false and 1 / 0 == 1", "false"},
         {"true or 1 / 0 == 1", "true"},
         {"true and 1 / 0 == 1", "expr.division_by_zero@12"},
         {"false or false or true or nothing.x", "true"},
         {"no and broken.x", "false"}});
}

TEST_CASE("contains and in know parts, items and keys", "[expr]") {
  check({{"s contains 'ell'", "true"},
         {"s contains ''", "true"},
         {"s contains 'x'", "false"},
         {"'ell' in s", "true"},
         {"3 in list", "true"},
         {"3.0 in list", "true"},
         {"'3' in list", "false"},
         {"9 not in list", "true"},
         {"list contains 3", "true"},
         {"mixed contains [1]", "true"},
         {"mixed contains null", "true"},
         {"'b' in a", "true"},
         {"'z' in a", "false"},
         {"a contains 'odd key'", "true"},
         {"1 in a", "expr.type@3"},
         {"1 in s", "expr.type@3"},
         {"1 in n", "expr.type@3"},
         {"nothing contains 1", "expr.type@9"},
         {"s in ['hello', 'bye']", "true"}});
}

TEST_CASE("matches compares the whole text with a pattern", "[expr]") {
  check({{"s matches 'hello'", "true"},
         {"s matches 'hell'", "false"},
         {"s matches 'h[a-z]+'", "true"},
         {"t matches '\\\\p{L}+ .'", "true"},
         {"s matches 'h' + '.*'", "true"},
         {"s matches s", "true"},
         {"'(' matches s", "false"},
         {"s matches '(' + ''", "expr.syntax@3"},
         {"n matches '7'", "expr.type@3"},
         {"s matches n", "expr.type@3"},
         {"s matches nothing", "expr.type@3"}});
}

TEST_CASE("a type error names both types", "[expr]") {
  FakeScope fake;
  CHECK(fake.error_of("1 < 'a'").message == "'<' cannot order an int and a string");
  CHECK(fake.error_of("s + n").hint == "write string(…) or number(…) around one of them");
  CHECK(fake.error_of("n and yes").message == "'and' wants booleans, not an int");
  CHECK(fake.error_of("x - nothing").message == "'-' wants two numbers, not a double and null");
}
