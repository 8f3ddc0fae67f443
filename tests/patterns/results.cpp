// What the result of a run tells of its course, whatever its pattern.
#include "catch.hpp"
#include "house.hpp"

#include <string>

#include <weft/kernel.hpp>

using namespace weft;
using namespace weft::lit;

namespace {

Outcome run(const std::string& definition) {
  const auto kernel = tests::kernel(KernelOptions{});
  const Loaded loaded = kernel->load(definition, "test.json");
  INFO(definition);
  REQUIRE(!loaded.workflow.empty());
  RunOptions options;
  options.with_detail = true;
  auto outcome = kernel->run(loaded.workflow.front(), options);
  REQUIRE(outcome);
  return std::move(*outcome);
}

std::string path_of(const Outcome& outcome) {
  std::string text;
  for (const Value step : outcome.detail.view()["execution_path"_k]) {
    text.append(text.empty() ? "" : " ").append(step.as_text());
  }
  return text;
}

std::string echo(const std::string& id, const std::string& input, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","tool":"echo","parameters":{"input":)" + input + "}" + more + "}";
}

// Draws a value until the fourth; what it had drawn is judged by a condition.
const char* const around = R"({"id":"x","type":"conditional",
  "variables":{"n":{"type":"integer","default":0}},"steps":{
  "a":{"set":{"n":"{{n + 1}}"},"branches":[{"condition":"true","next_step":"c"}]},
  "c":{"tool":"echo","parameters":{"input":"{{n}}"},
       "branches":[{"condition":"result < 3","next_step":"a"},
                   {"condition":"always","next_step":"b"}]},
  "b":{"tool":"echo","parameters":{"input":"{{c}}"}}}})";

}  // namespace

TEST_CASE("a path follows the order of start and not that of writing", "[patterns][results]") {
  const std::string steps = echo("second", R"("{{first}}")") + "," + echo("first", "1");
  CHECK(path_of(run(R"({"id":"x","type":"dag","steps":[)" + steps + "]}")) == "first second");
}

TEST_CASE("iterations that share the table stand in their order", "[patterns][results]") {
  const Outcome outcome = run(R"({"id":"x","type":"loop","iterator":{"count":300},"body":)" +
                              echo("b", R"("{{loop.number}}")") + "}");
  std::string expected;
  for (int i = 172; i < 300; ++i) {
    expected.append(expected.empty() ? "" : " ").append("b#").append(std::to_string(i));
  }
  CHECK(path_of(outcome) == expected);
  CHECK(outcome.detail.view()["iterations"_k].as_i64() == 300);
  CHECK(outcome.detail.view()["ended_by"_k].as_text() == "exhausted");
}

TEST_CASE("a path has what the kernel does itself, and nothing that was skipped",
          "[patterns][results]") {
  const std::string steps = R"({"id":"n","set":{"k":1}},{"id":"w","wait":"1ms"},)" +
                            echo("a", "1") + "," + echo("s", "2", R"(,"if":"false")");
  CHECK(path_of(run(R"({"id":"x","variables":{"k":{"type":"integer","default":0}},"steps":[)" +
                    steps + "]}")) == "n w a");
}

TEST_CASE("earlier visits of a step stay in the path", "[patterns][results]") {
  const Outcome outcome = run(around);
  CHECK(path_of(outcome) == "a c a#1 c#1 a#2 c#2 b");
  CHECK(outcome.detail.view()["decision_path"_k].size() == 7);
}

TEST_CASE("a reviser that ran is in the path although its last visit was given the best draft",
          "[patterns][results]") {
  const std::string judged = R"({"decision":"revise","score":3})";
  const std::string steps = echo("gen", R"("d1")") + "," +
                            echo("val", judged, R"(,"depends_on":"gen")") + "," +
                            echo("rev", R"("{{draft}}x")");
  const Outcome outcome = run(R"({"id":"x","type":"dag","steps":[)" + steps +
                              R"(],"revision_loop":{"id":"lp","validator":"val","reviser":"rev",
                              "on_exhausted":"accept_best","max_iterations":1}})");
  CHECK(path_of(outcome) == "gen val rev val#1");
  const Value detail = outcome.detail.view();
  CHECK(detail["step_results"_k]["rev#1"_k]["attempts"_k].as_i64() == 1);
  CHECK(detail["revisions"_k]["lp"_k]["revisions"_k].as_i64() == 1);
}

TEST_CASE("a dag tells how much of its work overlapped", "[patterns][results]") {
  const Outcome outcome = run(R"({"id":"x","type":"dag","steps":[
    {"id":"a","wait":"40ms"},{"id":"b","wait":"40ms"},{"id":"c","wait":"40ms"}]})");
  const Value told = outcome.detail.view()["execution_metrics"_k];
  const double work = told["work_ms"_k].as_f64(), took = told["duration_ms"_k].as_f64();
  CHECK(work >= 120);
  CHECK(took >= 40);
  CHECK(told["overlap"_k].as_f64() == Approx(work / took));
  CHECK(told["overlap"_k].as_f64() > 2);
}

TEST_CASE("a condition is told with the side that was taken", "[patterns][results]") {
  const std::string definition = R"({"id":"x","type":"flow","conditions":[{"if":"true","then":[)" +
                                 echo("a", "1") + R"(]},{"if":"false","then":[)" + echo("b", "2") +
                                 R"(]}]})";
  const Outcome outcome = run(definition);
  const Value detail = outcome.detail.view();
  const Value asked = detail["conditions_evaluated"_k];
  REQUIRE(asked.size() == 2);
  CHECK(asked[0]["side"_k].as_text() == "1: if");
  CHECK(asked[1]["side"_k].as_text() == "2: else");
  CHECK(to_json(detail["decision_path"_k]) == R"(["1: if","2: else"])");
  CHECK(to_json(detail["branch_results"_k]) == R"({"1: if":1,"2: else":null})");
}

TEST_CASE("a loop that failed says how it ended, to people and to expressions",
          "[patterns][results]") {
  const std::string body = R"("limits":{"steps":3},"iterator":{"while":"true"},"body":)" +
                           echo("b", R"("{{loop.number}}")");
  const Outcome alone = run(R"({"id":"x","type":"loop",)" + body + "}");
  CHECK(alone.state == RunState::failed);
  CHECK(alone.detail.view()["ended_by"_k].as_text() == "limit");
  CHECK(alone.detail.view()["iterations"_k].as_i64() == 3);
  CHECK(alone.detail.view()["partial_results"_k].size() == 3);
  const Outcome inner = run(R"({"id":"x","steps":[{"id":"l","type":"loop","on_error":"continue",)" +
                            body + "}," + echo("told", R"("{{l.metadata.ended_by}}")") + "]}");
  CHECK(inner.result.view().as_text() == "limit");
}
