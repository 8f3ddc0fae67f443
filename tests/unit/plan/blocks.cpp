#include "base/doc.hpp"
#include "catalog.hpp"
#include "catch.hpp"
#include "json.hpp"
#include "plan/build.hpp"
#include "plan/explain.hpp"

using namespace weft;
using namespace weft::lit;
using tests::FakeCatalog;
using tests::Text;

namespace {

std::shared_ptr<const plan::Plan> planned(FakeCatalog& catalog, std::string_view definition) {
  Text text;
  plan::Built built = plan::build(plan::Source(base::pack(text.json(definition))), catalog.get());
  for (const Error& error : built.problems)
    UNSCOPED_INFO(error.where.pointer + " " + error.message);
  REQUIRE(built.plan != nullptr);
  return built.plan;
}

expr::Root step_root(uint32_t node, uint32_t out) {
  return {static_cast<uint32_t>(plan::RootKind::step), node, out};
}

constexpr auto nested = R"({"id":"x","steps":[
  {"id":"a","tool":"upper","input":"x"},
  {"id":"l","type":"loop","for":"a.items","timeout":"1m","steps":[
    {"id":"c","tool":"upper","input":"{{a}} {{loop.index}} {{draft}}"},
    {"id":"d","tool":"sql","args":{"query":"q","operation":"query"},"output":"{{result.rows}}"}]},
  {"id":"e","tool":"upper","input":"{{l}}"}]})";

}  // namespace

TEST_CASE("blocks are numbered outer before inner, nodes in order of writing", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, nested);
  REQUIRE(plan->blocks.size() == 2);
  const plan::Block& inner = plan->blocks[1];
  CHECK(inner.id == "l");
  CHECK(inner.parent == 0);
  CHECK(inner.parent_node == 1);
  CHECK(inner.depth == 1);
  REQUIRE(inner.count == 3);
  CHECK(plan->node(inner, 0).kind == plan::Kind::expression);
  CHECK(plan->node(inner, 1).id == "c");
  CHECK(plan->node(inner, 2).output != plan::none);
  CHECK(plan->expressions[plan->node(inner, 0).condition].roots()[0] == step_root(0, 1));
}

TEST_CASE("a step of an outer block is a root so many blocks out", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, nested);
  const plan::Node& c = plan->node(plan->blocks[1], 1);
  const auto roots = plan->templates[c.arguments].roots();
  REQUIRE(roots.size() == 2);
  CHECK(roots[0] == step_root(0, 1));
  CHECK(roots[1].kind == static_cast<uint32_t>(plan::RootKind::loop));
}

TEST_CASE("what an inner step speaks of is a reference of the block that holds it", "[plan]") {
  FakeCatalog catalog;
  planned(catalog, nested);
  CHECK_THAT(catalog.given, ContainsSubstring(R"({"node":1,"id":"l","depends_on":[],"refs":[0])"));
  CHECK_THAT(catalog.given, ContainsSubstring(R"({"node":2,"id":"e","depends_on":[],"refs":[1])"));
}

TEST_CASE("inner blocks are compiled first, with canonical names and defaults", "[plan]") {
  FakeCatalog catalog;
  planned(catalog, nested);
  CHECK(catalog.given.starts_with(
      R"({"form":"loop","iterator":{"node":0},"timeout":60000000000,"body":[)"));
  CHECK_THAT(catalog.given, ContainsSubstring(R"(],"on_limit":"stop"})"
                                              "\n"
                                              R"({"form":"sequential")"));
}

TEST_CASE("a block is as delicate as what stands in it", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, nested);
  CHECK(plan->nodes[1].effect == spec::Effect::read);
}

TEST_CASE("fields that a form gives to its steps reach the pattern", "[plan]") {
  FakeCatalog catalog;
  planned(catalog, R"({"id":"x","type":"conditional","initial_step":"b","steps":{
    "a":{"tool":"send","branches":[{"condition":"result.ok","next_step":"b"},{"next_step":"a"}]},
    "b":{"tool":"send","priority":5}}})");
  CHECK(catalog.given ==
        R"({"form":"conditional","initial_step":2,"steps":[)"
        R"({"node":0,"id":"a","depends_on":[],"refs":[],"run_if":"success","reads":[],)"
        R"("writes":[],"effect":"at_most_once",)"
        R"("branches":[{"condition":{"node":1},"next_step":2},{"next_step":0}],"priority":0},)"
        R"({"node":2,"id":"b","depends_on":[],"refs":[],"run_if":"success","reads":[],)"
        R"("writes":[],"effect":"at_most_once","priority":5}],"max_transitions":1000})"
        "\n");
}

