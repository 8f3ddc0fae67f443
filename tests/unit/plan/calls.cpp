// Steps that call another definition, as a plan.
#include "plan/build.hpp"

#include <map>
#include <string>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "catch.hpp"
#include "definition.hpp"
#include "plan/canonical.hpp"
#include "plan/forecast.hpp"

using namespace weft;
using namespace weft::lit;
using tests::Definition;
using tests::FakeCatalog;
using tests::Text;

namespace {

// Definitions that are found by their names, as a host finds files.
struct Elsewhere {
  std::map<std::string, std::string, std::less<>> texts;
  uint32_t asked = 0;

  spec::Catalog catalog(const FakeCatalog& fake) {
    spec::Catalog made = fake.get();
    made.finder = this;
    made.workflow = [](void* self, std::string_view name) -> Result<spec::Found> {
      auto& own = *static_cast<Elsewhere*>(self);
      ++own.asked;
      const auto found = own.texts.find(name);
      if (found == own.texts.end()) {
        return Error{Status::not_found, "spec.unknown_workflow", "no file", "looked on the shelf"};
      }
      Text json;
      const auto doc = std::make_shared<const base::Doc>(base::pack(json.json(found->second)));
      return spec::Found{doc->view(), doc, std::string(name) + ".json", {}};
    };
    return made;
  }
  plan::Built build(std::string_view definition, const FakeCatalog& fake) {
    Text json;
    return plan::build(plan::Source(base::pack(json.json(definition)), "flow.json"), catalog(fake));
  }
};

constexpr std::string_view inner =
    R"({"steps":[{"id":"r","tool":"upper","parameters":{"input":"{{$input}}"}}]})";

std::string calling(std::string_view called) {
  return R"({"id":"x","steps":[{"id":"a","workflow":"inner","input":"1"},
    {"id":"b","workflow":"inner","input":"{{a}}"}],"workflows":{"inner":)" +
         std::string(called) + "}}";
}

}  // namespace

TEST_CASE("what two steps call stands in the plan once", "[plan]") {
  const Definition made(calling(inner));
  const plan::Plan& plan = made.plan();
  REQUIRE(plan.blocks.size() == 2);
  REQUIRE(plan.nodes.size() == 3);
  REQUIRE(plan.definitions.size() == 2);
  CHECK(plan.definitions[1].id == "inner");
  CHECK(plan.blocks[1].parent == plan::none);
  CHECK(plan.blocks[1].definition == 1);
  for (const plan::Node* node : {&plan.nodes[0], &plan.nodes[1]}) {
    CHECK(node->kind == plan::Kind::block);
    CHECK(node->block == 1);
    REQUIRE(node->call != plan::none);
    CHECK(plan.calls[node->call].definition == 1);
  }
  CHECK(plan.nodes[2].call == plan::none);
  CHECK(plan.pointer(plan.nodes[2]) == "/workflows/inner/steps/0");
  CHECK(plan.tools.size() == 1);
}

TEST_CASE("a plan without calls knows no other definition", "[plan]") {
  const Definition made(R"({"id":"x","steps":[{"id":"a","tool":"send"}]})");
  CHECK(made.plan().definitions.size() == 1);
  CHECK(made.plan().calls.empty());
  CHECK_FALSE(made.plan().isolates);
  CHECK_FALSE(made.plan().has_limits);
}

TEST_CASE("definitions that call each other are planned and predicted", "[plan]") {
  const Definition made(R"({"id":"x","steps":[{"id":"a","workflow":"ping"}],"workflows":{
    "ping":{"steps":[{"id":"a","workflow":"pong"},{"id":"b","tool":"send"}]},
    "pong":{"steps":[{"id":"a","workflow":"ping"},{"id":"b","workflow":"x"}]}}})");
  const plan::Plan& plan = made.plan();
  REQUIRE(plan.definitions.size() == 3);
  CHECK(plan.nodes[0].block == plan.definitions[1].block);
  CHECK(plan.node(plan.blocks[2], 1).block == 0);
  // Through however many calls, a step that must not run twice makes them all such.
  for (const plan::Node& node : plan.nodes) CHECK(node.effect == spec::Effect::at_most_once);
  const plan::Costs costs{.of_step = [](const plan::Node&) { return 1.0; }};
  CHECK(plan::forecast(plan, costs).work == Approx(3));
}

