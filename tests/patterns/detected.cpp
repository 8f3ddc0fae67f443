// Definitions that leave their form to the kernel, stages of any pattern, and what is predicted.
#include <cstdio>
#include <string>

#include <weft/kernel.hpp>

#include "catch.hpp"
#include "house.hpp"

using namespace weft;
using namespace weft::lit;
using weft::tests::kernel;

namespace {

std::string problems_of(const Loaded& loaded) {
  std::string text;
  for (const Error& e : loaded.problems) text += e.code + ": " + e.message + "\n";
  return text;
}

Workflow load(Kernel& kernel, const std::string& definition) {
  Loaded loaded = kernel.load(definition, "test.json");
  INFO(definition << "\n" << problems_of(loaded));
  REQUIRE(!loaded.workflow.empty());
  return loaded.workflow.front();
}

std::string result_of(Kernel& kernel, const Workflow& workflow) {
  const auto outcome = kernel.run(workflow, {});
  REQUIRE(outcome);
  return outcome->result.to_json();
}

std::string echo(const std::string& id, const std::string& input, const std::string& more = {}) {
  return R"({"id":")" + id + R"(","tool":"echo","parameters":{"input":)" + input + "}" + more + "}";
}

bool says(const Workflow& workflow, const std::string& text) {
  return workflow.explain_text().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("'auto' means what the definition would mean with its form said", "[patterns][auto]") {
  const auto k = kernel();
  struct Case {
    std::string form, fields, why;
  };
  const Case cases[] = {
      {"chain", R"("steps":[)" + echo("a", "1") + "," + echo("b", R"("{{a}}2")") + "]",
       "mode chain, because each step follows the one before it\nchain by dag@"},
      {"flow", R"("conditions":[{"if":"1 < 2","then":[)" + echo("a", "1") + "]}]",
       "mode flow, because it has the condition '1 < 2'\nflow by conditional@"},
      {"hybrid",
       R"("steps":[)" + echo("a", "1") + "," + echo("b", "2", R"(,"depends_on":"a")") + "," +
           echo("c", "3", R"(,"depends_on":"a")") + "]",
       "mode hybrid, because no other mode fits\nhybrid by dag@"},
  };
  for (const Case& one : cases) {
    const Workflow said = load(*k, R"({"id":"x","type":")" + one.form + "\"," + one.fields + "}");
    const Workflow found = load(*k, R"({"id":"x","type":"auto",)" + one.fields + "}");
    INFO(found.explain_text());
    CHECK(says(found, one.why));
    CHECK(result_of(*k, found) == result_of(*k, said));
    if (one.form != "hybrid") CHECK(found.hash() == said.hash());  // which keeps its own words
  }
}

TEST_CASE("a block may be 'auto', too", "[patterns][auto]") {
  const auto k = kernel();
  const auto with = [&](const std::string& form) {
    return load(*k, R"({"id":"x","steps":[{"id":"inner","type":")" + form + R"(","steps":[)" +
                        echo("a", "1") + "," + echo("b", R"("{{a}}2")") + "]}," +
                        echo("c", R"("{{inner}}3")") + "]}");
  };
  const Workflow found = with("auto");
  INFO(found.explain_text());
  CHECK(
      says(found, "  mode chain, because each step follows the one before it\n    chain by dag@"));
  CHECK(found.hash() == with("chain").hash());
  CHECK(result_of(*k, found) == result_of(*k, with("chain")));
}

TEST_CASE("a mode without a pattern is refused with the rule that fired", "[patterns][auto]") {
  const auto k = kernel();
  const Loaded loaded =
      k->load(R"({"id":"x","type":"auto","continuous":true,"steps":[)" + echo("a", "1") + "]}",
              "test.json");
  CHECK(problems_of(loaded) ==
        "spec.not_available: this is of the mode 'pipeline', because it is continuous, and no "
        "pattern for it is installed\n");
}

TEST_CASE("stages of any pattern follow each other unless they say otherwise",
          "[patterns][hybrid]") {
  const auto k = kernel();
  const Workflow workflow = load(
      *k, R"({"id":"x","type":"hybrid","global_settings":{"error_strategy":"continue"},"stages":[
        {"stage_id":"first","type":"chain","steps":[)" +
              echo("a", "1") + "," + echo("b", R"("{{a}}2")") +
              R"(]},
        {"stage_id":"second","type":"flow","conditions":[{"if":"first == '12'","then":[)" +
              echo("yes", R"("y{{first}}")") + R"(],"else":[)" + echo("no", R"("n")") + R"(]}]},
        {"stage_id":"third","type":"loop","iterator":{"range":{"start":0,"end":2}},"body":)" +
              echo("c", R"("{{loop.index}}{{second}}")") + R"(},
        {"stage_id":"beside","type":"parallel","depends_on":["first"],"branches":[)" +
              echo("p", "1") + "," + echo("q", "2") + R"(]},
        )" + echo("last", R"("{{third}}{{beside}}")", R"(,"depends_on":["third","beside"])") +
              "]}");
  const std::string said = workflow.explain_text();
  INFO(said);
  for (const char* edge :
       {"first → second", "second → third", "first → beside", "third → last", "beside → last"}) {
    CHECK(said.find(edge) != std::string::npos);
  }
  CHECK(said.find("third → beside") == std::string::npos);
  CHECK(result_of(*k, workflow) == R"("[\"0y12\",\"1y12\"][1,2]")");
}

TEST_CASE("a stage that failed and is continued from keeps no stage from running",
          "[patterns][hybrid]") {
  const auto k = kernel();
  const std::string stages = echo("a", R"("{{$input.absent}}")") + "," + echo("b", "2");
  const auto run = [&](const std::string& settings) {
    const auto outcome = k->run(
        load(*k, R"({"id":"x","type":"hybrid",)" + settings + R"("stages":[)" + stages + "]}"), {});
    REQUIRE(outcome);
    return std::string(to_text(outcome->state));
  };
  CHECK(run("") == "failed");
  CHECK(run(R"("global_settings":{"error_strategy":"continue"},)") == "partially_completed");
}

TEST_CASE("prediction_without_history_is_one_minus_one_over_n", "[patterns][auto]") {
  const auto k = kernel();
  for (int n = 2; n <= 12; ++n) {
    std::string steps;
    for (int i = 0; i < n; ++i) {
      steps += (i > 0 ? "," : "") + echo("s" + std::to_string(i), std::to_string(i));
    }
    char gain[64];
    std::snprintf(gain, sizeof gain, "gain %.2f", 1.0 - 1.0 / n);
    const Workflow workflow = load(*k, R"({"id":"x","type":"chain","steps":[)" + steps + "]}");
    INFO(workflow.explain_text());
    CHECK(says(workflow, std::string("(fork_join, ") + gain + ")"));
    CHECK(says(workflow, std::string("\n") + gain + ", parallel opportunity"));
  }
}

TEST_CASE("groups are held together as what is in them asks for", "[patterns][chain]") {
  const auto k = kernel();
  const auto step = [](const std::string& id, const std::string& more) {
    return R"({"id":")" + id + R"(","tool":"file_operations","parameters":{"operation":"write",)" +
           R"("path":")" + id + R"(","content":"x"})" + more + "}";
  };
  const auto coordination = [&](const std::string& steps) {
    const Loaded loaded =
        k->load(R"({"id":"x","type":"chain","steps":[)" + steps + "]}", "test.json");
    INFO(problems_of(loaded));
    REQUIRE(!loaded.workflow.empty());
    const std::string said = loaded.workflow.front().explain_text();
    const size_t at = said.find("group 1: ");
    const size_t open = said.find('(', at);
    return said.substr(open + 1, said.find(',', open) - open - 1);
  };
  const std::string two = step("a", R"(,"writes":"x")") + "," + step("b", R"(,"writes":"y")");
  CHECK(coordination(echo("a", "1") + "," + echo("b", "2")) == "fork_join");
  CHECK(coordination(two) == "event_driven");
  CHECK(coordination(two + "," + step("c", R"(,"writes":"z","depends_on":["a","b"])")) ==
        "barrier");
  CHECK(coordination(two + R"(,{"id":"w","wait":"1s"})") == "barrier");
  CHECK(coordination(two + "," + echo("c", R"("{{a}}")")) == "pipeline");
  CHECK(coordination(two + "," + step("c", R"(,"reads":["x"])")) == "pipeline");
}

TEST_CASE("a block touches what its steps touch", "[patterns][chain]") {
  const auto k = kernel();
  const std::string writes = R"({"id":"w","tool":"file_operations","writes":["x"],"parameters":)"
                             R"({"operation":"write","path":"f","content":"x"}})";
  const Workflow workflow =
      load(*k, R"({"id":"x","type":"chain","steps":[{"id":"block","steps":[)" + writes + "]}," +
                   echo("r", "1", R"(,"reads":"x")") + "," + echo("free", "2") + "]}");
  INFO(workflow.explain_text());
  CHECK(says(workflow, "  block → r\n"));
  CHECK(!says(workflow, "block → free"));
}
