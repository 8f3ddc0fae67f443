// Second ways, caches, waits, approvals and variables, as definitions say them.
#include "catch.hpp"
#include "definition.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

std::string with_step(const std::string& fields) {
  return R"({"id":"x","input_schema":{"properties":{"text":{}}},"variables":{"count":{"type":"integer","default":1}},)"
         R"("steps":[{"id":"a",)" +
         fields + "}]}";
}

TEST_CASE("what is wrong with a rare field is said at its place", "[plan]") {
  const auto [fields, expected] = GENERATE(table<const char*, const char*>({
      {R"("wait":{})", "/steps/0/wait spec.no_alternative: a wait is for a time"},
      {R"("wait":{"for":"1s","signal":"s"})", "/steps/0/wait spec.no_alternative: "},
      {R"("wait":"soon")", "/steps/0/wait spec.range: 'wait' must be a duration"},
      {R"("wait":{"signal":"s","timeuot":"1s"})",
       "/steps/0/wait/timeuot spec.unknown_field: unknown field 'timeuot'"},
      {R"("wait":{"signal":"s","on_timeout":"stop"})",
       "/steps/0/wait/on_timeout spec.unknown_value: 'on_timeout' must be 'fail' or 'continue'"},
      {R"("approval":{"quorum":0})", "/steps/0/approval/quorum spec.range: "},
      {R"("approval":{"on_deadline":"wait"})",
       "/steps/0/approval/on_deadline spec.unknown_value: "},
      {R"("approval":{"form":{"type":"strin"}})", "/steps/0/approval/form/type spec.schema: "},
      {R"("set":{"cuont":2})",
       "/steps/0/set/cuont spec.unknown_reference: the definition declares no variable 'cuont' "
       "(did you mean 'count'?)"},
      {R"("set":3)", "/steps/0/set spec.wrong_type: 'set' must be an object of variables"},
      {R"("wait":"1s","tool":"send")", "/steps/0/wait spec.step_kind: a step does one thing"},
      {R"("wait":"1s","cache":true)",
       "/steps/0/cache spec.unknown_field: only the step of a tool has 'cache'"},
      {R"("tool":"send","cache":true)", "/steps/0/cache spec.cache_forbidden: the tool 'send'"},
      {R"("tool":"send","compensate":"send")",
       "/steps/0/compensate spec.retry_forbidden: a compensation must be repeatable"},
      {R"("tool":"send","alternative":{"tool":"sned"})",
       "/steps/0/alternative/tool spec.unknown_tool: no tool is called 'sned'"},
      {R"("tool":"send","alternative":{})",
       "/steps/0/alternative spec.missing_field: 'tool' is missing"},
      {R"("tool":"send","pivot":1)",
       "/steps/0/pivot spec.wrong_type: 'pivot' must be true or false"},
      {R"("tool":"send","on_error":{"recover":{"defualt":1}})",
       "/steps/0/on_error/recover/defualt spec.unknown_field: unknown field 'defualt' (did you "
       "mean "
       "'default'?)"},
      {R"("tool":"upper","input":"x","compensate":{"tool":"upper","input":"{{orignal.result}}"})",
       "/steps/0/compensate/input spec.unknown_reference: "},
  }));
  CAPTURE(fields);
  const Definition made(with_step(fields));
  CHECK_THAT(made.problems(), Catch::Contains(expected));
  CHECK(made.built.problems.size() == 1);
}

TEST_CASE("a compensation may speak of what it undoes, and nothing else may", "[plan]") {
  const std::string ways =
      R"("tool":"upper","input":"x","compensate":{"tool":"upper","input":"{{original.result}}"})";
  CHECK(Definition(with_step(ways)).problems() == "");
  CHECK_THAT(Definition(with_step(R"("tool":"upper","input":"{{original.result}}")")).problems(),
             Catch::Contains("nothing is called 'original'"));
}

TEST_CASE("the default of a variable fits its schema", "[plan]") {
  const Definition made(R"({"id":"x","variables":{"n":{"type":"integer","default":"one"}},)"
                        R"("steps":[]})");
  CHECK_THAT(made.problems(), Catch::Contains("/variables/n/default spec.wrong_type: "));
}

}  // namespace
}  // namespace weft::tests
