#include "spec/detect.hpp"

#include <cmath>
#include <string>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "catch.hpp"

namespace weft::spec {
namespace {

struct Read {
  base::Blocks blocks;
  Value operator()(std::string_view json) {
    const auto value = base::parse_json(json, blocks.arena());
    INFO(json);
    REQUIRE(value);
    return *value;
  }
};

// Ten independent steps, each with an agent of its own: much to do at once.
std::string wide_and_deep() {
  std::string steps;
  for (int i = 0; i < 10; ++i) {
    const std::string id = "s" + std::to_string(i);
    steps += std::string(i > 0 ? "," : "") + R"({"id":")" + id + R"(","agent":"a"})";
  }
  return R"({"steps":[)" + steps + "]}";
}

const std::string line_of_two = R"({"steps":[{"id":"a","tool":"t"},{"id":"b","tool":"t"}]})";

}  // namespace

TEST_CASE("a mode is the first one that fits, in either order", "[spec][detect]") {
  const auto [definition, by_rules, by_score,
              form] = GENERATE(table<std::string, std::string, std::string, std::string>({
      {line_of_two, "chain", "chain", "chain"},
      {R"({"steps":[{"id":"a","tool":"t"},{"id":"b","tool":"t","depends_on":"a"}]})", "chain",
       "chain", "chain"},
      {R"({"steps":[{"id":"a","tool":"t"},{"id":"b","tool":"t","depends_on":["a"]},
                        {"id":"c","tool":"t","depends_on":["a"]}]})",
       "hybrid", "hybrid", "hybrid"},
      {R"({"steps":[{"id":"a","tool":"t"},{"id":"b","type":"chain","steps":[]}]})", "hybrid",
       "hybrid", "hybrid"},
      {R"({"stages":[{"stage_id":"a","type":"chain","steps":[]}]})", "hybrid", "hybrid", "hybrid"},
      {R"({"conditions":[{"if":"x","then":[{"id":"a","tool":"t"}]}]})", "flow", "flow", "flow"},
      {R"({"initial_step":"a","steps":{"a":{"tool":"t","branches":[{"condition":"x"}]}}})", "flow",
       "flow", "conditional"},
      {R"({"steps":[{"id":"a","tool":"t","if":"x"}]})", "flow", "flow", "chain"},
      {R"({"steps":[{"id":"a","tool":"t"}],"transitions":[
               {"from":"a","to":"a","condition":"x"}]})",
       "flow", "flow", "dag"},
      {R"({"continuous":true,"conditions":[{"if":"x","then":[]}]})", "pipeline", "flow",
       "pipeline"},
      {R"({"continuous":true,"steps":[{"id":"a","tool":"t"}]})", "pipeline", "chain", "pipeline"},
      {R"({"continuous":true,"source":{},"sink":{}})", "pipeline", "pipeline", "pipeline"},
      {R"({"agents":{"a":{}},"topology":"star"})", "swarm", "hybrid", "swarm"},
      {R"({"agents":{"a":{}}})", "hybrid", "hybrid", "hybrid"},
      {wide_and_deep(), "chain", "swarm", "chain"},
      {R"({"iterator":{"count":3},"body":{"id":"a","tool":"t"}})", "hybrid", "hybrid", "loop"},
      {R"({"branches":[{"id":"a","tool":"t"},{"id":"b","tool":"t"}]})", "hybrid", "hybrid",
       "parallel"},
  }));
  Read read;
  INFO(definition);
  const Detected rules = detect(read(definition), DetectBy::rules);
  CHECK(rules.mode == by_rules);
  CHECK(rules.form == form);
  CHECK(!rules.why.empty());
  CHECK(detect(read(definition), DetectBy::score).mode == by_score);
}

TEST_CASE("continuous_is_detected_before_linear", "[spec][detect]") {
  Read read;
  const Detected found =
      detect(read(R"({"continuous":true,"steps":[{"id":"a","tool":"t"}]})"), DetectBy::rules);
  CHECK(found.mode == "pipeline");
  CHECK(found.why == "it is continuous");
  CHECK(detect(read(line_of_two), DetectBy::rules).mode == "chain");
}

TEST_CASE("complexity is the sum of its terms and ends at ten", "[spec][detect]") {
  const auto [definition, complexity, terms] = GENERATE(table<std::string, double, std::string>({
      {R"({"steps":[]})", 0, "nothing"},
      {line_of_two, 0.6, "0.3 x 2 steps"},
      {R"({"conditions":[{"if":"x","then":[{"id":"a","tool":"t"}],
               "elif":[{"if":"y","then":[{"id":"b","tool":"t"}]}],
               "else":[{"id":"c","tool":"t","if":"z"}]}]})",
       3.9, "0.3 x 3 steps + 3 conditions"},
      {R"({"steps":[{"id":"l","type":"loop","iterator":{"count":3},
                         "body":{"id":"a","tool":"t"}}]})",
       1.8, "0.3 x 1 step + 1 loop + 0.5 x 1 level"},
      {R"({"steps":[{"id":"a","agent":"x"}],"agents":{"x":{},"y":{}}})", 2.4,
       "0.3 x 1 step + 0.7 x 3 agents"},
      {R"({"/chain":{"steps":[{"id":"a","tool":"t"}]}})", 0.3, "0.3 x 1 step"},
  }));
  Read read;
  INFO(definition);
  const Measures measures = measure(read(definition));
  CHECK(std::abs(measures.complexity() - complexity) < 1e-9);
  CHECK(measures.terms() == terms);

  Measures many;
  many.steps = 1000;
  CHECK(many.complexity() == 10);
}

TEST_CASE("the parallel opportunity is what need not lie on the longest way", "[spec][detect]") {
  Read read;
  CHECK(opportunity(read(line_of_two)) == 0.5);
  CHECK(opportunity(read(R"({"steps":[{"id":"a","tool":"t"},
      {"id":"b","tool":"t","parameters":{"input":"{{a}}"}},
      {"id":"c","tool":"t","parameters":{"input":"a b"}},
      {"id":"d","tool":"t","parameters":{"deep":["x ${b.y}"]}}]})")) == 0.25);
  CHECK(opportunity(read(R"({"branches":[]})")) == 0);
}

}  // namespace weft::spec