TEST_CASE("a strategy of the form rules its steps, a strategy of the step wins", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, R"({"id":"x","type":"chain","error_strategy":"fail","steps":[
    {"id":"a","tool":"upper","input":"x"},
    {"id":"b","tool":"upper","input":"x","on_error":"Fail"}],
    "optimization":{"error_strategy":"continue_on_failure"}})");
  CHECK(plan->nodes[0].on_error == plan::OnError::proceed);
  CHECK(plan->nodes[1].on_error == plan::OnError::fail);
}

TEST_CASE("a step of a chain takes the result before it where its tool needs an input", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, R"({"id":"x","type":"chain","steps":[
    {"id":"a b","tool":"upper","input":"x"},{"id":"c","tool":"upper"}]})");
  REQUIRE(plan->templates[plan->nodes[1].arguments].roots().size() == 1);
  CHECK(plan->templates[plan->nodes[1].arguments].roots()[0] == step_root(0, 0));
}

TEST_CASE("a step alone may do without an id", "[plan]") {
  FakeCatalog catalog;
  const auto plan = planned(catalog, R"({"id":"x","type":"loop","body":{"type":"loop","body":
    {"tool":"send"}}})");
  CHECK(plan->nodes[0].id == "body");
  CHECK(plan->nodes[1].id == "body.body");
}

TEST_CASE("spelling does not change the digest, meaning does", "[plan]") {
  FakeCatalog catalog;
  const auto hash = [&](std::string_view text) { return planned(catalog, text)->hash; };
  const auto canonical = hash(R"({"id":"x","type":"chain","error_strategy":"continue","steps":[
    {"id":"a","tool":"upper","parameters":{"input":"x"},"run_if":"always"}],
    "options":{"save_state":true}})");
  CHECK(canonical == hash(R"({"pattern":"chain","id":"x","error_handling":"Continue","steps":[
    {"name":"a","tool":"uppercase","input":"x","run_if":"Always"}],
    "optimization":{"save_state":true}})"));
  CHECK(canonical == hash(R"({"id":"x","error_strategy":"continue","/chain":{"steps":[
    {"id":"a","tool":"upper","args":{"input":"x"},"run_if":"always"}],
    "options":{"save_state":true}}})"));
  CHECK(canonical != hash(R"({"id":"x","type":"chain","error_strategy":"continue","steps":[
    {"id":"a","tool":"upper","parameters":{"input":"y"},"run_if":"always"}],
    "options":{"save_state":true}})"));
}

TEST_CASE("a canonical definition plans to itself", "[plan]") {
  FakeCatalog catalog;
  const auto first = planned(catalog, nested);
  const std::string text = base::json_text(first->definition);
  const auto second = planned(catalog, text);
  CHECK(base::json_text(second->definition) == text);
  CHECK(second->hash == first->hash);
  CHECK(text ==
        R"({"id":"x","steps":[{"id":"a","tool":"upper","parameters":{"input":"x"}},)"
        R"({"id":"l","type":"loop","iterator":"a.items","timeout":"1m","body":[)"
        R"({"id":"c","tool":"upper","parameters":{"input":"{{a}} {{loop.index}} {{draft}}"}},)"
        R"({"id":"d","tool":"sql","parameters":{"query":"q","operation":"query"},)"
        R"("output":"{{result.rows}}"}]},)"
        R"({"id":"e","tool":"upper","parameters":{"input":"{{l}}"}}]})");
}

TEST_CASE("a plan explains itself", "[explain]") {
  FakeCatalog catalog;
  catalog.edges = "[[0,1],[1,2]]";
  const auto plan = planned(catalog, nested);
  CHECK(plan::explain(*plan) == R"(workflow x
timeout 5m, durability sync
sequential by sequential@1.0.0
  0 a: upper@1.0.0, pure
  1 l, read, timeout 1m
    loop by loop@1.0.0
      0 (a.items)
      1 c: upper@1.0.0, pure
      2 d: sql@1.0.0, read
      (a.items) → c
      c → d
  2 e: upper@1.0.0, pure, uses l
  a → l
  l → e
complexity 2.7: 0.3 x 4 steps + 1 loop + 0.5 x 1 level
)");
  CHECK(plan::mermaid(*plan) == R"_(flowchart TD
  n0["a: upper"]
  subgraph n1["l (loop)"]
    n3{{"(a.items)"}}
    n4["c: upper"]
    n5["d: sql"]
    n3 --> n4
    n4 --> n5
  end
  n2["e: upper"]
  n0 --> n1
  n1 --> n2
)_");
}