TEST_CASE("names of a called definition mean nothing outside of it and the other way", "[plan]") {
  const Definition made(R"({"id":"x","input_schema":{"properties":{"own":{}}},"steps":[
    {"id":"a","workflow":"inner"},
    {"id":"b","tool":"upper","parameters":{"input":"{{r}}"}}],
   "workflows":{"inner":{"input_schema":{"properties":{"mine":{}}},"steps":[
    {"id":"r","tool":"upper","parameters":{"input":"{{a}} {{own}} {{mine}}"}}]}}})");
  CHECK(made.built.plan == nullptr);
  const std::string problems = made.problems();
  INFO(problems);
  CHECK(problems.find("/steps/1/parameters/input spec.unknown_reference: nothing is called 'r'") !=
        std::string::npos);
  CHECK(
      problems.find("/workflows/inner/steps/0/parameters/input spec.unknown_reference: nothing is "
                    "called 'a'") != std::string::npos);
  CHECK(problems.find("'own'") != std::string::npos);
  CHECK(problems.find("'mine'") == std::string::npos);
}

TEST_CASE("ids are unique in each definition and not across", "[plan]") {
  const Definition made(R"({"id":"x","steps":[{"id":"a","workflow":"inner"}],
    "workflows":{"inner":{"steps":[{"id":"a","tool":"send"}]}}})");
  CHECK(made.plan().nodes.size() == 2);
}

TEST_CASE("what is found elsewhere becomes part of the definition, as if it stood in it",
          "[plan]") {
  FakeCatalog fake;
  Elsewhere shelf;
  shelf.texts["inner"] = inner;
  const std::string text = calling(inner);
  const std::string bare = text.substr(0, text.find(R"(,"workflows")")) + "}";
  const plan::Built found = shelf.build(bare, fake);
  REQUIRE(found.plan != nullptr);
  CHECK(shelf.asked == 1);
  const Definition inlined(text);
  CHECK(found.plan->hash == inlined.plan().hash);
  CHECK(base::json_text(found.plan->definition) == base::json_text(inlined.plan().definition));
  CHECK(found.plan->pointer(found.plan->nodes[2]) == "/workflows/inner/steps/0");
  // The store has nothing but that definition.
  const plan::Built again =
      plan::build(plan::Source(base::pack(found.plan->definition)), fake.get());
  REQUIRE(again.plan != nullptr);
  CHECK(again.plan->hash == found.plan->hash);
}

TEST_CASE("what was found may call what is found, and whoever called it", "[plan]") {
  FakeCatalog fake;
  Elsewhere shelf;
  shelf.texts["one"] = R"({"id":"first","steps":[{"id":"a","workflow":"two"},
    {"id":"b","workflow":"first"},{"id":"c","workflow":"x"}]})";
  shelf.texts["two"] = R"({"id":"two","steps":[{"id":"a","workflow":"one"}]})";
  const plan::Built built =
      shelf.build(R"({"id":"x","steps":[{"id":"a","workflow":"one"}]})", fake);
  for (const Error& e : built.problems) UNSCOPED_INFO(e.message);
  REQUIRE(built.plan != nullptr);
  CHECK(shelf.asked == 2);
  REQUIRE(built.plan->definitions.size() == 3);
  const plan::Built again =
      plan::build(plan::Source(base::pack(built.plan->definition)), fake.get());
  REQUIRE(again.plan != nullptr);
  CHECK(again.plan->hash == built.plan->hash);
}

