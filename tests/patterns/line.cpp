// Definitions in one line: to the model and back, and what comes of them.
#include <random>
#include <string>

#include <weft/kernel.hpp>
#include <weft/sdk/json.hpp>

#include "catch.hpp"
#include "house.hpp"
#include "json.hpp"
#include "printer.hpp"
#include "reader.hpp"

using namespace weft;
using namespace weft::lit;
using weft::line::Tree;
using weft::tests::kernel;

namespace {

std::string problems_of(const Loaded& loaded) {
  std::string text;
  for (const Error& e : loaded.problems) text += e.code + ": " + e.message + " (" + e.hint + ")\n";
  return text;
}

Tree read(const std::string& text) {
  weft::line::Reader reader(text);
  Tree tree;
  INFO(text);
  const bool is_read = reader.read(tree);
  INFO(reader.fault().message);
  REQUIRE(is_read);
  return tree;
}

std::string json_of(const Tree& tree) {
  std::string out;
  const char* separator = "";
  switch (tree.kind) {
    case Tree::Kind::text: sdk::append_json_text(out, tree.text); return out;
    case Tree::Kind::number: return std::to_string(tree.number);
    case Tree::Kind::boolean: return tree.number != 0 ? "true" : "false";
    case Tree::Kind::list:
      for (const Tree& one : tree.items) out += separator + json_of(one), separator = ",";
      return "[" + out + "]";
    case Tree::Kind::object:
      for (size_t i = 0; i < tree.items.size(); ++i, separator = ",") {
        out += separator;
        sdk::append_json_text(out, tree.keys[i]);
        out += ":" + json_of(tree.items[i]);
      }
      return "{" + out + "}";
  }
  return out;
}

// Lines with everything that the grammar has.
class Drawn final {
 public:
  explicit Drawn(uint32_t seed) : random_(seed) {}

  std::string line() {
    const bool is_flow = one_in(3);
    std::string content = is_flow ? "if " + flow(0) : chain(0);
    std::string text = is_flow ? "/flow \"" : "/chain \"";
    for (const char c : content) text += std::string(c == '"' ? "\\" : "") + c;
    text += "\"";
    if (one_in(3)) text += " --error=continue";
    if (one_in(4)) text += " --id=drawn";
    if (one_in(5)) text += " --legacy-mode --preserve-output-format";
    if (is_flow && one_in(3)) text += " --learning";
    if (!is_flow && one_in(3)) text += " --save-state";
    if (!is_flow && one_in(3)) text += " --parallel=off";
    return text;
  }

 private:
  bool one_in(uint32_t n) { return random_() % n == 0; }

  std::string chain(int depth) {
    std::string text = item(depth);
    while (!one_in(3)) text += (one_in(2) ? " → " : one_in(2) ? "->" : " |> ") + item(depth);
    return text;
  }

  std::string item(int depth) {
    std::string text = one_in(5) ? "named_" + std::to_string(++made_) + ": " : "";
    if (depth < 3 && one_in(4)) {
      text += "[" + item(depth + 1);
      while (!one_in(2)) text += ", " + item(depth + 1);
      return text + "]";
    }
    text += action();
    return one_in(5) ? text + "*" + std::to_string(1 + random_() % 4) : text;
  }

  std::string action() {
    static constexpr const char* texts[] = {
        "look it up", "'a → b, c'",   "\"say 'x'\"", "don't",      "https://x.org/a",
        "a\\, b",     "x \\* 3",      "'it''s'",     "über → \\→", "'then'",
        "{{step_1}}", "100 % of $it", "'back\\\\'"};
    const std::string text = texts[random_() % 8];
    if (one_in(4)) return "/echo";
    return one_in(2) ? "/echo " + text : text;
  }

  std::string flow(int depth) {
    std::string text = condition() + " then " + side(depth);
    while (one_in(3)) text += " else if " + condition() + " then " + side(depth);
    return one_in(2) ? text + " else " + side(depth) : text;
  }

  std::string condition() {
    static constexpr const char* texts[] = {"input.n > 3", "input.s == 'then'", "a and (b or c)",
                                            "x contains \"else\""};
    return texts[random_() % 4];
  }

  std::string side(int depth) {
    if (depth > 2 || one_in(2)) return action();
    return one_in(2) ? "(if " + flow(depth + 1) + ")" : "(" + chain(depth + 1) + ")";
  }

  std::mt19937 random_;
  int made_ = 0;
};

}  // namespace

