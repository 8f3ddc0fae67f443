#include <weft/sdk.hpp>

#include "catch.hpp"
#include "lent_host.hpp"

using namespace weft::lit;
using weft::Builder;
using weft::Key;
using weft::Value;

namespace {

// Distinct names in an order that is not sorted.
std::string name_of(uint32_t i, uint32_t n) {
  std::string name = "k";
  name.append(std::to_string(i * 7919 % n)).append("_").append(std::to_string(i));
  return name;
}

}  // namespace

TEST_CASE("an object keeps the order in which its keys were set", "[builder]") {
  LentHost lent;
  Builder b(lent.memory());
  b.begin_object();
  b.set("zebra"_k, 1);
  b.set("a key of more than seven bytes"_k, "a text of more than seven bytes");
  b.set("ant"_k, true);
  b.end_object();
  const Value v = b.take_value();
  REQUIRE(v.size() == 3);
  CHECK(v.key(0) == "zebra");
  CHECK(v.key(1) == "a key of more than seven bytes");
  CHECK(v.key(2) == "ant");
  CHECK(v["a key of more than seven bytes"_k].as_text() == "a text of more than seven bytes");
  CHECK(v["ant"_k].as_bool());
  CHECK_FALSE(b.has_duplicate());
}

TEST_CASE("a repeated key is reported with the number of its entry", "[builder]") {
  LentHost lent;
  const auto build = [&](uint32_t keys, uint32_t again) {
    Builder b(lent.memory());
    b.begin_object();
    for (uint32_t i = 0; i < keys; ++i) {
      const std::string name = "key" + std::to_string(i == keys - 1 ? again : i);
      b.set(Key(name), i);
    }
    b.end_object();
    return std::pair(b.has_duplicate(), b.duplicate());
  };
  CHECK(build(4, 1) == std::pair(true, 3U));
  CHECK(build(4, 3).first == false);
  CHECK(build(40, 7) == std::pair(true, 39U));
  CHECK(build(40, 39).first == false);
}

TEST_CASE("records of an array that have the same keys share them", "[builder]") {
  LentHost lent;
  Builder b(lent.memory());
  b.begin_array();
  for (int i = 0; i < 3; ++i) {
    b.begin_object();
    b.set("id"_k, i);
    b.set("name of the record"_k, std::string("record ") + std::to_string(i));
    b.end_object();
  }
  b.begin_object();
  b.set("id"_k, 3);
  b.set("other"_k, 4);
  b.end_object();
  b.end_array();
  const Value v = b.take_value();
  REQUIRE(v.size() == 4);
  CHECK((v[0].slot()->flags & WEFT_SHAPED) == 0);
  CHECK((v[1].slot()->flags & WEFT_SHAPED) != 0);
  CHECK((v[2].slot()->flags & WEFT_SHAPED) != 0);
  CHECK((v[3].slot()->flags & WEFT_SHAPED) == 0);
  CHECK(weft_key_at(v[1].slot(), 0) == weft_key_at(v[2].slot(), 0));
  CHECK(v[2]["name of the record"_k].as_text() == "record 2");
  CHECK(v[2].key(0) == "id");
  CHECK(v[3]["other"_k].as_i64() == 4);
}

TEST_CASE("every key of an object above the index bound is found, and no other", "[builder]") {
  LentHost lent;
  const auto entries = GENERATE(16U, 17U, 100U, 1000U);
  Builder b(lent.memory());
  b.begin_array();
  for (int copy = 0; copy < 2; ++copy) {
    b.begin_object();
    for (uint32_t i = 0; i < entries; ++i) {
      const std::string name = name_of(i, entries);
      b.set(Key(name), i);
    }
    b.end_object();
  }
  b.end_array();
  const Value both = b.take_value();
  for (uint32_t copy = 0; copy < 2; ++copy) {
    const Value v = both[copy];
    CHECK(((v.slot()->flags & WEFT_INDEXED) != 0) == (entries > WEFT_INDEX_ABOVE));
    CHECK(((v.slot()->flags & WEFT_SHAPED) != 0) == (copy == 1));
    uint32_t found = 0;
    for (uint32_t i = 0; i < entries; ++i) {
      const std::string name = name_of(i, entries);
      if (v[Key(name)].as_u64(UINT64_MAX) == i) ++found;
    }
    CHECK(found == entries);
    CHECK_FALSE(v["k"_k].exists());
    CHECK_FALSE(v["absent"_k].exists());
  }
}

TEST_CASE("containers nest to any depth and more entries than the fixed scratch", "[builder]") {
  LentHost lent;
  Builder b(lent.memory());
  constexpr uint32_t depth = 60;
  for (uint32_t i = 0; i < depth; ++i) {
    b.begin_object();
    b.set("level"_k, i);
    b.key("inner"_k);
  }
  b.begin_array();
  for (int i = 0; i < 500; ++i) b.add(i);
  b.end_array();
  for (uint32_t i = 0; i < depth; ++i) b.end_object();
  CHECK(b.depth() == 0);
  Value v = b.take_value();
  for (uint32_t i = 0; i < depth; ++i) {
    REQUIRE(v["level"_k].as_u64() == i);
    v = v["inner"_k];
  }
  REQUIRE(v.size() == 500);
  int64_t sum = 0;
  for (const Value item : v) sum += item.as_i64();
  CHECK(sum == 499 * 500 / 2);
}

TEST_CASE("a builder is empty after take and may be used again", "[builder]") {
  LentHost lent;
  Builder b(lent.memory());
  b.text("first of them");
  CHECK(b.take_value().as_text() == "first of them");
  CHECK(b.take_value().is_null());
  b.begin_array();
  b.end_array();
  const Value v = b.take_value();
  CHECK(v.is_array());
  CHECK(v.size() == 0);
  CHECK_FALSE(v.begin() != v.end());
}

TEST_CASE("a linked value is reached, not copied", "[builder]") {
  LentHost lent, other;
  Builder first(other.memory());
  first.begin_array();
  first.text("a text of more than seven bytes");
  first.add(5);
  first.end_array();
  const Value list = first.take_value();
  Builder b(lent.memory());
  b.begin_object();
  b.set("list"_k, list);
  b.set("none"_k, Value());
  b.end_object();
  const Value v = b.take_value();
  CHECK(v["list"_k][0].as_text().data() == list[0].as_text().data());
  CHECK(v["list"_k][1].as_i64() == 5);
  CHECK(v["none"_k].exists());
  CHECK(v["none"_k].is_null());
}

TEST_CASE("a full arena asks its host, and throws when the host refuses", "[builder]") {
  LentHost lent(32);
  Builder b(lent.memory());
  b.text(std::string(100, 'x'));
  CHECK(b.take_value().as_text().size() == 100);
  CHECK(lent.grown == 1);
  lent.is_full = true;
  CHECK_THROWS_AS(b.text(std::string(100, 'y')), std::bad_alloc);
}
