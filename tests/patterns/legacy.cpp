// Definitions in the dialects of before: what each is read as, and what of it is not.
#include <string>

#include <weft/kernel.hpp>

#include "catch.hpp"
#include "house.hpp"
#include "reading.hpp"
#include "writer.hpp"

using namespace weft;
using namespace weft::lit;
using weft::legacy::Reading;
using weft::legacy::Tree;
using weft::tests::kernel;

namespace {

std::string brief(const Tree& tree);

std::string brief_list(const Tree* list) {
  std::string out;
  for (const Tree& one : list->items) out += (out.empty() ? "" : "; ") + brief(one);
  return out;
}

// 'id<before,…=command(input)', blocks in braces, everything else by its name.
std::string brief_step(const Tree& step) {
  std::string out = step.find("id")->text;
  if (const Tree* before = step.find("depends_on")) {
    out += "<";
    for (const Tree& one : before->items) out += (out.back() == '<' ? "" : ",") + one.text;
  }
  if (const Tree* command = step.find("command")) {
    const Tree* given = step.find("parameters");
    out += "=" + command->text + "(" + (given != nullptr ? given->items.front().text : "") + ")";
  }
  if (const Tree* retry = step.find("retry")) {
    out.append("*").append(std::to_string(retry->number));
  }
  for (const char* field : {"run_if", "on_error"}) {
    if (const Tree* said = step.find(field)) out += " " + said->text;
  }
  return out;
}

std::string brief(const Tree& tree) {
  std::string out = tree.find("id") != nullptr ? brief_step(tree) : "";
  if (const Tree* asked = tree.find("if")) out += "if " + asked->text;
  for (const char* field : {"iterator", "until", "max_iterations", "count"}) {
    const Tree* said = tree.find(field);
    if (said == nullptr) continue;
    out += std::string(" ") + field + " " + said->text;
    if (said->kind == Tree::Kind::number) out += std::to_string(said->number);
    if (said->kind == Tree::Kind::object) out += std::to_string(said->items.front().number);
  }
  for (const char* field : {"steps", "conditions", "then", "elif", "else", "body"}) {
    const Tree* inner = tree.find(field);
    if (inner != nullptr) out += std::string(" ") + field + "{" + brief_list(inner) + "}";
  }
  return out;
}

struct Row {
  const char* text;
  const char* expected;  // or the fault
  uint32_t confidence;
};

void check_rows(const char* dialect, std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    Reading reading;
    INFO(row.text);
    if (!legacy::read(row.text, reading)) {
      CHECK(reading.fault.message == row.expected);
      CHECK(row.confidence == 0);
      continue;
    }
    CHECK(legacy::name_of(reading.dialect) == dialect);
    CHECK((reading.is_converted() ? brief(reading.definition) : "nothing") == row.expected);
    CHECK(reading.confidence == row.confidence);
  }
}

std::string findings_of(const char* text) {
  Reading reading;
  REQUIRE(legacy::read(text, reading));
  std::string out;
  for (const legacy::Finding& one : reading.findings) {
    if (one.kind == legacy::Kind::step) continue;
    out += std::string(legacy::name_of(one.kind)) + "@" + std::to_string(one.place.at) + " " +
           one.what + "\n";
  }
  return out;
}

}  // namespace

TEST_CASE("a prose list is parted by commas, line ends and 'then'", "[patterns][legacy]") {
  check_rows(
      "prose_list",
      {{"create tests, implement feature, then deploy",
        "chain steps{step_1=task(create tests); step_2<step_1=task(implement feature); "
        "step_3<step_2=task(deploy)}",
        80},
       {"a then b", "chain steps{step_1=task(a); step_2<step_1=task(b)}", 80},
       {"first a, and then b", "chain steps{step_1=task(a); step_2<step_1=task(b)}", 80},
       {"1. a\n2. b,\n3. /echo c",
        "chain steps{step_1=task(a); step_2<step_1=task(b); "
        "step_3<step_2=echo(c)}",
        80},
       {"- a\n- b", "chain steps{step_1=task(a); step_2<step_1=task(b)}", 80},
       {"write 'a, b', don't stop",
        "chain steps{step_1=task(write a, b); "
        "step_2<step_1=task(don't stop)}",
        80},
       {"call f(a, b), end", "chain steps{step_1=task(call f(a, b)); step_2<step_1=task(end)}", 80},
       {"Thenceforth act", "chain steps{step_1=task(Thenceforth act)}", 50},
       {"a, , b", "a step is missing here", 0},
       {"a, then", "a step is missing here", 0},
       {"?, b", "this names nothing to do", 0},
       {"(a, b", "a bracket is not closed", 0},
       {"# only a remark", "the text says nothing", 0}});
}