TEST_CASE("one_line_form_round_trips", "[patterns][line]") {
  const auto k = kernel();
  for (uint32_t seed = 1; seed <= 2000; ++seed) {
    const std::string text = Drawn(seed).line();
    INFO("seed " << seed << ": " << text);
    const Tree tree = read(text);
    const auto printed = weft::line::print(tree);
    REQUIRE(printed);
    REQUIRE(weft::line::equals(read(*printed), tree));
    REQUIRE(weft::line::print(read(*printed)) == printed);
    // What is kept of a definition is JSON.
    Tree kept;
    REQUIRE(weft::line::read_json(json_of(tree), kept));
    REQUIRE(weft::line::equals(kept, tree));
  }
}

TEST_CASE("a line is the definition that its tree says", "[patterns][line]") {
  const auto k = kernel();
  for (const std::string text :
       {R"(/chain "/echo a → [/echo b, named: /echo c]*2 → /echo" --error=continue)",
        R"x(/flow "if input.n > 3 then /echo big else (/echo x → /echo y)")x"}) {
    const Loaded by_line = k->load(text, "test.line");
    const Loaded by_tree = k->load(json_of(read(text)), "test.json");
    INFO(text << "\n" << problems_of(by_line) << problems_of(by_tree));
    REQUIRE(!by_line.workflow.empty());
    REQUIRE(!by_tree.workflow.empty());
    CHECK(by_line.workflow.front().hash() == by_tree.workflow.front().hash());
  }
}

TEST_CASE("an item of a line begins when all of the one before it has ended", "[patterns][line]") {
  const auto k = kernel();
  const Loaded loaded =
      k->load(R"(/chain "/echo a → [/echo b, /echo c] → /echo '{{step_2}}{{step_3}}'")", "x.line");
  INFO(problems_of(loaded));
  REQUIRE(!loaded.workflow.empty());
  const auto outcome = k->run(loaded.workflow.front(), {});
  REQUIRE(outcome);
  CHECK(outcome->result.to_json() == "\"bc\"");
  const std::string said = loaded.workflow.front().explain_text();
  INFO(said);
  for (const char* edge :
       {"step_1 → step_2", "step_1 → step_3", "step_2 → step_4", "step_3 → step_4"}) {
    CHECK(said.find(edge) != std::string::npos);
  }
}

TEST_CASE("unknown_command_fails_with_a_recovery_plan", "[patterns][line]") {
  const auto k = kernel();
  const Loaded near = k->load(R"(/chain "/ehco a → /echo b")", "x.line");
  CHECK(problems_of(near) ==
        "spec.unknown_command: there is no command 'ehco' (did you mean 'echo'? 'weft tools list' "
        "names the tools, each of which is a command; or give 'commands' a row 'ehco')\n");
  REQUIRE(!near.problems.empty());
  CHECK(near.problems.front().where.column == 9);
  // A text without a command is for an agent.
  const Loaded later = k->load(R"(/chain "a → /echo b")", "x.line");
  CHECK(
      problems_of(later).starts_with("spec.unknown_command: the command 'task' gives its text to "
                                     "an agent, which is not available"));
}

TEST_CASE("a row of 'commands' says which tool, what it is given and where the rest goes",
          "[patterns][line]") {
  const auto k = kernel();
  const Loaded loaded = k->load(
      R"({"id":"x","type":"chain","commands":{
            "shout":{"tool":"echo","input":"input"},
            "greet":{"tool":"echo","parameters":{"input":"hello"}}},
          "steps":[{"id":"a","command":"greet"},{"id":"b","command":"greet","input":"bye"},
                   {"id":"c","command":"shout","input":"{{a}} and {{b}}"}]})",
      "x.json");
  INFO(problems_of(loaded));
  REQUIRE(!loaded.workflow.empty());
  const auto outcome = k->run(loaded.workflow.front(), {});
  REQUIRE(outcome);
  CHECK(outcome->result.to_json() == "\"hello and bye\"");
}

TEST_CASE("a line that needs a pattern which is not there says so", "[patterns][line]") {
  const auto k = kernel();
  for (const std::string name : {"swarm", "pipeline", "stream"}) {
    const Loaded loaded = k->load("/" + name + " \"in → [a, b] → out\"", "x.line");
    CHECK(problems_of(loaded) == "spec.not_available: '/" + name +
                                     "' needs a pattern that this version does not have "
                                     "('/chain' and '/flow' are there)\n");
  }
}
