#include "base/compare.hpp"

#include <cmath>

#include "base/encode.hpp"
#include "sample.hpp"

using namespace weft;
using namespace weft::base;

TEST_CASE("equality is by value, exactly, and hashes and digests follow it", "[compare]") {
  struct Row {
    const char* a;
    const char* b;
    bool equal;
  };
  const Row row = GENERATE(
      Row{"1", "1.0", true}, Row{"1", "1e0", true}, Row{"-0.0", "0", true}, Row{"1", "2", false},
      Row{"9007199254740993", "9007199254740992.0", false},
      Row{"9007199254740992", "9007199254740992.0", true},
      Row{"9223372036854775807", "9223372036854775808.0", false},
      Row{"9223372036854775808", "9223372036854775808.0", true},
      Row{"-9223372036854775808", "-9223372036854775808.0", true},
      Row{"18446744073709551615", "18446744073709551616.0", false},
      Row{"-1", "18446744073709551615", false}, Row{"0.1", "0.1", true}, Row{"0", "false", false},
      Row{"1", "true", false}, Row{"null", "false", false}, Row{"\"1\"", "1", false},
      Row{R"("a text outside")", R"("a text outside")", true}, Row{R"("a")", R"("b")", false},
      Row{"[]", "{}", false}, Row{"[1,2]", "[1.0,2]", true}, Row{"[1,2]", "[2,1]", false},
      Row{"[1]", "[1,1]", false}, Row{R"({"a":1,"b":2})", R"({"b":2,"a":1.0})", true},
      Row{R"({"a":1,"b":2})", R"({"a":2,"b":1})", false},
      Row{R"({"a":1})", R"({"a":1,"b":2})", false}, Row{R"({"a":null})", R"({"b":null})", false},
      Row{R"([{"a":1},{"a":2}])", R"([{"a":1},{"a":2.0}])", true});
  Sample sample;
  const Value a = sample(row.a), b = sample(row.b);
  CAPTURE(row.a, row.b);
  CHECK(equal(a, b) == row.equal);
  CHECK(equal(b, a) == row.equal);
  CHECK((digest(a) == digest(b)) == row.equal);
  CHECK((hash(a) == hash(b)) == row.equal);
}

TEST_CASE("numbers are ordered by exact value, texts by code point", "[compare]") {
  using Order = std::partial_ordering;
  struct Row {
    const char* a;
    const char* b;
    Order order;
  };
  const Row row = GENERATE(
      Row{"1", "2", Order::less}, Row{"-1", "1.5", Order::less}, Row{"2", "1.5", Order::greater},
      Row{"-2", "-1.5", Order::less}, Row{"-1", "-1.5", Order::greater},
      Row{"9007199254740993", "9007199254740992.0", Order::greater},
      Row{"-9007199254740993", "-9007199254740992.0", Order::less},
      Row{"18446744073709551615", "1.8446744073709552e19", Order::less},
      Row{"18446744073709551615", "-1", Order::greater}, Row{"0", "-0.5", Order::greater},
      Row{"-9223372036854775808", "-1e300", Order::greater}, Row{"3", "3.0", Order::equivalent},
      Row{R"("a")", R"("b")", Order::less}, Row{R"("a")", R"("aa")", Order::less},
      Row{R"("z")", R"("é")", Order::less}, Row{R"("\uffff")", R"("😀")", Order::less},
      Row{"false", "true", Order::less}, Row{"1", R"("1")", Order::unordered},
      Row{"[1]", "[2]", Order::unordered}, Row{"[1]", "[1]", Order::equivalent},
      Row{"null", "null", Order::equivalent});
  Sample sample;
  const Value a = sample(row.a), b = sample(row.b);
  CAPTURE(row.a, row.b);
  CHECK(order(a, b) == row.order);
  CHECK(order(b, a) == (0 <=> row.order));
}

TEST_CASE("NaN equals NaN of any bits and no other number", "[compare]") {
  Sample sample;
  const auto number = [&](double f) {
    Builder b = sample.builder();
    b.number(f);
    return b.take_value();
  };
  const Value nan = number(std::nan("")), other = number(-std::nan("1")), one = number(1);
  CHECK(equal(nan, other));
  CHECK(hash(nan) == hash(other));
  CHECK(digest(nan) == digest(other));
  CHECK_FALSE(equal(nan, one));
  CHECK(order(nan, one) == std::partial_ordering::unordered);
  CHECK(order(nan, other) == std::partial_ordering::equivalent);
  CHECK(order(number(INFINITY), sample("18446744073709551615")) == std::partial_ordering::greater);
}

TEST_CASE("texts, bytes and times of the same content are different values", "[compare]") {
  Sample sample;
  Builder b = sample.builder();
  b.begin_array();
  b.text("abc");
  b.bytes("abc");
  b.time(5);
  b.integer(5);
  b.end_array();
  const Value v = b.take_value();
  CHECK_FALSE(equal(v[0U], v[1U]));
  CHECK_FALSE(equal(v[2U], v[3U]));
  CHECK(digest(v[0U]) != digest(v[1U]));
  CHECK(digest(v[2U]) != digest(v[3U]));
}

TEST_CASE("a large object equals itself in another order", "[compare]") {
  Sample sample;
  std::string up = "{", down = "{";
  for (int i = 0; i < 100; ++i) {
    up += (i ? ",\"key" : "\"key") + std::to_string(i) + "\":" + std::to_string(i);
    down += (i ? ",\"key" : "\"key") + std::to_string(99 - i) + "\":" + std::to_string(99 - i);
  }
  const Value a = sample(up + "}"), b = sample(down + "}");
  CHECK(equal(a, b));
  CHECK(hash(a) == hash(b));
  CHECK(digest(a) == digest(b));
}

TEST_CASE("the digest of a value never changes between versions", "[compare]") {
  Sample sample;
  const auto hex = [&](const char* json) { return to_hex(digest(sample(json))); };
  CHECK(hex("null") == "fd87400839d77a6884dc3b634ce294ad3062dfa1882550c2afd39554c8482595");
  CHECK(hex(R"({"b":[1,2.5,"text"],"a":{"x":true}})") ==
        "9ff848477de2d044cf61e53856f46c65f86c883d2128ecacf28e866a7f6a4c60");
}

TEST_CASE("a chain of links below the depth limit still compares and hashes", "[compare]") {
  Sample sample;
  Value a = sample("[1]"), b = sample("[1]");
  for (int i = 0; i < 5000; ++i) {
    for (Value* v : {&a, &b}) {
      Builder builder = sample.builder();
      builder.begin_array();
      builder.link(*v);
      builder.end_array();
      *v = builder.take_value();
    }
  }
  CHECK(equal(a, a));
  CHECK_FALSE(equal(a, b));
  CHECK(hash(a) == hash(a));
  CHECK(digest(a) == digest(a));
}