TEST_CASE("what a definition holds comes before its own id, and that before what is around it",
          "[plan]") {
  const Definition made(R"({"id":"x","steps":[{"id":"a","workflow":"inner"}],"workflows":{
    "inner":{"steps":[{"id":"a","workflow":"deep"},{"id":"b","workflow":"inner"},
                      {"id":"c","workflow":"x"}],
             "workflows":{"deep":{"steps":[{"id":"d","tool":"send"}]},
                          "x":{"steps":[{"id":"e","tool":"send"}]}}},
    "deep":{"steps":[{"id":"f","tool":"send"}]}}})");
  const plan::Plan& plan = made.plan();
  const plan::Block& block = plan.blocks[plan.nodes[0].block];
  const auto first_of = [&](uint32_t n) {
    return plan.node(plan.blocks[plan.node(block, n).block], 0).id;
  };
  CHECK(first_of(0) == "d");
  CHECK(plan.node(block, 1).block == plan.nodes[0].block);
  CHECK(first_of(2) == "e");
}

TEST_CASE("an unknown workflow is a problem that says where it was looked for", "[plan]") {
  FakeCatalog fake;
  Elsewhere shelf;
  const plan::Built built = shelf.build(
      R"({"id":"x","steps":[{"id":"a","workflow":"iner"}],"workflows":{"inner":{"steps":[]}}})",
      fake);
  REQUIRE(built.problems.size() == 1);
  const Error& error = built.problems.front();
  CHECK(error.code == "spec.unknown_workflow");
  CHECK(error.where.pointer == "/steps/0/workflow");
  CHECK(error.message == "there is no workflow 'iner'");
  CHECK(error.hint == "did you mean 'inner'? looked on the shelf");
}

TEST_CASE("a problem of what was found has the file that it stands in", "[plan]") {
  FakeCatalog fake;
  Elsewhere shelf;
  shelf.texts["inner"] = R"({"id":"inner","steps":[{"id":"a","tool":"nothing"}]})";
  const plan::Built built = shelf.build(
      R"({"id":"x","steps":[{"id":"a","workflow":"inner"},{"id":"a","tool":"send"}]})", fake);
  REQUIRE(built.problems.size() == 2);
  CHECK(built.problems[0].code == "spec.duplicate_id");
  CHECK(built.problems[0].where.file == "flow.json");
  CHECK(built.problems[1].code == "spec.unknown_tool");
  CHECK(built.problems[1].where.file == "inner.json");
  CHECK(built.problems[1].where.pointer == "/steps/0/tool");
}

TEST_CASE("a call may be tried again only when all that stands in it may", "[plan]") {
  const auto with = [](std::string_view tool) {
    return R"({"id":"x","steps":[{"id":"a","workflow":"inner","retry":2}],
      "workflows":{"inner":{"steps":[{"id":"b","type":"sequential","steps":[)" +
           std::string(tool) + "]}]}}}";
  };
  const Definition fine(with(R"({"id":"t","tool":"upper","parameters":{"input":"x"}})"));
  CHECK(fine.plan().policies[fine.plan().nodes[0].policy].attempts_max == 3);
  const Definition refused(with(R"({"id":"t","tool":"send"})"));
  REQUIRE(refused.built.problems.size() == 1);
  CHECK(refused.built.problems.front().code == "spec.retry_forbidden");
  CHECK(refused.built.problems.front().where.pointer == "/steps/0");
}

TEST_CASE("what is said of the input is checked against the schema of what is called", "[plan]") {
  const Definition made(R"({"id":"x","steps":[
    {"id":"a","workflow":"inner","input":{"n":"many"}},
    {"id":"b","workflow":"inner","input":{"n":"{{a}}"}},
    {"id":"c","workflow":"inner"}],
   "workflows":{"inner":{"input_schema":{"type":"object","required":["n"],
      "properties":{"n":{"type":"integer"}}},"steps":[{"id":"s","tool":"send"}]}}})");
  REQUIRE(made.built.problems.size() == 2);
  CHECK(made.built.problems[0].where.pointer == "/steps/0/input/n");
  CHECK(made.built.problems[1].where.pointer == "/steps/2");
}

TEST_CASE("a pattern is told what a call reads, writes and does not say", "[plan]") {
  const Definition made(R"({"id":"x","steps":[
    {"id":"a","workflow":"inner"},
    {"id":"b","workflow":"inner","writes":["ledger"]}],
   "workflows":{"inner":{"variables":{"n":{}},"steps":[
    {"id":"s","tool":"send","reads":["prices"],"writes":["orders","n"]},
    {"id":"t","tool":"send"},{"id":"w","wait":"5m"}]}}})");
  CHECK(made.built.problems.empty());
  const std::string& given = made.catalog.given;
  INFO(given);
  CHECK(given.find(R"("id":"a","depends_on":[],"refs":[],"run_if":"success","reads":["prices"],)"
                   R"("writes":["orders"],"undeclared":true,"effect":"at_most_once","own":true)") !=
        std::string::npos);
  CHECK(given.find(R"("reads":[],"writes":["ledger"],"effect":"at_most_once","own":true)") !=
        std::string::npos);
}

