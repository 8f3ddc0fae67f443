#include "travel/contrast.hpp"

#include "base/json.hpp"
#include "catch.hpp"
#include "json.hpp"

using namespace weft;

TEST_CASE("the first member that differs is found, with its pointer and both values", "[travel]") {
  struct Row {
    const char *first, *second;
    const char* pointer;
    const char *left, *right;  // null where a side has nothing
    const char* reason;
  };
  const auto row = GENERATE(values<Row>({
      {"1", "2", "", "1", "2", "scalars differ as a whole"},
      {R"({"a":1,"b":2})", R"({"b":2,"a":3})", "/a", "1", "3", "the order of entries is no matter"},
      {R"({"a":{"b":[1,2]}})", R"({"a":{"b":[1,3]}})", "/a/b/1", "2", "3", "as deep as it gets"},
      {R"({"a":1,"b":2})", R"({"a":1})", "/b", "2", nullptr, "only the first has it"},
      {R"({"a":1})", R"({"a":1,"b":null})", "/b", nullptr, "null", "null is not nothing"},
      {"[1,2]", "[1,2,3]", "/2", nullptr, "3", "a longer array"},
      {R"({"a/b":1,"~":2})", R"({"a/b":2,"~":2})", "/a~1b", "1", "2", "segments are escaped"},
      {R"([{"a":1}])", R"([[1]])", "/0", R"({"a":1})", "[1]", "other kinds are not looked into"},
  }));
  INFO(row.reason);
  tests::Text json;
  const auto found = travel::contrast(json.json(row.first), json.json(row.second));
  REQUIRE(found);
  CHECK(found->pointer == row.pointer);
  REQUIRE(found->first.exists() == (row.left != nullptr));
  REQUIRE(found->second.exists() == (row.right != nullptr));
  if (row.left != nullptr) CHECK(base::json_text(found->first) == row.left);
  if (row.right != nullptr) CHECK(base::json_text(found->second) == row.right);
}

TEST_CASE("equal values have no contrast, whatever their form", "[travel]") {
  tests::Text json;
  CHECK_FALSE(travel::contrast(json.json(R"({"a":1,"b":[2.0]})"), json.json(R"({"b":[2],"a":1})")));
  CHECK_FALSE(travel::contrast(Value(), Value()));
  CHECK(travel::contrast(Value(), null_value()));
}
