#include "plan/build.hpp"

#include <cstring>

#include "base/doc.hpp"
#include "catalog.hpp"
#include "catch.hpp"
#include "definition.hpp"

using namespace weft;
using namespace weft::lit;
using tests::Definition;
using tests::FakeCatalog;
using tests::Text;

namespace {

std::string definition_of(std::string_view steps) {
  return R"({"id":"x","steps":)" + std::string(steps) + "}";
}

}  // namespace

TEST_CASE("a definition becomes nodes, templates and edges", "[plan]") {
  const Definition made(R"_({"id":"hello","name":"Hello","version":"1.2.0","tags":["a"],
    "timeout":"10m","durability":"batch","steps":[
      {"id":"a","tool":"upper","parameters":{"input":"x"}},
      {"id":"b","tool":"upper","parameters":{"input":"{{a}}!","times":2},"depends_on":["a"],
       "if":"exists(a)","run_if":"always","retry":2,"timeout":"5s","on_error":"continue"}]})_");
  const plan::Plan& plan = made.plan();
  CHECK(plan.id == "hello");
  CHECK(plan.timeout_ns == 600'000'000'000);
  CHECK(plan.durability == plan::Durability::batch);
  REQUIRE(plan.nodes.size() == 2);
  const plan::Node& a = plan.nodes[0];
  const plan::Node& b = plan.nodes[1];
  CHECK(a.effect == spec::Effect::pure);
  CHECK(base::json_text(plan.templates[a.arguments].constant()) == R"({"input":"x","times":1})");
  CHECK(b.on_error == plan::OnError::proceed);
  CHECK(b.run_if == plan::RunIf::always);
  CHECK(plan.policies[b.policy].attempts_max == 3);
  CHECK(plan.policies[b.policy].timeout_ns == 5'000'000'000);
  CHECK(plan.policies[a.policy] == plan::Policy());
  REQUIRE(plan.templates[b.arguments].roots().size() == 1);
  const expr::Root root = plan.templates[b.arguments].roots()[0];
  CHECK(root == expr::Root{static_cast<uint32_t>(plan::RootKind::step), 0, 0});
  CHECK(plan.pointer(b) == "/steps/1");
  CHECK(made.catalog.given ==
        R"({"form":"sequential","steps":[)"
        R"({"node":0,"id":"a","depends_on":[],"refs":[],"run_if":"success","reads":[],)"
        R"("writes":[],"effect":"pure"},)"
        R"({"node":1,"id":"b","depends_on":[0],"refs":[0],"run_if":"always","reads":[],)"
        R"("writes":[],"effect":"pure"}]})"
        "\n");
}

TEST_CASE("everything wrong is reported at once, sorted by place", "[plan]") {
  const Definition made(R"({"id": "x",
 "stepps": 1,
 "timeout": "soon",
 "merge": "error",
 "input_schema": {"properties": {"name": {"type": "string"}}},
 "steps": [
  {"id": "a", "tool": "uper", "parameters": {"input": "x"}},
  {"id": "a", "tool": "upper", "paramters": {"input": "x"}},
  {"id": "b", "tool": "upper", "parameters": {"input": 1, "inptu": 2}},
  {"id": "c", "tool": "upper", "parameters": {"input": "{{nmae}} {{a +}}"}},
  {"id": "d", "tool": "send", "retry": 1, "depends_on": ["bb"], "semaphore": "m"},
  {"id": "e", "agent": "writer"},
  {"id": "f"},
  {"tool": "send"},
  7
 ]})");
  CHECK(made.built.plan == nullptr);
  CHECK(made.problems() ==
        "2:12 /stepps spec.unknown_field: unknown field 'stepps' (did you mean 'steps'?)\n"
        "3:13 /timeout spec.range: 'timeout' must be a duration, not 'soon' (write "
        "seconds (300), or a text such as \"250ms\", \"5m\", \"1h30m\" or \"PT5M\")\n"
        "7:23 /steps/0/tool spec.unknown_tool: no tool is called 'uper' (did you mean "
        "'upper'?)\n"
        "8:3 /steps/1 spec.missing_field: 'input' is missing (add 'input', a text)\n"
        "8:10 /steps/1/id spec.duplicate_id: the id 'a' is used twice (ids are unique in "
        "a definition, inner blocks included)\n"
        "8:45 /steps/1/paramters spec.unknown_field: unknown field 'paramters' (did you "
        "mean 'parameters'?)\n"
        "9:56 /steps/2/parameters/input spec.wrong_type: 'input' must be a text, not an "
        "integer\n"
        "9:68 /steps/2/parameters/inptu spec.unknown_field: unknown field 'inptu' (did "
        "you mean 'input'?)\n"
        "10:56 /steps/3/parameters/input spec.unknown_reference: nothing is called 'nmae' "
        "at character 3 (did you mean 'name'?)\n"
        "10:56 /steps/3/parameters/input expr.syntax: the expression ends too early at "
        "character 15 (a value or a path is expected)\n"
        "11:40 /steps/4/retry spec.retry_forbidden: the tool 'send' must not be called "
        "twice, so the step cannot be retried (remove the retry, or choose an operation "
        "that may be repeated)\n"
        "11:58 /steps/4/depends_on/0 spec.unknown_reference: there is no step 'bb'\n"
        "11:78 /steps/4/semaphore spec.unknown_reference: the definition declares no resource 'm' "
        "(say how much there is: resources: {m: 3})\n"
        "12:24 /steps/5/agent spec.not_available: 'agent' is not available in this "
        "version (remove it)\n"
        "13:3 /steps/6 spec.step_kind: the step does nothing (give it a 'tool' or a "
        "'type')\n"
        "14:3 /steps/7 spec.missing_field: 'id' is missing (give the step an id)\n"
        "15:3 /steps/8 spec.wrong_type: a step must be an object, not an integer\n");
}