TEST_CASE("an arrow line and lines of commands are chains", "[patterns][legacy]") {
  check_rows("arrow_line",
             {{"/echo a → b |> c*2",
               "chain steps{step_1=echo(a); step_2<step_1=task(b); step_3<step_2=task(c)*2}", 90},
              {"x: /a -> both: [/b, /c d] -> /e",
               "chain steps{x=a(); both_1<x=b(); both_2<x=c(d); step_4<both_1,both_2=e()}", 95},
              {"/a →\n/b\n/c", "chain steps{step_1=a(); step_2<step_1=b(); step_3<step_2=c()}", 60},
              {"/a 'x → y' → /b", "chain steps{step_1=a(x → y); step_2<step_1=b()}", 95},
              {"a → → b", "a step is missing here", 0},
              {"/ → b", "this names nothing to do", 0},
              {"[a → b", "a bracket is not closed", 0}});
  check_rows("slash_commands", {{"/a x\n\n# remark\n/b y, z\n",
                                 "chain steps{step_1=a(x); step_2<step_1=b(y, z)}", 95},
                                {"/deploy prod, now", "chain steps{step_1=deploy(prod, now)}", 80},
                                {"/echo {{ x }}", "chain steps{step_1=echo({{ x }})}", 60},
                                {"/chain \"a → b\"", "this is a line of today, no old text", 0},
                                {"/ x", "a command has a name", 0}});
}

TEST_CASE("each mode of a flagged chain has its own form", "[patterns][legacy]") {
  check_rows(
      "flagged_chain",
      {{R"(sequential --commands="/a x, /b")", "chain steps{step_1=a(x); step_2<step_1=b()}", 100},
       {R"(parallel --workflows="a:(/x, /y),b:/z" --coordination --consolidation="/join")",
        "chain steps{a steps{step_2=x(); step_3<step_2=y()}; b=z(); consolidation<a,b=join()}", 90},
       {R"(conditional --start=/s --routing="bug: /f, else: /g" --completion=/e)",
        "chain steps{start=s(); routing<start conditions{if default(string(start) contains "
        "\"bug\", false) then{step_2=f()} else{step_3=g()}}; completion<routing=e()}",
        50},
       {R"(conditional --routing="score > 3: /f")",
        "flow conditions{if score > 3 then{step_1=f()}}", 80},
       {R"(conditional --start=/s --routing="failure: /f")",
        "chain steps{start=s() continue; routing<start conditions{if default(start.success, true) "
        "== false then{step_2=f()}}}",
        80},
       {R"(iterative --command=/w --criteria="result.score >= 8, ok" --max_iterations=3)",
        "loop until (loop.result.score >= 8) and (default(string(loop.result) contains \"ok\", "
        "false)) max_iterations 3 body{step_1=w()}",
        50},
       {"iterative --command=/w --max-iterations=2", "loop iterator 2 body{step_1=w()}", 100},
       {"adaptive --analysis=/a --simple_path=/s --complex_path=/c",
        "chain steps{analysis=a(); paths<analysis conditions{if default(string(analysis) contains "
        "\"simple\", false) then{simple_path=s()} else{complex_path=c()}}}",
        60},
       {"resilient --primary-workflow=/p --fallback-workflows=\"/f, g:/h\" "
        "--recovery-strategy=retry",
        "dag steps{primary=p()*1 continue; step_2<primary=f() failure continue; g<step_2=h() "
        "failure}",
        60},
       {"recovery --failed-step=b", "nothing", 100},
       {"recovery --failed-step=b --commands=/a", "chain steps{step_1=a()}", 70},
       {"custom --x=1", "nothing", 100},
       {"optimize", "nothing", 100},
       {"sequential", "a 'sequential' chain needs '--commands=\"…\"'", 0},
       {"sequential --commands=/a --commands=/b", "'--commands' is given twice", 0},
       {"conditional --routing=/f", "a route is a condition, a colon and an action", 0},
       {"conditional --routing=\"else: /f\"", "no route has a condition", 0},
       {"iterative --command=/w", "nothing ends this loop", 0},
       {"iterative --command=/w --max_iterations=0", "'--max_iterations' is a whole number from 1",
        0},
       {"adaptive --analysis=/a --simple_path=/s --complex_path",
        "chain steps{analysis=a(); paths<analysis conditions{if default(string(analysis) contains "
        "\"simple\", false) then{simple_path=s()}}}",
        60},
       {"adaptive --analysis=/a", "an 'adaptive' chain needs a path", 0}});
}

