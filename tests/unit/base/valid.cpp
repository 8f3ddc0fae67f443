#include "base/valid.hpp"

#include "base/compare.hpp"
#include "base/doc.hpp"
#include "base/pack.hpp"
#include "sample.hpp"

using namespace weft;
using namespace weft::base;
using namespace weft::lit;

namespace {

// A packed value whose slots can be damaged one at a time.
struct Damaged {
  explicit Damaged(const char* json) {
    Sample sample;
    doc = pack(sample(json));
  }
  weft_slot& slot(size_t i) { return static_cast<weft_slot*>(doc.data())[i]; }
  std::string problem(Admit admit = {}) const {
    const auto result = validate(doc.data(), doc.size_bytes(), admit);
    return result ? "" : result.error().message;
  }
  Doc doc;
};

bool holds_between(const void* self, const void* p) noexcept {
  const auto* blocks = static_cast<const Blocks*>(self);
  return blocks->holds(p);
}

}  // namespace

TEST_CASE("every damage of a slot is found and named", "[valid]") {
  using Damage = void (*)(Damaged&);
  struct Row {
    const char* json;
    Damage damage;
    const char* problem;
  };
  const Row row = GENERATE(
      Row{"null", [](Damaged& d) { d.slot(0).v.u = 1; }, "a null holds something"},
      Row{"null", [](Damaged& d) { d.slot(0).hint = 1; }, "a null holds something"},
      Row{"null", [](Damaged& d) { d.slot(0).tag = 32; }, "its tag is unknown"},
      Row{"true", [](Damaged& d) { d.slot(0).v.u = 2; }, "a boolean is not 0 or 1"},
      Row{"7", [](Damaged& d) { d.slot(0).flags = 1; }, "a number has flags"},
      Row{"7", [](Damaged& d) { d.slot(0).tag = WEFT_U64; }, "a U64 fits I64"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).len = 8; }, "longer than 7 bytes"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).v.text[5] = 'x'; }, "not ended by zero"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).v.text[0] = '\xff'; }, "not UTF-8"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).hint = 0; }, "the hint of a text is wrong"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).flags = 3; }, "unknown flags"},
      Row{"\"ab\"", [](Damaged& d) { d.slot(0).tag = WEFT_BYTES; }, "bytes have a hint"},
      Row{"\"long text\"", [](Damaged& d) { d.slot(0).v.rel = 0; }, "lies outside"},
      Row{"\"long text\"", [](Damaged& d) { d.slot(0).v.rel = 20; }, "lies outside"},
      Row{"\"long text\"", [](Damaged& d) { d.slot(0).v.rel = INT64_MIN; }, "lies outside"},
      Row{"\"long text\"", [](Damaged& d) { d.slot(0).len = 8; }, "not ended by zero"},
      Row{"\"long text\"", [](Damaged& d) { d.slot(0).len = UINT32_MAX; }, "larger than it may"},
      Row{"[1,2]", [](Damaged& d) { d.slot(0).v.rel = -16; }, "lie outside"},
      Row{"[1,2]", [](Damaged& d) { d.slot(0).v.rel = 24; }, "lie outside"},
      Row{"[1,2]", [](Damaged& d) { d.slot(0).len = 3; }, "larger than it may"},
      Row{"[1,2]", [](Damaged& d) { d.slot(0).flags = WEFT_SHAPED; }, "an array has flags"},
      Row{"[1,2]", [](Damaged& d) { d.slot(2).v.u = 1, d.slot(2).tag = 0; }, "at '/1'"},
      Row{"[[],2]", [](Damaged& d) { d.slot(1).v.rel = 16; }, "an empty container has a payload"},
      Row{"{\"a\":1}", [](Damaged& d) { d.slot(1).tag = WEFT_BYTES; }, "a key is not a text"},
      Row{"{\"a\":1}", [](Damaged& d) { d.slot(0).flags = WEFT_INDEXED; }, "no index"},
      Row{"{\"a\":1,\"b\":2}", [](Damaged& d) { d.slot(3) = d.slot(1); }, "a key appears twice"},
      Row{"{\"a\":{\"b\":true}}", [](Damaged& d) { d.slot(4).v.u = 9; }, "at '/a/b'"},
      Row{"[{\"a\":1},{\"a\":2},{\"a\":3}]", [](Damaged& d) { d.slot(6).len = 2; },
          "the shared keys of an object lie outside"});
  Damaged damaged(row.json);
  REQUIRE(damaged.problem().empty());
  row.damage(damaged);
  CAPTURE(row.json);
  CHECK_THAT(damaged.problem(), ContainsSubstring(row.problem));
}