TEST_CASE("unknown field names the nearest known one", "[plan]") {
  const Definition made(definition_of(R"([{"id":"a","tool":"send","paramters":{}}])"));
  CHECK_THAT(made.problems(), ContainsSubstring("did you mean 'parameters'"));
}

TEST_CASE("each mistake has its code and place", "[plan]") {
  const auto [steps, expected] = GENERATE(table<const char*, const char*>({
      {R"([{"id":"a","tool":"send","retry":"x"}])",
       "/steps/0/retry spec.wrong_type: 'retry' must be an integer, not a text"},
      {R"([{"id":"a","tool":"upper","args":{"input":"x"},"retry":{"max_attempts":0}}])",
       "/steps/0/retry/max_attempts spec.range: 'max_attempts' must be between 1 and 1000"},
      {R"([{"id":"a","tool":"upper","args":{"input":"x"},"retry":{"max":1}}])",
       "/steps/0/retry/max spec.unknown_field: unknown field 'max'"},
      {R"([{"id":"a","tool":"send","on_error":"contine"}])",
       "/steps/0/on_error spec.unknown_value: unknown error strategy 'contine' (did you mean "
       "'continue'?)"},
      {R"([{"id":"a","tool":"send","run_if":"never"}])",
       "/steps/0/run_if spec.unknown_value: 'run_if' must be 'success', 'failure' or 'always'"},
      {R"([{"id":"a","tool":"send","type":"chain"}])",
       "/steps/0/type spec.step_kind: a step is either a tool or a pattern, not both"},
      {R"([{"id":"a","type":"chian","steps":[]}])",
       "/steps/0/type spec.unknown_form: no pattern is called 'chian' (did you mean 'chain'?)"},
      {R"([{"id":"a","tool":"sql","args":{"query":"x","operation":"execute"},"retry":1}])",
       "/steps/0/retry spec.retry_forbidden: the tool 'sql' must not be called twice"},
      {R"([{"id":"a","tool":"sql","args":{"query":"x","operation":"change"},"retry":1}])",
       "/steps/0/retry spec.retry_forbidden: the tool 'sql' must be undone before it is called"},
      {R"([{"id":"a","tool":"sql","args":{"query":"x","operation":"{{run.id}}"},"retry":1}])",
       "/steps/0/retry spec.retry_forbidden: the tool 'sql' must not be called twice"},
      {R"([{"id":"a","tool":"upper","input":5}])",
       "/steps/0/input spec.wrong_type: 'input' must be a text, not an integer"},
      {R"([{"id":"a","tool":"upper","input":"{{"}])", "/steps/0/input expr."},
      {R"([{"id":"a","tool":"send","if":"1 +"}])", "/steps/0/if expr.syntax: "},
      {R"([{"id":"a","tool":"send","if":"steps.b.x == 1"}])",
       "/steps/0/if spec.unknown_reference: nothing is called 'b'"},
      {R"([{"id":"a","tool":"send","args":{"x":"{{b}}"}},{"id":"o","type":"chain","steps":[
           {"id":"b","tool":"send"}]}])",
       "/steps/0/args/x spec.unknown_reference: the step 'b' stands in a block that cannot be "
       "seen from here"},
      {R"([{"id":"a","tool":"send","depends_on":"b"},{"id":"o","type":"chain","steps":[
           {"id":"b","tool":"send"}]}])",
       "/steps/0/depends_on spec.unknown_reference: the step 'b' stands in another block"},
      {R"([{"id":"o","type":"chain","retry":1,"steps":[{"id":"b","tool":"send"}]}])",
       "/steps/0 spec.retry_forbidden: the block 'o' holds a step that must not run twice"},
      {R"([{"id":"a","type":"loop","body":[],"onlimit":"stop"}])",
       "/steps/0/onlimit spec.unknown_field: unknown field 'onlimit' (did you mean 'on_limit'?)"},
      {R"([{"id":"a","type":"loop","body":[],"on_limit":"stopp"}])",
       "/steps/0/on_limit spec.unknown_value: 'on_limit' must be one of 'stop', 'fail_loudly', "
       "not 'stopp' (did you mean 'stop'?)"},
      {R"([{"id":"a","type":"conditional","initial_step":"z","steps":{"y":{"tool":"send"}}}])",
       "/steps/0/initial_step spec.unknown_reference: there is no step 'z'"},
      {R"([{"id":"a","tool":"send","name":7}])", "/steps/0/name spec.wrong_type: "},
      {R"([{"id":"a","tool":"send","reads":[1]}])",
       "/steps/0/reads/0 spec.wrong_type: 'reads' must be a list of names, not an integer"},
      {R"([{"tool":"send"}])", "/steps/0 spec.missing_field: 'id' is missing"},
  }));
  const std::string text = definition_of(steps);
  const Definition made(text);
  CAPTURE(steps);
  CHECK_THAT(made.problems(), ContainsSubstring(expected));
  CHECK(made.built.problems.size() == 1);
}

