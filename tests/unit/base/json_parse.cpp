#include <charconv>
#include <cmath>
#include <random>

#include "sample.hpp"

using namespace weft;
using namespace weft::base;
using namespace weft::lit;

TEST_CASE("integers are exact to 64 bits and other numbers the nearest double", "[json]") {
  struct Row {
    const char* text;
    Tag tag;
    double value;
  };
  const Row row = GENERATE(Row{"0", Tag::i64, 0}, Row{"-0", Tag::i64, 0}, Row{"-7", Tag::i64, -7},
                           Row{"9223372036854775807", Tag::i64, 9223372036854775807.0},
                           Row{"-9223372036854775808", Tag::i64, -9223372036854775808.0},
                           Row{"9223372036854775808", Tag::u64, 9223372036854775808.0},
                           Row{"18446744073709551615", Tag::u64, 18446744073709551615.0},
                           Row{"18446744073709551616", Tag::f64, 18446744073709551616.0},
                           Row{"-9223372036854775809", Tag::f64, -9223372036854775809.0},
                           Row{"1.0", Tag::f64, 1}, Row{"1e2", Tag::f64, 100},
                           Row{"5e-324", Tag::f64, 5e-324}, Row{"1e-400", Tag::f64, 0},
                           Row{"1.7976931348623157e308", Tag::f64, 1.7976931348623157e308},
                           Row{"2.2250738585072014e-308", Tag::f64, 2.2250738585072014e-308});
  Sample sample;
  CAPTURE(row.text);
  const Value value = sample(row.text);
  CHECK(value.tag() == row.tag);
  CHECK(value.as_f64() == row.value);
}

TEST_CASE("doubles of 17 digits are read exactly", "[json]") {
  Sample sample;
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    const auto bits = random();
    double number;
    std::memcpy(&number, &bits, sizeof number);
    if (!std::isfinite(number)) continue;
    char text[40];
    const auto end =
        std::to_chars(text, text + sizeof text, number, std::chars_format::scientific, 16);
    const Value value = sample(std::string_view(text, static_cast<size_t>(end.ptr - text)));
    REQUIRE(value.as_f64() == number);
  }
}

TEST_CASE("escapes, long texts and keys read as what they mean", "[json]") {
  Sample sample;
  const Value value = sample(R"({"k\u0065y":"a\n\t\"\\\/\b\f\r\u00e9\ud83d\ude00 and so on",
                                 "empty":"","":1,"nul":"\u0000"})");
  CHECK(value["key"_k].as_text() == "a\n\t\"\\/\b\f\ré😀 and so on");
  CHECK(value["empty"_k].is_text());
  CHECK(value[Key("", 0)].as_i64() == 1);
  CHECK(value["nul"_k].as_text() == std::string_view("\0", 1));
  CHECK(value.key(0) == "key");
}

TEST_CASE("what is wrong in a text is told with line and column", "[json]") {
  struct Row {
    const char* text;
    uint32_t line, column;
    const char* message;
  };
  const Row row = GENERATE(
      Row{"", 1, 1, "the text is empty"}, Row{"   ", 1, 4, "ends too early"},
      Row{"{\"a\":1", 1, 7, "ends too early"}, Row{"[1,]", 1, 4, "']' is not expected"},
      Row{"{\n  \"a\": x\n}", 2, 8, "'x' is not expected"},
      Row{"{\"é\": é}", 1, 7, "'é' is not expected"}, Row{"[1] 2", 1, 5, "'2' is not expected"},
      Row{"{'a':1}", 1, 2, "''' is not expected"}, Row{"[NaN]", 1, 2, "'N' is not expected"},
      Row{"[Infinity]", 1, 2, "'I' is not expected"}, Row{"[01]", 1, 3, "'1' is not expected"},
      Row{"\"\x01\"", 1, 2, "a control character"}, Row{"\"\xff\"", 1, 2, "not valid UTF-8"},
      Row{"\"\xed\xa0\x80\"", 1, 2, "not valid UTF-8"}, Row{"[1e400]", 1, 2, "too large"},
      Row{"[0, -1e999999999999]", 1, 5, "too large"}, Row{R"("\udc00")", 1, 8, "an escape"},
      Row{R"("\u00x0")", 1, 6, "an escape"}, Row{"\xef\xbb\xbf{}", 1, 1, "is not expected"},
      Row{"{\"a\":1,\n\"b\":2,\n \"a\":3}", 3, 2,
          "the key 'a' appears twice, first at line 1, column 2"},
      Row{"[{\"x\":{\"\\u0061\":1,\"a\":3}}]", 1, 19,
          "the key 'a' appears twice, first at line 1, column 8"},
      Row{"{\"a\":[\"a\",{\"a\":\"a\"}],\"b\":\"a\",\"a\":1}", 1, 30, "first at line 1, column 2"});
  Blocks blocks;
  const auto value = parse_json(row.text, blocks.arena());
  CAPTURE(row.text);
  REQUIRE_FALSE(value);
  CHECK(value.error().status == Status::bad_input);
  CHECK_THAT(value.error().message, ContainsSubstring(row.message));
  CHECK(value.error().where.line == row.line);
  CHECK(value.error().where.column == row.column);
}

TEST_CASE("a key that appears twice among many is found", "[json]") {
  std::string text = "{";
  for (int i = 0; i < 40; ++i) text += "\"k" + std::to_string(i) + "\":0,";
  Blocks blocks;
  CHECK(parse_json(text + "\"last\":0}", blocks.arena()));
  const auto value = parse_json(text + "\"k33\":0}", blocks.arena());
  REQUIRE_FALSE(value);
  CHECK_THAT(value.error().message, ContainsSubstring("'k33' appears twice"));
}

TEST_CASE("64 levels parse and 65 are refused", "[json]") {
  Blocks blocks;
  const auto nested = [](size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(parse_json(nested(64), blocks.arena()));
  const auto value = parse_json(nested(65), blocks.arena());
  REQUIRE_FALSE(value);
  CHECK_THAT(value.error().message, ContainsSubstring("deeper than 64"));
  CHECK_FALSE(parse_json(std::string(100'000, '['), blocks.arena()));
}

TEST_CASE("a text that does not fit a bounded arena is refused, not thrown", "[json]") {
  Blocks blocks(64, 256);
  const auto value = parse_json("[" + std::string(500, ' ') + "\"" + std::string(400, 'x') + "\"]",
                                blocks.arena());
  REQUIRE_FALSE(value);
  CHECK(value.error().status == Status::limit);
}

TEST_CASE("order of keys is kept and records of an array share their keys", "[json]") {
  Sample sample;
  const Value rows = sample(R"([{"b":1,"a":2},{"b":3,"a":4},{"b":5,"a":6}])");
  CHECK(rows[0U].key(0) == "b");
  CHECK(rows[2U]["a"_k].as_i64() == 6);
  CHECK(weft_key_at(rows[1U].slot(), 0) == weft_key_at(rows[2U].slot(), 0));
}