TEST_CASE("an index out of order is refused, and so is one that names no entry", "[valid]") {
  std::string json = "{";
  for (int i = 0; i < 17; ++i) json += (i ? ",\"k" : "\"k") + std::to_string(i) + "\":0";
  Damaged damaged((json + "}").c_str());
  REQUIRE(damaged.problem().empty());
  auto* index = reinterpret_cast<uint32_t*>(&damaged.slot(1 + 2 * 17));
  std::swap(index[3], index[4]);
  CHECK_THAT(damaged.problem(), ContainsSubstring("out of order"));
  std::swap(index[3], index[4]);
  index[0] = 17;
  CHECK_THAT(damaged.problem(), ContainsSubstring("not there"));
}

TEST_CASE("every cut of a packed value is refused", "[valid]") {
  Damaged whole(R"([{"id":1,"name":"first record"},{"id":2,"name":"second"},{"id":3,"name":""}])");
  for (uint64_t size = 0; size < whole.doc.size_bytes(); ++size) {
    Doc cut(size);
    if (size != 0) std::memcpy(cut.data(), whole.doc.data(), size);
    REQUIRE_FALSE(validate(cut.data(), size));
  }
}

TEST_CASE("bytes that do not lie 8-aligned are refused, not read", "[valid]") {
  alignas(8) char buffer[32] = {};
  CHECK(validate(buffer, 16));
  CHECK_FALSE(validate(buffer + 4, 16));
}

TEST_CASE("parts that are reached many times cannot make the check run long", "[valid]") {
  // Each of 40 arrays holds the next one twice: a tree of 2^40 leaves in 2 KB.
  Doc doc((1 + 2 * 40) * sizeof(weft_slot));
  auto* slots = static_cast<weft_slot*>(doc.data());
  std::memset(doc.data(), 0, doc.size_bytes());
  slots[0] = {WEFT_ARRAY, 0, 0, 2, {16}};
  for (int level = 0; level < 39; ++level) {
    slots[1 + 2 * level] = {WEFT_ARRAY, 0, 0, 2, {32}};
    slots[2 + 2 * level] = {WEFT_ARRAY, 0, 0, 2, {16}};
  }
  CHECK_FALSE(validate(doc.data(), doc.size_bytes()));
}

TEST_CASE("tags of later versions are carried as opaque scalars", "[valid]") {
  Damaged damaged("[1,2]");
  damaged.slot(1) = {11, 77, 5, 9, {123}};
  CHECK(damaged.problem().empty());
  CHECK(pack(damaged.doc.view()).bytes() == damaged.doc.bytes());
}

TEST_CASE("links are admitted only where records may hold them, and never as keys", "[valid]") {
  Damaged damaged(R"({"a":"a text outside"})");
  damaged.slot(2).flags = WEFT_LINKED;
  damaged.slot(2).v.u = 0xffffffffffffffff;
  CHECK_FALSE(damaged.problem().empty());
  CHECK(damaged.problem({.links = true}).empty());
  damaged.slot(2).flags = WEFT_LINKED | WEFT_INLINE;
  CHECK_FALSE(damaged.problem({.links = true}).empty());
  Damaged key(R"({"a key outside":1})");
  key.slot(1).flags = WEFT_LINKED;
  CHECK_FALSE(key.problem({.links = true}).empty());
}

TEST_CASE("an item of a list may be a link to a record that has shared keys", "[valid]") {
  Damaged damaged(R"([{"a":1,"b":2},{"a":3,"b":4}])");
  damaged.slot(1).flags = WEFT_SHAPED | WEFT_LINKED;
  CHECK(damaged.problem({.links = true}).empty());
}