TEST_CASE("template_inside_sql_query_is_refused", "[plan]") {
  const Definition made(
      definition_of(R"([{"id":"a","tool":"sql","args":{"query":"select {{run.id}}"}}])"));
  CHECK_THAT(made.problems(), ContainsSubstring("/steps/0/args/query template.refused: "));
}

TEST_CASE("what later versions bring is refused plainly", "[plan]") {
  const auto kind = GENERATE("agent", "workflow", "template");
  const std::string other = definition_of(R"([{"id":"a",")" + std::string(kind) + R"(":{}}])");
  CHECK_THAT(Definition(other).problems(), ContainsSubstring("is not available in this version"));
}

TEST_CASE("too many steps is refused", "[plan]") {
  const std::string steps = R"("steps":[{"id":"a","tool":"send"},{"id":"b","tool":"send"}]})";
  const std::string text = R"({"id":"x","limits":{"steps":1},)" + steps;
  const Definition made(text);
  CHECK_THAT(made.problems(), ContainsSubstring("/steps/1 spec.too_many_steps: the definition has "
                                                "more than 1 steps"));
  const std::string enough = R"({"id":"x","limits":{"steps":2},)" + steps;
  CHECK(Definition(enough).problems().empty());
}

TEST_CASE("names that the declared input does not have are mistakes", "[plan]") {
  const std::string head = R"({"id":"x",)";
  const std::string tail = R"("steps":[{"id":"a","tool":"send","args":{"x":"{{nmae}}"}}]})";
  const std::string with = head + R"("input_schema":{"properties":{"name":{}}},)" + tail;
  CHECK_THAT(Definition(with).problems(),
             ContainsSubstring("spec.unknown_reference: nothing is called 'nmae'"));
  CHECK_THAT(Definition(with).problems(), ContainsSubstring("did you mean 'name'?"));
  const std::string without = head + tail;
  CHECK(Definition(without).problems().empty());
}

