#include "base/path.hpp"

#include "sample.hpp"

using namespace weft;
using namespace weft::base;

TEST_CASE("segments are escaped and split back", "[path]") {
  std::string pointer;
  for (const char* key : {"a", "b/c", "d~e", "", "~1"}) append_segment(pointer, key);
  append_segment(pointer, 12U);
  CHECK(pointer == "/a/b~1c/d~0e//~01/12");
  const auto segments = split_pointer(pointer);
  REQUIRE(segments);
  CHECK(*segments == std::vector<std::string>{"a", "b/c", "d~e", "", "~1", "12"});
  CHECK(split_pointer("")->empty());
  CHECK(split_pointer("/")->size() == 1);
  for (const char* bad : {"a", "/a~", "/a~2", "~"}) CHECK_FALSE(split_pointer(bad));
}

TEST_CASE("get finds what RFC 6901 says and nothing else", "[path]") {
  Sample sample;
  const Value doc = sample(R"({"foo":["bar","baz"],"":0,"a/b":1,"c%d":2,"e^f":3,"i\\j":5,
                               "k\"l":6," ":7,"m~n":8,"o":{"10":{"x":9}}})");
  struct Row {
    const char* pointer;
    const char* json;
  };
  const Row row =
      GENERATE(Row{"/foo", R"(["bar","baz"])"}, Row{"/foo/0", "\"bar\""}, Row{"/", "0"},
               Row{"/a~1b", "1"}, Row{"/c%d", "2"}, Row{"/e^f", "3"}, Row{"/i\\j", "5"},
               Row{"/k\"l", "6"}, Row{"/ ", "7"}, Row{"/m~0n", "8"}, Row{"/o/10/x", "9"},
               Row{"/foo/2", nullptr}, Row{"/foo/-", nullptr}, Row{"/foo/01", nullptr},
               Row{"/foo/-1", nullptr}, Row{"/foo/4294967296", nullptr}, Row{"/foo/0/x", nullptr},
               Row{"/nothing", nullptr}, Row{"foo", nullptr}, Row{"/m~n", nullptr});
  CAPTURE(row.pointer);
  const Value found = get(doc, row.pointer);
  REQUIRE(found.exists() == (row.json != nullptr));
  if (row.json != nullptr) CHECK(json_text(found) == row.json);
  CHECK(get(doc, "").slot() == doc.slot());
}

TEST_CASE("set replaces or adds along a path and leaves the original alone", "[path]") {
  struct Row {
    const char* before;
    const char* pointer;
    const char* after;
  };
  const Row row = GENERATE(
      Row{"{}", "/a", R"({"a":7})"}, Row{"null", "/a/b", R"({"a":{"b":7}})"}, Row{"5", "", "7"},
      Row{R"({"a":1,"b":2,"c":3})", "/b", R"({"a":1,"b":7,"c":3})"},
      Row{R"({"a":{"x":1},"b":2})", "/a/y/z", R"({"a":{"x":1,"y":{"z":7}},"b":2})"},
      Row{R"({"a":null})", "/a/b", R"({"a":{"b":7}})"}, Row{"[1,2,3]", "/1", "[1,7,3]"},
      Row{"[1]", "/-", "[1,7]"}, Row{"[1]", "/1", "[1,7]"}, Row{"[]", "/0/a", R"([{"a":7}])"},
      Row{R"({"r":[{"a":1},{"a":2},{"a":3}]})", "/r/1/a", R"({"r":[{"a":1},{"a":7},{"a":3}]})"},
      Row{R"({"0":1})", "/0", R"({"0":7})"});
  Sample sample;
  const Value before = sample(row.before);
  const auto after = set(before, row.pointer, sample("7"), sample.arena());
  CAPTURE(row.before, row.pointer);
  REQUIRE(after);
  CHECK(json_text(*after) == row.after);
  CHECK(json_text(before) == json_text(sample(row.before)));
}

TEST_CASE("set refuses holes in lists and ways through texts and numbers", "[path]") {
  struct Row {
    const char* before;
    const char* pointer;
    const char* message;
  };
  const Row row =
      GENERATE(Row{"[1]", "/2", "cannot set '/2': the list ends before that item"},
               Row{"[1]", "/x", "cannot set '/x': what stands there is a list"},
               Row{R"({"a":"t"})", "/a/b", "cannot set '/a/b': what stands there is a text"},
               Row{R"({"a":5})", "/a/0", "cannot set '/a/0': what stands there is a number"});
  Sample sample;
  const auto after = set(sample(row.before), row.pointer, sample("7"), sample.arena());
  REQUIRE_FALSE(after);
  CHECK(after.error().status == Status::conflict);
  CHECK(after.error().message == row.message);
}

TEST_CASE("set links what is beside the path instead of copying it", "[path]") {
  Sample sample;
  const Value before = sample(R"({"big":[1,2,3,4,5,6,7,8],"n":1})");
  Blocks blocks;
  const auto after = set(before, "/n", sample("2"), blocks.arena());
  REQUIRE(after);
  CHECK(weft_payload(get(*after, "/big").slot()) == weft_payload(get(before, "/big").slot()));
  CHECK(blocks.used_bytes() <= 16 + 4 * 16);
}

TEST_CASE("erase drops one entry or item, and nothing when there is none", "[path]") {
  Sample sample;
  const Value before = sample(R"({"a":{"x":1,"y":2},"l":[1,2,3]})");
  const auto erased = [&](std::initializer_list<std::string_view> path) {
    return json_text(*erase(before, std::vector<std::string_view>(path), sample.arena()));
  };
  CHECK(erased({"a", "x"}) == R"({"a":{"y":2},"l":[1,2,3]})");
  CHECK(erased({"l", "1"}) == R"({"a":{"x":1,"y":2},"l":[1,3]})");
  CHECK(erased({"a"}) == R"({"l":[1,2,3]})");
  CHECK(erased({"nothing", "x"}) == json_text(before));
  CHECK(erased({}) == "null");
}

TEST_CASE("a path deeper than 64 is refused", "[path]") {
  Sample sample;
  const std::vector<std::string_view> path(65, "a");
  const auto after = set(Value(), path, sample("1"), sample.arena());
  REQUIRE_FALSE(after);
  CHECK(after.error().status == Status::limit);
}

TEST_CASE("a path of expressions names one place and is put together again", "[path]") {
  struct Row {
    const char *path, *segments, *joined;
  };
  for (const Row& row :
       {Row{"a", "a", "a"}, Row{"a.b-c", "a|b-c", "a.b-c"}, Row{"a.b[0]", "a|b|0", "a.b[0]"},
        Row{"a[\"x.y\"].z", "a|x.y|z", "a[\"x.y\"].z"}, Row{"a['b']", "a|b", "a.b"}}) {
    const auto segments = split_path(row.path);
    INFO(row.path);
    REQUIRE(segments);
    std::string all;
    for (const std::string& one : *segments) all += (all.empty() ? "" : "|") + one;
    CHECK(all == row.segments);
    CHECK(join_path(*segments) == row.joined);
  }
  for (const char* path :
       {"", ".", "a.", "a..b", "a[*]", "a[-1]", "a[0:1]", "a[", "a[]", "[0]", "a[01]", "a]b["}) {
    INFO(path);
    CHECK_FALSE(split_path(path));
  }
}