TEST_CASE("what a link leads to is believed only where such a content lies", "[valid]") {
  Sample sample;
  const Doc doc = pack(sample(R"([[2,"one text outside"],{"k":"another text"}])"));
  const Value list = doc.view()[0];
  const Value object = doc.view()[1];
  const Known none{nullptr, [](const void*, const void*) noexcept { return false; }};
  const auto is_right = [&](weft_slot slot, const void* content) {
    slot.v.rel = static_cast<const char*>(content) - reinterpret_cast<const char*>(&slot);
    const weft_slot& link = slot;
    return is_content(link, content, doc.bytes(), none);
  };
  const void* items = weft_payload(list.slot());
  CHECK(is_right(*list.slot(), items));
  CHECK(is_right(*object.slot(), weft_payload(object.slot())));
  CHECK(is_right(*list[1].slot(), weft_payload(list[1].slot())));
  weft_slot longer = *list.slot();
  longer.len = 9;
  CHECK_FALSE(is_right(longer, items));
  CHECK_FALSE(is_right(*object.slot(), items));
  CHECK_FALSE(is_right(*list.slot(), weft_payload(list[1].slot())));
  CHECK_FALSE(is_right(*list.slot(), static_cast<const char*>(items) + 4));
  CHECK_FALSE(is_right(*list.slot(), doc.bytes().data() + doc.bytes().size()));
  CHECK_FALSE(is_right(*list.slot(), &longer));
}

TEST_CASE("a checked copy is contiguous, of exact size and equal", "[copy]") {
  Sample sample;
  const Value value = sample(R"({"rows":[{"a":1,"b":"text outside"},{"a":2,"b":"x"}],"n":null})");
  Blocks blocks;
  const auto copy = copy_checked(value, blocks.arena());
  REQUIRE(copy);
  CHECK(equal(*copy, value));
  CHECK(blocks.used_bytes() == packed_bytes(value));
  CHECK(validate(copy->slot(), packed_bytes(value)));
}

TEST_CASE("a checked copy links what lies in known memory and copies the rest", "[copy]") {
  Blocks known_blocks, out, plugin;
  const Value input =
      *parse_json(R"({"big":[1,2,3,4],"text":"a text outside"})", known_blocks.arena());
  const Known known{&known_blocks, holds_between};

  const auto same = copy_checked(input["big"_k], out.arena(), known);
  REQUIRE(same);
  CHECK(same->slot() == input["big"_k].slot());
  CHECK(out.used_bytes() == 0);

  Builder b(plugin.arena());
  b.begin_object();
  b.set("passed"_k, input["big"_k]);
  b.set("text"_k, input["text"_k]);
  b.set("made"_k, "a new text outside");
  b.end_object();
  const Value made = b.take_value();
  const auto copy = copy_checked(made, out.arena(), known);
  REQUIRE(copy);
  CHECK(equal(*copy, made));
  CHECK(weft_payload((*copy)["passed"_k].slot()) == weft_payload(input["big"_k].slot()));
  CHECK(weft_payload((*copy)["text"_k].slot()) == weft_payload(input["text"_k].slot()));
  CHECK(out.holds((*copy)["made"_k].as_text().data()));
  CHECK(out.used_bytes() == 16 + 6 * 16 + 24);
}

TEST_CASE("a damaged value from a plugin is the plugin's bug, with the place", "[copy]") {
  Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.key("items"_k);
  b.begin_array();
  b.text("fine");
  b.text("not \xff utf-8");
  b.end_array();
  b.end_object();
  Blocks out;
  const auto refused = copy_checked(b.take_value(), out.arena());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::failed);
  CHECK(refused.error().flags == WEFT_ERR_BUG);
  CHECK(refused.error().where.pointer == "/items/1");
  CHECK(out.used_bytes() == 0);
}

TEST_CASE("a value that contains itself is refused, not followed for ever", "[copy]") {
  weft_slot slots[2] = {{WEFT_ARRAY, 0, 0, 1, {16}}, {WEFT_ARRAY, 0, 0, 1, {0}}};
  Blocks out;
  const auto refused = copy_checked(Value(&slots[0]), out.arena());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::limit);
}

TEST_CASE("a value above 64 megabytes is refused with LIMIT", "[copy]") {
  Blocks blocks, out;
  const std::string large(1 << 20, 'x');
  Builder b(blocks.arena());
  b.begin_array();
  b.text(large);
  const Value one = [&] {
    Builder inner(blocks.arena());
    inner.text(large);
    return inner.take_value();
  }();
  for (int i = 0; i < 64; ++i) b.link(one);
  b.end_array();
  const auto refused = copy_checked(b.take_value(), out.arena());
  REQUIRE_FALSE(refused);
  CHECK(refused.error().status == Status::limit);
}

TEST_CASE("a missing value is copied as null", "[copy]") {
  Blocks out;
  const auto copy = copy_checked(Value(), out.arena());
  REQUIRE(copy);
  CHECK(copy->is_null());
}