TEST_CASE("objections of a pattern stand where the user wrote", "[plan]") {
  FakeCatalog catalog;
  catalog.objection = "the step never runs";
  const auto [definition, given, expected] = GENERATE(table<const char*, const char*, const char*>({
      {R"({"id":"x","steps":[{"id":"a","tool":"send","depends_on":["a"]}]})",
       "/steps/0/depends_on/0", "/steps/0/depends_on/0"},
      {R"({"id":"x","type":"conditional","initial_step":"a","steps":{"a":{"tool":"send"}}})",
       "/steps/0", "/steps/a"},
      {R"({"id":"x","type":"loop","steps":{"tool":"send"}})", "/body/0", "/steps"},
      {R"({"id":"x","steps":[]})", "", ""},
      {R"({"id":"x","steps":[]})", "/nowhere", ""},
  }));
  catalog.objection_pointer = given;
  Text text;
  const auto built = plan::build(plan::Source(base::pack(text.json(definition))), catalog.get());
  REQUIRE(built.problems.size() == 1);
  CHECK(built.problems[0].where.pointer == expected);
  CHECK(built.problems[0].message == "the step never runs");
  CHECK(built.problems[0].code == "plan.rejected");
}

TEST_CASE("a definition of the wrong shape is refused, never misread", "[plan]") {
  const auto [text, expected] = GENERATE(table<const char*, const char*>({
      {"7", " spec.wrong_type: a definition must be an object, not an integer"},
      {R"({"id":"x","type":""})", "/type spec.unknown_form: no pattern is called ''"},
      {R"({"id":"x","type":3})", "/type spec.wrong_type: 'type' must be the name of a form"},
      {R"({"id":"x","type":"auto"})",
       "/type spec.not_available: this is of the mode 'hybrid', because no other mode fits"},
      {R"({"id":"x","/chain":"a"})", "/~1chain spec.wrong_type: '/chain' must be an object"},
      {R"({"id":"x","steps":3})", "/steps spec.wrong_type: 'steps' must be a list of steps"},
      {R"({"id":"x"})", " spec.missing_field: 'steps' is missing"},
      {R"({"steps":[]})", " spec.missing_field: 'id' is missing"},
      {R"({"id":"x","limits":{"stepz":1},"steps":[]})",
       "/limits/stepz spec.unknown_field: unknown field 'stepz' (did you mean 'steps'?)"},
      {R"({"id":"x","policy":{"fs":{"raed":[]}},"steps":[]})",
       "/policy/fs/raed spec.unknown_field: unknown field 'raed' (did you mean 'read'?)"},
      {R"({"id":"x","required_tools":["upperr"],"steps":[]})",
       "/required_tools/0 spec.unknown_tool: no tool is called 'upperr'"},
      {R"({"id":"x","on_failure":"undo","steps":[]})",
       "/on_failure spec.unknown_value: 'on_failure' must be 'keep', 'rollback' or 'compensate'"},
      {R"({"id":"x","input_schema":{"type":"strin"},"steps":[]})",
       "/input_schema/type spec.schema: unknown type 'strin'"},
      {R"({"id":"x","steps":[{"id":"p","input":1,"steps":[]}]})",
       "/steps/0/input spec.unknown_field: a pattern takes no 'parameters'"},
  }));
  CAPTURE(text);
  CHECK_THAT(Definition(text).problems(), ContainsSubstring(expected));
}
