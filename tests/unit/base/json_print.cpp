#include <cmath>

#include "base/compare.hpp"
#include "sample.hpp"

using namespace weft;
using namespace weft::base;
using namespace weft::lit;

TEST_CASE("printing keeps what was parsed, byte for byte", "[json]") {
  const char* text =
      GENERATE("null", "true", "-7", "18446744073709551615", "0.1", "1e+300", "5e-324", "[]", "{}",
               R"("é😀")", R"(["a\n\t\"\\\b\f\r\u0001\u001f","/"])", R"({"b":1,"a":[1,[2,{}]]})",
               R"([{"x":1},{"x":2},{"x":3}])", "123456789.125", "-1e-06");
  Sample sample;
  CHECK(json_text(sample(text)) == text);
}

TEST_CASE("indented text has one entry a line", "[json]") {
  Sample sample;
  const Value value = sample(R"({"a":[1,2],"b":{},"c":[],"d":{"e":null}})");
  CHECK(json_text(value, {.indent = 2}) ==
        "{\n  \"a\": [\n    1,\n    2\n  ],\n  \"b\": {},\n  \"c\": [],\n"
        "  \"d\": {\n    \"e\": null\n  }\n}");
}

TEST_CASE("every double prints in a form that reads back equal", "[json]") {
  Sample sample;
  for (const double number :
       {0.1, 1.0 / 3, 1e21, 1e22, 1e23, 9007199254740993.0, 1.5e19, 2.5e17, 1e16,
        123456789012345680000.0, 5e-324, 1.7976931348623157e308, -0.0, 4.35, 0.000001, 1e-7,
        9223372036854775808.0, 36893488147419103232.0}) {
    Builder b = sample.builder();
    b.number(number);
    const Value value = b.take_value();
    const std::string text = json_text(value);
    CAPTURE(text);
    CHECK(text.find('E') == std::string::npos);
    CHECK(equal(sample(text), value));
  }
}

TEST_CASE("bytes print as base64, times as RFC 3339, blobs as references", "[json]") {
  Sample sample;
  Builder b = sample.builder();
  b.begin_array();
  b.bytes(std::string_view("\0\xff\x10", 3));
  b.time(1'700'000'000'250'000'000);
  b.end_array();
  CHECK(json_text(b.take_value()) == R"(["AP8Q","2023-11-14T22:13:20.25Z"])");

  struct {
    weft_slot slot{WEFT_BLOB, 0, 0, 0, {16}};
    uint8_t sha256[32] = {0xab, 0x01};
    uint64_t size = 77;
  } blob;
  CHECK(json_text(Value(&blob.slot)) ==
        R"({"$blob":"ab01)" + std::string(60, '0') + R"(","size":77})");
}

TEST_CASE("what JSON cannot say is an error with its place, and nothing is appended", "[json]") {
  Sample sample;
  const double number = GENERATE(std::nan(""), INFINITY, -INFINITY);
  Builder b = sample.builder();
  b.begin_object();
  b.key("rows"_k);
  b.begin_array();
  b.integer(1);
  b.number(number);
  b.number(number);
  b.end_array();
  b.set("more"_k, 2);
  b.end_object();
  const Value value = b.take_value();
  std::string out = "before";
  const auto printed = print_json(value, out);
  REQUIRE_FALSE(printed);
  CHECK(printed.error().where.pointer == "/rows/1");
  CHECK(out == "before");
  CHECK(json_text(value) == R"({"rows":[1,null,null],"more":2})");
}

TEST_CASE("a value wrapped too deep by links is refused, not followed", "[json]") {
  Sample sample;
  Value value = sample("1");
  for (int i = 0; i < 100; ++i) {
    Builder b = sample.builder();
    b.begin_array();
    b.link(value);
    b.end_array();
    value = b.take_value();
  }
  std::string out;
  const auto printed = print_json(value, out);
  REQUIRE_FALSE(printed);
  CHECK(printed.error().status == Status::limit);
}
