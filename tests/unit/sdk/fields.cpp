#include <weft/sdk.hpp>

#include "catch.hpp"
#include "lent_host.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Value;
namespace sdk = weft::sdk;

namespace {

struct Point {
  double x = 0, y = 0;
  WEFT_FIELDS(Point, x, y);
};

struct In {
  std::string_view path;
  std::string owner = "nobody";
  int64_t limit = 100;
  uint8_t small = 7;
  bool deep = false;
  double ratio = 0.5;
  std::optional<int> maybe;
  std::vector<std::string_view> tags;
  std::vector<Point> points;
  Point origin;
  Value any;
  bool default_ = false;
  WEFT_FIELDS(In, path, owner, limit, small, deep, ratio, maybe, tags, points, origin, any,
              default_);
};

// A value of {name: what} for one entry.
template <class T>
Value one(LentHost& lent, weft::Key name, const T& what) {
  Builder b(lent.memory());
  b.begin_object();
  b.key(name);
  sdk::put(b, what);
  b.end_object();
  return b.take_value();
}

}  // namespace

TEST_CASE("a struct of every kind of field survives put and bind", "[fields]") {
  LentHost lent;
  In in;
  in.path = "a/path/of/some/length";
  in.owner = "weft";
  in.limit = -5;
  in.small = 255;
  in.deep = true;
  in.ratio = 2.25;
  in.maybe = 3;
  in.tags = {"a", "a longer tag"};
  in.points = {{1, 2}, {3, 4}};
  in.origin = {5, 6};
  in.default_ = true;
  Builder b(lent.memory());
  sdk::put(b, in);
  const Value v = b.take_value();
  CHECK(v["default"_k].as_bool());
  CHECK(v["any"_k].is_null());
  In back;
  REQUIRE(sdk::bind(v, back));
  CHECK(back.path == in.path);
  CHECK(back.owner == "weft");
  CHECK(back.limit == -5);
  CHECK(back.small == 255);
  CHECK(back.deep);
  CHECK(back.ratio == 2.25);
  CHECK(back.maybe == 3);
  CHECK(back.tags == in.tags);
  REQUIRE(back.points.size() == 2);
  CHECK(back.points[1].y == 4);
  CHECK(back.origin.x == 5);
  CHECK(back.default_);
}

TEST_CASE("an absent or null field keeps its default, an unknown entry is passed over",
          "[fields]") {
  LentHost lent;
  In in;
  REQUIRE(sdk::bind(one(lent, "limit"_k, Value()), in));
  CHECK(in.limit == 100);
  CHECK_FALSE(in.maybe.has_value());
  REQUIRE(sdk::bind(one(lent, "unknown"_k, 3), in));
  REQUIRE(sdk::bind(Value(), in));
  CHECK(in.owner == "nobody");
}

TEST_CASE("an empty optional is left out of its object", "[fields]") {
  LentHost lent;
  Builder b(lent.memory());
  sdk::put(b, In());
  const Value v = b.take_value();
  CHECK_FALSE(v["maybe"_k].exists());
  CHECK(v["limit"_k].as_i64() == 100);
}

TEST_CASE("a value that does not fit names its place and the type expected", "[fields]") {
  LentHost lent;
  struct Row {
    Value value;
    std::string_view pointer, expected;
  };
  const std::vector<std::optional<std::string_view>> mixed = {"a", std::nullopt};
  Builder b(lent.memory());
  b.begin_object();
  b.key("points"_k);
  b.begin_array();
  b.begin_object();
  b.set("x"_k, 1);
  b.end_object();
  b.begin_object();
  b.set("x"_k, "one");
  b.end_object();
  b.end_array();
  b.end_object();
  const Row rows[] = {
      {one(lent, "path"_k, 3), "/path", "string"},
      {one(lent, "owner"_k, true), "/owner", "string"},
      {one(lent, "limit"_k, "ten"), "/limit", "integer"},
      {one(lent, "limit"_k, 1.5), "/limit", "integer"},
      {one(lent, "limit"_k, UINT64_MAX), "/limit", "integer"},
      {one(lent, "small"_k, 256), "/small", "integer"},
      {one(lent, "small"_k, -1), "/small", "integer"},
      {one(lent, "deep"_k, 1), "/deep", "boolean"},
      {one(lent, "ratio"_k, "1"), "/ratio", "number"},
      {one(lent, "maybe"_k, "1"), "/maybe", "integer"},
      {one(lent, "tags"_k, "a"), "/tags", "array"},
      {one(lent, "tags"_k, mixed), "/tags/1", "string"},
      {one(lent, "origin"_k, 3), "/origin", "object"},
      {b.take_value(), "/points/1/x", "number"},
  };
  for (const Row& row : rows) {
    In in;
    const auto bound = sdk::bind(row.value, in);
    REQUIRE_FALSE(bound);
    CHECK(bound.error().where.pointer == row.pointer);
    CHECK(bound.error().code == "tool.invalid_argument");
    CHECK(bound.error().flags == WEFT_ERR_BAD_INPUT);
    std::string said = "'";
    said.append(row.pointer).append("' must be of type ").append(row.expected);
    CHECK(bound.error().message == said);
  }
}

TEST_CASE("a number without a fraction is an integer", "[fields]") {
  LentHost lent;
  In in;
  REQUIRE(sdk::bind(one(lent, "limit"_k, 3.0), in));
  CHECK(in.limit == 3);
  REQUIRE(sdk::bind(one(lent, "ratio"_k, 3), in));
  CHECK(in.ratio == 3.0);
  CHECK_FALSE(sdk::bind(one(lent, "limit"_k, 1e30), in));
}

TEST_CASE("records that share their keys bind as any others", "[fields]") {
  LentHost lent;
  Builder b(lent.memory());
  sdk::put(b, std::vector<Point>{{1, 2}, {3, 4}, {5, 6}});
  const Value v = b.take_value();
  REQUIRE((v[2].slot()->flags & WEFT_SHAPED) != 0);
  Point p;
  REQUIRE(sdk::bind(v[2], p));
  CHECK(p.x == 5);
  CHECK(p.y == 6);
}

TEST_CASE("the description names every field with the type of a schema", "[fields]") {
  constexpr auto& shapes = sdk::describe<In>;
  REQUIRE(shapes.size() == 12);
  CHECK(shapes[0].name == "path");
  CHECK(shapes[0].type == "string");
  CHECK(shapes[2].type == "integer");
  CHECK(shapes[6].type == "integer");
  CHECK(shapes[6].is_optional);
  CHECK(shapes[7].type == "array");
  CHECK(shapes[9].type == "object");
  CHECK(shapes[10].type == "any");
  CHECK(shapes[11].name == "default");
}
