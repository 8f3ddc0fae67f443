#include <limits>

#include <weft/sdk.hpp>

#include "catch.hpp"
#include "lent_host.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Tag;
using weft::Value;

TEST_CASE("what is missing reads as null and as the fallback", "[value]") {
  const Value none;
  CHECK_FALSE(none.exists());
  CHECK(none.is_null());
  CHECK(none.size() == 0);
  CHECK(none["a"_k]["b"_k][3].is_null());
  CHECK(none.as_text("x") == "x");
  CHECK(none.as_i64(3) == 3);
  CHECK(none.as_f64(0.5) == 0.5);
  CHECK(none.as_bool(true));
  CHECK_FALSE(none.begin() != none.end());
}

TEST_CASE("a value of another type reads as the fallback", "[value]") {
  LentHost lent;
  Builder b(lent.memory());
  b.text("7");
  const Value text = b.take_value();
  CHECK(text.as_i64(-1) == -1);
  CHECK(text.as_bool(true));
  CHECK(text.as_bytes("none") == "none");
  CHECK(text["a"_k].is_null());
  CHECK(text[0].is_null());
  b.bytes("7");
  CHECK(b.take_value().as_text("none") == "none");
}

TEST_CASE("numbers keep their value at the ends of their range", "[value]") {
  LentHost lent;
  Builder b(lent.memory());
  constexpr auto least = std::numeric_limits<int64_t>::min();
  constexpr auto most = std::numeric_limits<uint64_t>::max();
  b.begin_array();
  b.add(least);
  b.add(most);
  b.add(uint64_t{7});
  b.add(0.1);
  b.time(5);
  b.end_array();
  const Value v = b.take_value();
  CHECK(v[0].as_i64() == least);
  CHECK(v[0].as_u64(1) == 1);
  CHECK(v[1].tag() == Tag::u64);
  CHECK(v[1].as_u64() == most);
  CHECK(v[1].as_i64(1) == 1);
  CHECK(v[2].tag() == Tag::i64);
  CHECK(v[3].as_f64() == 0.1);
  CHECK(v[1].as_f64() == static_cast<double>(most));
  CHECK(v[4].tag() == Tag::time);
  CHECK_FALSE(v[4].is_number());
}

TEST_CASE("texts of every length around the inline bound are kept and terminated", "[value]") {
  LentHost lent;
  const auto length = GENERATE(0U, 1U, 6U, 7U, 8U, 9U, 15U, 16U, 1000U);
  const std::string text(length, 'q');
  Builder b(lent.memory());
  b.text(text);
  const Value v = b.take_value();
  CHECK(v.as_text() == text);
  CHECK(v.as_text().data()[length] == 0);
  CHECK(((v.slot()->flags & WEFT_INLINE) != 0) == (length <= 7));
  CHECK(v.slot()->hint == weft_hint(text.data(), length));
}

TEST_CASE("a loop visits the values of plain and of shaped objects", "[value]") {
  LentHost lent;
  Builder b(lent.memory());
  b.begin_array();
  for (int i = 0; i < 2; ++i) {
    b.begin_object();
    b.set("a"_k, 1 + i);
    b.set("b"_k, 10 + i);
    b.end_object();
  }
  b.end_array();
  const Value v = b.take_value();
  int64_t sums[2] = {0, 0};
  for (uint32_t i = 0; i < 2; ++i) {
    for (const Value item : v[i]) sums[i] += item.as_i64();
  }
  CHECK(sums[0] == 11);
  CHECK(sums[1] == 13);
  CHECK(v[1].key(1) == "b");
  CHECK(v[1].key(2).empty());
}

TEST_CASE("a key computed at compile time equals one computed at run time", "[value]") {
  const std::string name = "a name";
  const weft::Key late(name);
  constexpr weft::Key early = "a name"_k;
  CHECK(late.hint == early.hint);
  CHECK(early.hint == weft_hint(name.data(), name.size()));
}
