// Queries of RFC 9535 as a function of expressions. The public suite tests the queries themselves.
#include <string>

#include "catch.hpp"
#include "expr/jsonpath.hpp"
#include "fake_scope.hpp"

using weft::expr::FakeScope;
using weft::expr::JsonPath;

TEST_CASE("a query selects from the input, or from what it is given", "[expr]") {
  FakeScope fake;
  CHECK(fake.run("jsonpath('$.people[?@.age > 30].name')") == R"(["Cy"])");
  CHECK(fake.run("jsonpath('$[1:3]', list)") == "[2,3]");
  CHECK(fake.run("jsonpath('$..deep[-1]')") == "[30]");
  CHECK(fake.run("jsonpath('$.nowhere')") == "[]");
  CHECK(fake.run("jsonpath('$.f', fetch.result)") == R"(["field"])");
}

TEST_CASE("a query may be made when it runs, and is then checked", "[expr]") {
  FakeScope fake;
  CHECK(fake.run("jsonpath('$.' + 'n')") == "[7]");
  CHECK(fake.run("jsonpath('$' + s)") == "expr.syntax@1");
  CHECK(fake.run("jsonpath(n)") == "expr.type@1");
}

TEST_CASE("a query over much uses up the budget of its expression", "[expr]") {
  FakeScope fake;
  std::string query = "$";
  for (int i = 0; i < 60; ++i) query += "[0,0,0,0,0,0,0,0]";
  CHECK(fake.run("jsonpath('" + query + "', [[[[[[[[1]]]]]]]])") == "expr.limit.operations@1");
}

TEST_CASE("a query is refused where it goes wrong", "[expr]") {
  struct Row {
    const char* query;
    uint32_t column;
  };
  for (const Row& row :
       {Row{"", 1}, Row{"a", 1}, Row{"$.", 3}, Row{"$[", 3}, Row{"$['a]", 6}, Row{"$[01]", 3},
        Row{"$[?@.a", 7}, Row{"$[?count(1)>1]", 11}, Row{"$[?length(@)]", 13},
        Row{"$[?@.*==1]", 10}, Row{"$[?nope(@)]", 4}, Row{"$ ", 2}, Row{"$['\\x']", 5}}) {
    INFO(row.query);
    const auto made = JsonPath::compile(row.query);
    REQUIRE_FALSE(made);
    CHECK(made.error().code == "expr.syntax");
    CHECK(made.error().where.column == row.column);
  }
}
