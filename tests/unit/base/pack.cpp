#include "base/pack.hpp"

#include "base/compare.hpp"
#include "base/doc.hpp"
#include "base/valid.hpp"
#include "sample.hpp"

using namespace weft;
using namespace weft::base;
using namespace weft::lit;

namespace {

std::string nested(size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); }

// {"inner": {"inner": ... }}, each linking the one before.
Value wrapped(Sample& sample, int depth) {
  Value value = sample("1");
  for (int i = 0; i < depth; ++i) {
    Builder b = sample.builder();
    b.begin_object();
    b.set("inner"_k, value);
    b.end_object();
    value = b.take_value();
  }
  return value;
}

}  // namespace

TEST_CASE("a packed value is valid, equal, and exactly as long as measured", "[pack]") {
  const char* json = GENERATE(
      "null", "true", "-7", "0.5", R"("")", R"("seven77")", R"("eight888")", "[]", "{}", "[[],{}]",
      R"({"a":1,"long key here":"long text here","nested":{"x":[1,2,{"y":null}]}})",
      R"([{"id":1,"n":"a"},{"id":2,"n":"b"},{"id":3,"n":"c"}])",
      R"({"a":0,"b":0,"c":0,"d":0,"e":0,"f":0,"g":0,"h":0,"i":0,"j":0,"k":0,"l":0,"m":0,"n":0,
          "o":0,"p":0,"q":0,"r":1})");
  Sample sample;
  const Value value = sample(json);
  const Doc doc = pack(value);
  CAPTURE(json);
  CHECK(doc.size_bytes() == packed_bytes(value));
  CHECK(doc.size_bytes() % 8 == 0);
  CHECK(validate(doc.data(), doc.size_bytes()));
  CHECK(equal(doc.view(), value));
  CHECK(json_text(doc.view()) == json_text(value));
  // A copy elsewhere is the same value: nothing in it depends on where it lies.
  Doc copy(doc.size_bytes());
  std::memcpy(copy.data(), doc.data(), doc.size_bytes());
  CHECK(json_text(copy.view()) == json_text(value));
  CHECK(pack(copy.view()).bytes() == doc.bytes());
}

TEST_CASE("records of a run share one array of keys after packing", "[pack]") {
  Sample sample;
  std::string rows = "[";
  for (int i = 0; i < 100; ++i) {
    rows += (i != 0 ? "," : "") + std::string(R"({"identifier":1,"description":2,"quantity":3})");
  }
  const Doc doc = pack(sample(rows + "]"));
  const Value packed = doc.view();
  const weft_slot* shared = weft_key_at(packed[1].slot(), 0);
  for (uint32_t i = 1; i < packed.size(); ++i) {
    REQUIRE(weft_key_at(packed[i].slot(), 0) == shared);
    REQUIRE(packed[i]["quantity"_k].as_i64() == 3);
  }
  // Root, items, and per record one head and three values; the keys of 99 records stand once.
  const uint64_t keys = 3 * 16 + 2 * 16, record = 4 * 16;
  CHECK(doc.size_bytes() <= 16 + 100 * 16 + 99 * record + 2 * keys + 6 * 16);
}

TEST_CASE("records with other keys in between keep their own keys", "[pack]") {
  Sample sample;
  const char* json = R"([{"a":1,"b":2},{"a":3,"b":4},{"c":5},{"a":6,"b":7},{"a":8,"b":9},7])";
  const Doc doc = pack(sample(json));
  CHECK(validate(doc.data(), doc.size_bytes()));
  CHECK(json_text(doc.view()) == json);
}

TEST_CASE("bytes, times, blobs and large naturals keep their tags when packed", "[pack]") {
  Sample sample;
  Builder b = sample.builder();
  b.begin_array();
  b.bytes("abc");
  b.bytes(std::string_view("\0\xff twelve by", 12));
  b.time(-5);
  b.natural(UINT64_MAX);
  b.number(0.1);
  b.end_array();
  const Value value = b.take_value();
  const Doc doc = pack(value);
  CHECK(validate(doc.data(), doc.size_bytes()));
  CHECK(equal(doc.view(), value));
  CHECK(doc.view()[3U].as_u64() == UINT64_MAX);
  CHECK(doc.view()[2U].tag() == Tag::time);
  CHECK(doc.view()[1U].as_bytes().size() == 12);
}

TEST_CASE("64 levels can be packed and 65 cannot", "[pack]") {
  Sample sample;
  CHECK(packed_bytes(sample(nested(64))) != unpackable);
  CHECK(try_pack(wrapped(sample, 64)));
  CHECK(packed_bytes(wrapped(sample, 65)) == unpackable);
  const auto refused = try_pack(wrapped(sample, 65));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::limit);
}

TEST_CASE("a value that links itself into gigabytes is refused quickly", "[pack]") {
  Sample sample;
  Value value = sample(R"(["0123456789"])");
  for (int i = 0; i < 40; ++i) {
    Builder b = sample.builder();
    b.begin_array();
    b.link(value);
    b.link(value);
    b.end_array();
    value = b.take_value();
  }
  CHECK(packed_bytes(value) == unpackable);
}

TEST_CASE("a document moves without its value moving", "[doc]") {
  Sample sample;
  Doc first = pack(sample(R"({"a":"a text that lies outside"})"));
  const weft_slot* root = first.view().slot();
  Doc second = std::move(first);
  CHECK(second.view().slot() == root);
  Doc third;
  CHECK(third.empty());
  CHECK(third.view().is_null());
  third = std::move(second);
  CHECK(third.view()["a"_k].as_text() == "a text that lies outside");
  weft_doc given = third.release();
  CHECK(third.empty());
  CHECK(Value(given.val)["a"_k].is_text());
  given.release(&given);
  CHECK(given.owner == nullptr);
}
