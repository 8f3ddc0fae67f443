#include "spec/problem.hpp"

#include "catch.hpp"
#include "json.hpp"
#include "spec/ids.hpp"

using namespace weft;
using namespace weft::lit;
using tests::Text;

TEST_CASE("the pointer of a value is found by where it stands", "[problem]") {
  Text text;
  const Value root = text.json(R"({"a/b":[1,{"c~d":2}],"e":2})");
  CHECK(spec::pointer_of(root, root).empty());
  CHECK(spec::pointer_of(root, root["a/b"_k][1U]["c~d"_k]) == "/a~1b/1/c~0d");
  CHECK(spec::pointer_of(root, root["e"_k]) == "/e");
  CHECK(spec::pointer_of(root, text.json("2")).empty());
}

TEST_CASE("problems are sorted by place and keep their order at one place", "[problem]") {
  Text text;
  const Value root = text.json(R"({"a":1,"b":2})");
  const std::vector<spec::Problem> problems{{root["b"_k], "", "x.b", "second", ""},
                                            {root["a"_k], "/deep", "x.a", "first", "hint"},
                                            {root["b"_k], "", "x.c", "third", ""}};
  const spec::Locator locator{nullptr, [](const void*, std::string_view pointer) -> spec::Place {
                                return {pointer == "/b" ? 7U : 3U, 1};
                              }};
  const auto errors = spec::placed(problems, {root, "flow.json", locator});
  REQUIRE(errors.size() == 3);
  CHECK(errors[0].where.pointer == "/a/deep");
  CHECK(errors[0].where.file == "flow.json");
  CHECK(errors[0].hint == "hint");
  CHECK(errors[1].message == "second");
  CHECK(errors[2].message == "third");
  CHECK(errors[2].where.line == 7);
}

TEST_CASE("ids keep the first number of a name through every growth", "[ids]") {
  std::vector<std::string> names;
  for (int i = 0; i < 1000; ++i) names.push_back("step_" + std::to_string(i));
  spec::Ids ids;
  CHECK(ids.find("step_1") == spec::Ids::none);
  for (uint32_t i = 0; i < names.size(); ++i) CHECK(ids.add(names[i], i) == spec::Ids::none);
  CHECK(ids.add("step_7", 5) == 7);
  for (uint32_t i = 0; i < names.size(); ++i) REQUIRE(ids.find(names[i]) == i);
  CHECK(ids.find("step") == spec::Ids::none);
}