TEST_CASE("what an old text says and no definition does is lost, never left out in silence",
          "[patterns][legacy]") {
  CHECK(findings_of("a, if b then c") == "lost@3 a condition in words\n");
  CHECK(findings_of("a until b") == "lost@2 a repetition in words\n");
  CHECK(findings_of("do a and b") == "assumed@5 'and' within a step\n");
  CHECK(findings_of("sequential --commands=/a --color=red") ==
        "shape@0 the mode 'sequential'\nlost@25 the flag '--color'\n");
  CHECK(findings_of("iterative --command=/w --criteria=\"all is well\" --max_iterations=2") ==
        "shape@0 the mode 'iterative'\nlost@35 a criterion\n");
  CHECK(findings_of("conditional --routing=\"all is well: /f\"") ==
        "shape@0 the mode 'conditional'\nlost@23 a condition\n");
  CHECK(findings_of("parallel --workflows=\"/a,/b\" --coordination=barter") ==
        "shape@0 the mode 'parallel'\nlost@29 a way of coordination\n");
  CHECK(findings_of("custom --x") == "refused@0 the mode 'custom'\n");
}

TEST_CASE("an old text is the same definition as the YAML that it is converted to",
          "[patterns][legacy]") {
  const auto k = kernel();
  for (const std::string text :
       {"/echo a → [/echo b, x: /echo 'c: \"d\" # e']*2 → /echo über",
        "/echo a, then /echo true, then /echo - 1", "/echo a\n/echo b\\n",
        R"(parallel --workflows="a:(/echo x, /echo y),b:/echo z" --consolidation="/echo j")",
        R"(conditional --start="/echo bug" --routing="bug: /echo f, else: /echo g")",
        R"(iterative --command="/echo ok" --criteria=ok --max_iterations=3)",
        R"(adaptive --analysis="/echo a" --simple_path="/echo s" --medium_path="/echo m")",
        R"(resilient --primary-workflow="/echo p" --fallback-workflows="/echo f, /echo g")"}) {
    INFO(text);
    Reading reading;
    REQUIRE(legacy::read(text, reading));
    const std::string yaml = legacy::to_yaml(text, reading);
    INFO(yaml);
    const Loaded old = k->load(text, "old.legacy"), now = k->load(yaml, "new.yaml");
    REQUIRE(!old.workflow.empty());
    REQUIRE(!now.workflow.empty());
    CHECK(old.workflow.front().hash() == now.workflow.front().hash());
    CHECK(now.workflow.front().explain_text().find("legacy_mode") != std::string::npos);
    REQUIRE(k->run(now.workflow.front(), {}));
  }
}

TEST_CASE("the fields of converted definitions are true or false", "[patterns][legacy]") {
  const auto k = kernel();
  const std::string head = R"({"id":"x","steps":[{"id":"a","tool":"echo","input":1}],)";
  CHECK(!k->load(head + R"("legacy_mode":true,"preserve_output_format":false})", "x.json")
             .workflow.empty());
  const Loaded wrong = k->load(head + R"("legacy_mode":"yes"})", "x.json");
  REQUIRE(wrong.problems.size() == 1);
  CHECK(wrong.problems.front().message == "'legacy_mode' must be true or false, not a text");
}