TEST_CASE("a called definition grants nothing, and a warning says so", "[plan]") {
  const Definition made(R"({"id":"x","policy":{"fs":{"read":["a"]}},"steps":[
    {"id":"a","workflow":"inner"}],
   "workflows":{"inner":{"policy":{"fs":{"read":["a"],"write":["b"]},"exec":{"shell":true}},
     "steps":[{"id":"s","tool":"send"}]}}})");
  CHECK(base::json_text(made.plan().policy) == R"({"fs":{"read":["a"]}})");
  REQUIRE(made.built.warnings.size() == 2);
  CHECK(made.built.warnings[0].where.pointer == "/workflows/inner/policy/fs/write");
  CHECK(made.built.warnings[1].where.pointer == "/workflows/inner/policy/exec/shell");
}

TEST_CASE("what a called definition calls secret is hidden everywhere", "[plan]") {
  const Definition made(R"({"id":"x","redact":{"keys":["one"]},"steps":[
    {"id":"a","workflow":"inner"}],"workflows":{"inner":{"redact":{"keys":["two"]},
     "steps":[{"id":"s","tool":"send"}]}}})");
  base::Blocks blocks;
  const Value value = *base::parse_json(R"({"one":1,"two":2,"three":3})", blocks.arena());
  const std::string shown = base::json_text(made.plan().redactor->shown(value, blocks.arena()));
  CHECK(shown == R"({"one":"‹redacted:named›","two":"‹redacted:named›","three":3})");
}

TEST_CASE("a call takes as long as its step or what it calls says, whichever is shorter",
          "[plan]") {
  const auto limit = [](std::string_view step, std::string_view called) {
    const Definition made(R"({"id":"x","steps":[{"id":"a","workflow":"inner")" + std::string(step) +
                          R"(}],"workflows":{"inner":{)" + std::string(called) +
                          R"("steps":[{"id":"s","tool":"send"}]}}})");
    return made.plan().calls[0].timeout_ns / 1'000'000'000;
  };
  CHECK(limit("", "") == 0);
  CHECK(limit(R"(,"timeout":"10s")", "") == 10);
  CHECK(limit("", R"("timeout":"20s",)") == 20);
  CHECK(limit(R"(,"timeout":"10s")", R"("timeout":"20s",)") == 10);
  CHECK(limit(R"(,"timeout":"30s")", R"("timeout":"20s",)") == 20);
}

TEST_CASE("spellings in a called definition do not change the hash", "[plan]") {
  const Definition plain(calling(inner));
  const Definition other(
      calling(R"({"steps":[{"id":"r","tool":"uppercase","args":{"input":"{{$input}}"}}]})"));
  CHECK(plain.plan().hash == other.plan().hash);
  const Definition different(
      calling(R"({"steps":[{"id":"r","tool":"upper","parameters":{"input":"{{$input}}!"}}]})"));
  CHECK(plain.plan().hash != different.plan().hash);
}
