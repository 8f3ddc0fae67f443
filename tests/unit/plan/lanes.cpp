#include "definition.hpp"

using namespace weft;
using tests::Definition;

TEST_CASE("a plan holds the nodes of a block as often as its pattern has lanes", "[plan]") {
  Definition definition(R"({"id":"x","steps":[{"id":"a","tool":"upper","input":"x"},
    {"id":"b","tool":"upper","input":"{{a}}"}]})");
  definition.catalog.lanes = 3;
  tests::Text text;
  const auto built =
      plan::build(plan::Source(base::pack(text.json(definition.json))), definition.catalog.get());
  REQUIRE(built.plan != nullptr);
  const plan::Block& block = built.plan->blocks[0];
  REQUIRE(block.count == 6);
  CHECK(block.written() == 2);
  for (uint32_t n = 0; n < 6; ++n) CHECK(built.plan->node(block, n).id == (n % 2 == 0 ? "a" : "b"));
  CHECK(block.beside(0, 3) == 2);
  CHECK(block.beside(1, 5) == 5);
  CHECK(block.beside(1, plan::none) == 1);
}

TEST_CASE("a block goes on without the nodes that its pattern spares", "[plan]") {
  Definition definition(R"({"id":"x","steps":[{"id":"a","tool":"upper","input":"x"},
    {"id":"b","tool":"upper","input":"x"}]})");
  definition.catalog.spared = "[1]";
  tests::Text text;
  const auto built =
      plan::build(plan::Source(base::pack(text.json(definition.json))), definition.catalog.get());
  REQUIRE(built.plan != nullptr);
  CHECK(built.plan->nodes[0].on_error == plan::OnError::fail);
  CHECK(built.plan->nodes[1].on_error == plan::OnError::proceed);
}

TEST_CASE("branches are numbered through all lanes", "[plan]") {
  Definition definition(R"({"id":"x","steps":[{"id":"a","tool":"upper","input":"x"},
    {"id":"b","tool":"upper","input":"x"},{"id":"c","tool":"upper","input":"x"}]})");
  definition.catalog.lanes = 2;
  definition.catalog.branches = "[0,null,1]";
  tests::Text text;
  const auto built =
      plan::build(plan::Source(base::pack(text.json(definition.json))), definition.catalog.get());
  REQUIRE(built.plan != nullptr);
  CHECK(built.plan->isolates);
  const std::vector<uint32_t> expected{0, plan::none, 1, 2, plan::none, 3};
  for (uint32_t n = 0; n < 6; ++n) CHECK(built.plan->nodes[n].branch == expected[n]);
}

TEST_CASE("a pattern is told that something speaks of the iterations of its block", "[plan]") {
  for (const auto& [input, is_told] : {std::pair{"{{inner.iterations[0]}}", true},
                                       {"{{steps.inner['iterations'][0]}}", true},
                                       {"{{inner.metadata.iterations}}", false},
                                       {"{{default(other_inner.iterations, 1)}}", false}}) {
    INFO(input);
    const Definition definition(R"({"id":"x","steps":[{"id":"inner","steps":[{"id":"a",
      "tool":"upper","input":"x"}]},{"id":"other_inner","tool":"upper","input":"x"},
      {"id":"b","tool":"upper","input":")" +
                                std::string(input) + R"("}]})");
    CHECK(definition.problems() == "");
    CHECK((definition.catalog.given.find("\"recalls\":true") != std::string::npos) == is_told);
  }
}

TEST_CASE("what a pattern binds is unknown to what is evaluated after the step", "[plan]") {
  const Definition late(R"({"id":"x","type":"loop","body":
    {"tool":"upper","input":"{{draft}}","output":"{{draft}}"}})");
  CHECK_THAT(late.problems(), ContainsSubstring("'draft' is known when the step begins, not here"));
  const Definition inside(R"({"id":"x","type":"loop","body":{"type":"sequential",
    "output":"{{draft}}","steps":[{"id":"a","tool":"upper","input":"x","output":"{{draft}}"}]}})");
  CHECK(inside.problems() == "");
}

TEST_CASE("a form that has a time limit keeps it itself", "[plan]") {
  const Definition definition(R"({"id":"x","type":"loop","timeout":"1m","body":{"tool":"send"}})");
  CHECK(definition.plan().timeout_ns == 0);
}
