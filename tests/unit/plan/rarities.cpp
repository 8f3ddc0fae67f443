// Second ways, caches, waits, approvals and variables, as definitions say them.
#include "catch.hpp"
#include "definition.hpp"

namespace weft::tests {
namespace {

using namespace weft::lit;

std::string with_step(const std::string& fields) {
  return R"({"id":"x","input_schema":{"properties":{"text":{}}},)"
         R"("variables":{"count":{"type":"integer","default":1}},)"
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
      {R"("set":{"count[*]":2})",
       "/steps/0/set/count[*] spec.pattern: 'count[*]' is not a path to one place"},
      {R"("tool":"upper","input":"x","merge":"error")",
       "/steps/0/merge spec.unknown_field: only a block has 'merge'"},
      {R"("steps":[],"merge":"last_wrtier")",
       "/steps/0/merge spec.unknown_value: 'merge' is none of its policies (did you mean "
       "'last_writer'?)"},
      {R"("steps":[],"merge":{"polciy":"error"})",
       "/steps/0/merge/polciy spec.unknown_field: unknown field 'polciy'"},
      {R"("steps":[],"merge":{"reduce":{"count":"summ"}})",
       "/steps/0/merge/reduce/count spec.unknown_value: nothing says how values of 'count' come"},
      {R"("steps":[],"merge":{"reduce":{"a..b":"sum"}})",
       "/steps/0/merge/reduce/a..b spec.pattern: 'a..b' is not a path to one place"},
      {R"("steps":[],"merge":{"reduce":{"count":{"custom":"merged + vlaue"}}})",
       "/steps/0/merge/reduce/count spec.unknown_reference: nothing is called 'vlaue'"},
      {R"("tool":"upper","input":"{{merged}}")",
       "/steps/0/input spec.unknown_reference: nothing is called 'merged'"},
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

TEST_CASE("what is wrong with state beside runs is said at its place", "[plan]") {
  const auto [fields, expected] = GENERATE(table<const char*, const char*>({
      {R"("set":{"global:count":2})",
       "/steps/0/set/global:count spec.pattern: 'global:count' is no variable, and no place of "
       "state either (write $global.key)"},
      {R"("set":{"$global":2})",
       "/steps/0/set/$global spec.pattern: '$global' is all of a scope, not a key in it"},
      {R"("set":{"$globl.x":2})",
       "/steps/0/set/$globl.x spec.pattern: '$globl.x' names no scope of state (did you mean "
       "'global'?)"},
      {R"("set":{"$custom":2})", "/steps/0/set/$custom spec.pattern: '$custom' does not say whose"},
      {R"("tool":"upper","input":"{{$custom}}")",
       "/steps/0/input spec.unknown_reference: '$custom' does not say whose"},
      {R"("tool":"upper","input":"{{$sesion.x}}")",
       "/steps/0/input spec.unknown_reference: nothing is called '$sesion' at character 3 (did you "
       "mean '$session'?)"},
      {R"("state":{})", "/steps/0/state spec.no_alternative: a step of state does nothing"},
      {R"("state":{"get":"global.x"})",
       "/steps/0/state/get spec.pattern: 'global.x' is no place of state (write $global.key)"},
      {R"("state":{"set":"$global.x"})", "/steps/0/state spec.missing_field: 'value' is missing"},
      {R"("state":{"clear":"$global.x"})",
       "/steps/0/state/clear spec.pattern: '$global.x' is a key in a scope, not all of it"},
      {R"("state":{"copy":"$global"})", "/steps/0/state spec.missing_field: 'to' is missing"},
      {R"("state":{"delete":"$global.x","value":1})",
       "/steps/0/state/value spec.unknown_field: 'delete' has no 'value'"},
      {R"("state":{"set":"$global.x","value":1,"class":"trusted"})",
       "/steps/0/state/class spec.unknown_value: 'trusted' is no class that a value can be given"},
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

TEST_CASE("what is to be hidden is checked", "[plan]") {
  const auto [redact, expected] = GENERATE(table<const char*, const char*>({
      {R"(["a"])", "/redact spec.wrong_type: 'redact' must be an object"},
      {R"({"kyes":["a"]})", "/redact/kyes spec.unknown_field: unknown field 'kyes'"},
      {R"({"keys":"a"})", "/redact/keys spec.wrong_type: 'keys' must be a list of texts"},
      {R"({"values":["a","("]})", "/redact/values/1 spec.pattern: "},
  }));
  const Definition made(std::string(R"({"id":"x","steps":[],"redact":)") + redact + "}");
  CHECK_THAT(made.problems(), Catch::Contains(expected));
}

TEST_CASE("the default of a variable fits its schema", "[plan]") {
  const Definition made(R"({"id":"x","variables":{"n":{"type":"integer","default":"one"}},)"
                        R"("steps":[]})");
  CHECK_THAT(made.problems(), Catch::Contains("/variables/n/default spec.wrong_type: "));
}

}  // namespace
}  // namespace weft::tests
