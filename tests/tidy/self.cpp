// The checker's own tests: small made-up repositories and exactly what must be found in them.
#include <cstdio>

#include "checks.hpp"
#include "functions.hpp"
#include "lex.hpp"

namespace tidy {
namespace {

struct Sample {
  const char* name;
  const char* check;
  std::vector<File> files;
  std::vector<std::string> found;  // path:line: rule
};

std::string repeated(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

const std::string table = "```\nbase \xe2\x86\x92 expr \xe2\x86\x92 run \xe2\x86\x92 engine\n```\n";
const char* const table_path = "kernel/ARCHITECTURE.md";
const char* const list_path = "tests/tidy/exceptions.txt";

std::vector<Sample> room_samples() {
  return {
      {"no table of rooms", "rooms", {}, {"kernel/ARCHITECTURE.md:1: rooms.table"}},
      {"a room sees itself and those before",
       "rooms",
       {{table_path, table},
        {"kernel/run/a.cpp", "#include \"base/b.hpp\"\n#include \"run/a.hpp\"\n"}},
       {}},
      {"a room sees none after it",
       "rooms",
       {{table_path, table}, {"kernel/base/a.cpp", "\n#include \"run/b.hpp\"\n"}},
       {"kernel/base/a.cpp:2: rooms.order"}},
      {"an include in a comment is none",
       "rooms",
       {{table_path, table}, {"kernel/base/a.cpp", "/*\n#include \"run/b.hpp\"\n*/\n"}},
       {}},
      {"a header without its room",
       "rooms",
       {{table_path, table}, {"kernel/base/a.cpp", "#include \"a.hpp\"\n"}},
       {"kernel/base/a.cpp:1: rooms.spelling"}},
      {"a folder that is no room",
       "rooms",
       {{table_path, table}, {"kernel/attic/a.cpp", "#include \"base/b.hpp\"\n"}},
       {"kernel/attic/a.cpp:1: rooms.table"}},
      {"a plugin that looks into the kernel",
       "rooms",
       {{table_path, table},
        {"plugins/tools/a/a.cpp", "#include \"base/b.hpp\"\n#include <weft/kernel.hpp>\n"}},
       {"plugins/tools/a/a.cpp:1: rooms.outside", "plugins/tools/a/a.cpp:2: rooms.outside"}},
      {"a plugin and its own header",
       "rooms",
       {{table_path, table},
        {"plugins/tools/a/a.cpp", "#include \"b.hpp\"\n"},
        {"plugins/tools/a/b.hpp", "#include <weft/value.hpp>\n"}},
       {}},
      {"a plugin that looks into its neighbour",
       "rooms",
       {{table_path, table},
        {"plugins/tools/a/a.cpp", "#include \"../b/b.hpp\"\n"},
        {"plugins/tools/b/b.hpp", ""}},
       {"plugins/tools/a/a.cpp:1: rooms.outside"}},
      {"a host that looks into the kernel",
       "rooms",
       {{table_path, table}, {"hosts/cli/a.cpp", "#include \"run/b.hpp\"\n"}},
       {"hosts/cli/a.cpp:1: rooms.outside"}},
      {"the API includes C11 only",
       "rooms",
       {{table_path, table}, {"plugin-api/include/weft/a.h", "#include <stdio.h>\n"}},
       {"plugin-api/include/weft/a.h:1: rooms.outside"}},
      {"Boost.JSON by its door",
       "rooms",
       {{table_path, table}, {"kernel/base/json.cpp", "#include <boost/json.hpp>\n"}},
       {}},
      {"Boost.JSON by another door",
       "rooms",
       {{table_path, table}, {"kernel/run/a.cpp", "#include <boost/json/parse.hpp>\n"}},
       {"kernel/run/a.cpp:1: rooms.door"}},
      {"SQLite outside its store",
       "rooms",
       {{table_path, table}, {"hosts/cli/a.cpp", "#include <sqlite3.h>\n"}},
       {"hosts/cli/a.cpp:1: rooms.door"}},
  };
}

std::vector<Sample> text_samples() {
  const std::string body = repeated("  f();\n", 69);
  return {
      {"columns count characters, not bytes",
       "text",
       {{"kernel/run/a.cpp",
         "// " + repeated("\xc3\xa9", 97) + "\n// " + repeated("e", 98) + "\n"}},
       {"kernel/run/a.cpp:2: text.columns"}},
      {"a tab",
       "text",
       {{"kernel/run/a.cpp", "int a;\n\tint b;\n"}},
       {"kernel/run/a.cpp:2: text.tab"}},
      {"a header of 251 lines",
       "text",
       {{"kernel/run/a.hpp", repeated("//\n", 251)}},
       {"kernel/run/a.hpp:251: text.file"}},
      {"a test of 500 lines", "text", {{"tests/unit/run/a.cpp", repeated("//\n", 500)}}, {}},
      {"a function of 71 lines",
       "text",
       {{"kernel/run/a.cpp", "\nvoid f() {\n" + body + "}\n"}},
       {"kernel/run/a.cpp:2: text.function"}},
      {"a class of 71 lines is no function",
       "text",
       {{"kernel/run/a.cpp", "class A final {\n" + repeated("  int f();\n", 69) + "};\n"}},
       {}},
  };
}

std::vector<Sample> ban_samples() {
  return {
      {"a debt that awaits nothing",
       "text",
       {{"kernel/run/a.cpp",
         std::string("// FIX") + "ME\n// HA" + "CK\n// TO" + "DO later\n// TO" + "DO(store): x\n"}},
       {"kernel/run/a.cpp:1: text.debt", "kernel/run/a.cpp:2: text.debt",
        "kernel/run/a.cpp:3: text.debt"}},
      {"using namespace in a header only",
       "text",
       {{"sdk/a.hpp", "using namespace std;\nvoid f() {\n  using namespace lit;\n}\n"},
        {"tests/a.cpp", "using namespace std;\n"}},
       {"sdk/a.hpp:1: text.ban"}},
      {"std::cout in the kernel, not in hosts",
       "text",
       {{"hosts/cli/a.cpp", "std::cout << 1;\n"}, {"kernel/run/a.cpp", "std::cout << 1;\n"}},
       {"kernel/run/a.cpp:1: text.ban"}},
      {"a ban in a comment or a text is none",
       "text",
       {{"kernel/run/a.cpp",
         "// std::cout\nauto a = \"std::cout\";\nauto b = R\"(std::cout)\";\n"}},
       {}},
      {"the clock belongs to the timer",
       "text",
       {{"kernel/engine/timer.cpp", "auto t = std::chrono::steady_clock::now();\n"},
        {"kernel/run/a.cpp", "auto t = std::chrono::steady_clock::now();\n"}},
       {"kernel/run/a.cpp:1: text.ban"}},
      {"sleeping in a test",
       "text",
       {{"tests/unit/a.cpp", "std::this_thread::sleep_for(x);\n"}},
       {"tests/unit/a.cpp:1: text.ban"}},
      {"an exception that is needed",
       "text",
       {{"kernel/run/a.cpp", "\tint a;\n"}, {list_path, "text.tab kernel/run/a.cpp # a table\n"}},
       {}},
      {"an exception that is not needed",
       "text",
       {{"kernel/run/a.cpp", ""}, {list_path, "\ntext.tab kernel/run/a.cpp # a table\n"}},
       {"tests/tidy/exceptions.txt:2: text.tab"}},
      {"an exception without a reason",
       "text",
       {{"kernel/run/a.cpp", "\tint a;\n"}, {list_path, "text.tab kernel/run/\n"}},
       {"tests/tidy/exceptions.txt:1: text.tab"}},
      {"an exception of no check",
       "text",
       {{list_path, "test.tab a.cpp # why\n"}},
       {"tests/tidy/exceptions.txt:1: text.exception"}},
      {"a running kernel of 28,251 lines",
       "text",
       {{"kernel/CMakeLists.txt", ""},
        {"tests/a.cpp", "//\n"},
        {"kernel/run/a.cpp", repeated("//\n", 28'251)}},
       {"kernel/run/a.cpp:401: text.file", "kernel/CMakeLists.txt:1: text.kernel"}},
  };
}

std::vector<Sample> name_samples() {
  const std::string bad = std::string("struct Run") + "Ta" + "sk {};\n";
  return {
      {"two types of one name in one namespace",
       "twins",
       {{"tests/sim/b.hpp", "namespace w {\nvoid f() {\n}\nstruct A final {\n};\n}\n"},
        {"tests/support/a.hpp", "namespace w {\nstruct A : B {\n};\n}\n"}},
       {"tests/support/a.hpp:2: twins.type"}},
      {"types that are no twins",
       "twins",
       {{"kernel/a.cpp", "namespace w {\nnamespace {\nstruct A {\n};\n}\nclass B;\n}\n"},
        {"kernel/a.hpp", "namespace w {\nstruct A {\n  struct B {\n  };\n};\n}\n"},
        {"kernel/b.hpp", "namespace v {\nstruct A {\n};\nstruct B {\n};\n}\n"},
        {"plugins/tools/c/c.cpp", "namespace w {\nstruct A {\n};\n}\n"}},
       {}},
      {"a type with an empty word",
       "names",
       {{"kernel/run/a.hpp", "\n" + bad}},
       {"kernel/run/a.hpp:2: names.type"}},
      {"a mention defines nothing",
       "names",
       {{"kernel/run/a.hpp", "class NodeTable;\nvoid f(struct Info* i);\nusing plan::Node;\n"}},
       {}},
      {"an alias and an enum define",
       "names",
       {{"kernel/run/a.hpp", "using StepInfo = int;\nenum class Action : int { a };\n"}},
       {"kernel/run/a.hpp:1: names.type", "kernel/run/a.hpp:2: names.type"}},
      {"a word within a word is another word",
       "names",
       {{"kernel/run/metadata.hpp", "struct Implied {};\n"}},
       {}},
      {"a file with an empty word",
       "names",
       {{"sdk/string_utils.hpp", ""}},
       {"sdk/string_utils.hpp:1: names.file"}},
      {"an exception by name",
       "names",
       {{"kernel/plan/a.hpp", "struct Node {};\n"},
        {list_path, "names.type kernel/plan/ Node # a\n"}},
       {}},
  };
}

std::vector<Sample> document_samples() {
  const std::string comment = "  /* Does. OK; FAILED. [any] */\n";
  const std::string start = "  WEFT_FN(weft_status, start, void *self);\n";
  const std::string defined = "#define WEFT_OK 0\n#define WEFT_FAILED (-1)\n";
  return {
      {"a commented function", "abi_comments", {{"plugin-api/a.h", defined + comment + start}}, {}},
      {"a function without a comment",
       "abi_comments",
       {{"plugin-api/a.h", defined + "\n" + start}},
       {"plugin-api/a.h:4: abi_comments.tag", "plugin-api/a.h:4: abi_comments.status"}},
      {"a function without a tag",
       "abi_comments",
       {{"plugin-api/a.h", defined + "  /* OK; FAILED. */\n" + start}},
       {"plugin-api/a.h:4: abi_comments.tag"}},
      {"a status that does not exist",
       "abi_comments",
       {{"plugin-api/a.h", defined + "  /* OK; TIRED. [any] */\n" + start}},
       {"plugin-api/a.h:4: abi_comments.status"}},
      {"links lead somewhere",
       "links",
       {{"a/b.md", "[x](c.md#y) [y](../README.md) [z](https://a.b/c) [w](#here) [v](../a)\n"},
        {"a/c.md", ""},
        {"README.md", ""}},
       {}},
      {"a link leads nowhere",
       "links",
       {{"a/b.md", "```\n[x](c.md)\n```\n[x](c.md)\n"}},
       {"a/b.md:4: links.link"}},
      {"a quoted path of ours",
       "links",
       {{"README.md", "`kernel/run/a.cpp` `run/a.cpp`\n`run/b.cpp` `reports/b.json` `a/<x>.c`\n"},
        {"kernel/run/a.cpp", ""}},
       {"README.md:2: links.span"}},
      {"the workplace",
       "words",
       {{"a.txt", std::string("a\nin /WO") + "RK/main\n"}},
       {"a.txt:2: words.workplace"}},
  };
}

std::vector<Sample> dead_samples() {
  return {
      {"listed, globbed and added sources",
       "dead",
       {{"kernel/run/CMakeLists.txt", "target_sources(k PRIVATE a.cpp)"},
        {"kernel/run/a.cpp", ""},
        {"tests/unit/CMakeLists.txt", "file(GLOB s ${folder}/*.cpp)"},
        {"tests/unit/run/b.cpp", ""},
        {"plugins/tools/c/CMakeLists.txt", "weft_add_plugin(c LINK x)"},
        {"plugins/tools/c/c.cpp", ""}},
       {}},
      {"a source that is in no list",
       "dead",
       {{"kernel/run/CMakeLists.txt", "target_sources(k PRIVATE aa.cpp)"},
        {"kernel/run/a.cpp", ""}},
       {"kernel/run/a.cpp:1: dead.source"}},
      {"headers by room, by folder and from the root",
       "dead",
       {{"kernel/run/a.hpp", "#include \"run/b.hpp\"\n#include <weft/c.h>\n"},
        {"kernel/run/b.hpp", "#include \"a.hpp\"\n"},
        {"plugin-api/include/weft/c.h", ""}},
       {}},
      {"a header that nothing includes",
       "dead",
       {{"kernel/run/a.hpp", ""},
        {"kernel/plan/b.hpp", "#include \"plan/a.hpp\"\n"},
        {"kernel/plan/a.hpp", "#include \"plan/b.hpp\"\n"}},
       {"kernel/run/a.hpp:1: dead.header"}},
  };
}

std::vector<Sample> sentence_samples() {
  const std::string list = "tests/sentences.txt";
  return {
      {"no list of sentences", "sentences", {}, {"tests/sentences.txt:1: sentences.list"}},
      {"a sentence is a test or a case",
       "sentences",
       {{list, "# Retry\nit_is_a_test\nit_is_a_case\nit_waits  # streams\n"},
        {"tests/sim/a.cpp", "TEST_CASE_METHOD(A, \"it_is_a_test\", \"[a]\") {}\n"},
        {"plugins/tools/a/cases/it_is_a_case/workflow.json", "{}"}},
       {}},
      {"a sentence without a test, one said twice, and one that awaits nothing",
       "sentences",
       {{list, "gone\nthere\nthere\nthere_too  # streams\n"},
        {"tests/sim/a.cpp", "TEST_CASE(\"there\") {}\nTEST_CASE(\"there_too\") {}\n"}},
       {"tests/sentences.txt:1: sentences.missing", "tests/sentences.txt:3: sentences.twice",
        "tests/sentences.txt:4: sentences.awaits"}},
  };
}

std::vector<Sample> plugin_samples() {
  const std::string home = "plugins/tools/upper/";
  const std::string headings =
      "# upper\n## What it does\n## Configuration\n## Errors\n## Example\n";
  const std::string manifest =
      R"({"id": "tool.upper", "x": [{"id": "no"}], "components": [{"id": "upper"}]})";
  const File list{home + "CMakeLists.txt", "weft_add_plugin(upper)"};
  const File given{home + "cases/a/workflow.json", ""};
  const File expected{home + "cases/a/output.json", ""};
  return {
      {"a whole plugin",
       "plugins",
       {{home + "plugin.json", manifest}, {home + "README.md", headings}, list, given, expected},
       {}},
      {"an empty plugin",
       "plugins",
       {{home + "upper.cpp", ""}},
       {home + "plugin.json:1: plugins.manifest", home + "README.md:1: plugins.readme",
        home + "cases:1: plugins.case"}},
      {"a plugin of another name",
       "plugins",
       {{home + "plugin.json", R"({"id": "tool.lower", "components": [{"id": "lower"}]})"},
        {home + "README.md", headings},
        {home + "CMakeLists.txt", "weft_add_plugin(lower)"},
        given,
        expected},
       {home + "plugin.json:1: plugins.id", home + "plugin.json:1: plugins.component",
        home + "CMakeLists.txt:1: plugins.build"}},
      {"a heading is missing, a case expects nothing",
       "plugins",
       {{home + "plugin.json", manifest},
        {home + "README.md", "# What it does\n# Errors\n"},
        list,
        given},
       {home + "README.md:1: plugins.readme", home + "cases/a:1: plugins.case"}},
  };
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += "    " + line + "\n";
  return text.empty() ? "    nothing\n" : text;
}

bool passes(const Sample& sample) {
  std::vector<std::string> found;
  for (const Check& check : checks) {
    if (check.name != sample.check) continue;
    for (const Finding& finding : run_check(check, Tree(sample.files))) {
      found.push_back(finding.path + ":" + std::to_string(finding.line) + ": " + finding.rule);
    }
  }
  if (found == sample.found) return true;
  std::printf("tests/tidy/self.cpp:1: '%s' (%s) found\n%s  instead of\n%s", sample.name,
              sample.check, joined(found).c_str(), joined(sample.found).c_str());
  return false;
}

struct Shape {
  const char* code;
  std::vector<std::string> functions;  // name first-last
};

const std::vector<Shape>& shapes() {
  static const std::vector<Shape> all{
      {"int f(int a,\n      int b) {\n  if (a) { return b; }\n}\n", {"f 1-4"}},
      {"namespace a::b {\nstruct C final : D {\n  void f() const { x(); }\n};\n}\n", {"f 3-3"}},
      {"C::C(int a) : a_{a}, b_(b) {\n  x();\n}\nC::~C() { }\n", {"C::C 1-3", "C::~C 4-4"}},
      {"C& C::operator=(const C& o) {\n}\nbool operator()(int) const {\n}\n",
       {"C::operator= 1-2", "operator() 3-4"}},
      {"constexpr int a[] = {1, 2};\nstd::string s{\"}\"};\nchar c = '{';\nint n{1'000};\n", {}},
      {"template <typename T = A<int>>\nauto f(T t) -> std::vector<T> {\n}\n", {"f 1-3"}},
      {"const auto f = [](int a) {\n  return a;\n};\n", {"a lambda 1-3"}},
      {"template <class M>\nM f(M a, M b = {}) {\n}\nclass A {\n  int g() { return 1; }\n};\n",
       {"f 1-3", "g 5-5"}},
      {"#if A\nvoid f() {\n#else\nvoid g() {\n#endif\n}\n", {"f 2-6"}},
      {"auto t = R\"x(void f() { \" )x\";\nvoid g() {}\n", {"g 2-2"}},
      {"extern \"C\" {\nvoid f(void) {\n}\n}\nenum class E : int { a, b };\n", {"f 2-3"}},
  };
  return all;
}

bool passes(const Shape& shape) {
  std::vector<std::string> found;
  for (const Function& function : functions_of(plain_code_of(shape.code))) {
    found.push_back(function.name + " " + std::to_string(function.first) + "-" +
                    std::to_string(function.last));
  }
  if (found == shape.functions) return true;
  std::printf("tests/tidy/self.cpp:1: in\n%s  found\n%s  instead of\n%s", shape.code,
              joined(found).c_str(), joined(shape.functions).c_str());
  return false;
}

}  // namespace

int self() {
  int samples = 0, wrong = 0;
  for (const auto& group :
       {room_samples(), text_samples(), ban_samples(), name_samples(), document_samples(),
        dead_samples(), plugin_samples(), sentence_samples()}) {
    for (const Sample& sample : group) {
      ++samples;
      if (!passes(sample)) ++wrong;
    }
  }
  for (const Shape& shape : shapes()) {
    ++samples;
    if (!passes(shape)) ++wrong;
  }
  std::printf("self: %d samples, %d wrong\n", samples, wrong);
  return wrong;
}

}  // namespace tidy
