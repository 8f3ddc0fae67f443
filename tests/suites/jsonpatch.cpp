// RFC 6902: what a patch makes of a document, and which patches are refused.
#include "base/compare.hpp"
#include "base/json.hpp"
#include "base/patch.hpp"
#include "suite.hpp"

namespace {

using namespace weft;
using namespace weft::lit;

std::string problem_with(Value test) {
  base::Blocks blocks;
  const auto got = base::patched(test["doc"_k], test["patch"_k], blocks.arena());
  if (test["error"_k].exists()) return got ? "accepted, but must be refused" : "";
  if (!got) return "refused: " + got.error().message;
  const Value expected = test["expected"_k];
  if (expected.exists() && !base::equal(*got, expected)) return base::json_text(*got);
  if (!expected.exists()) return "";
  // The way back is found by comparing.
  const Value way = base::patch_between(*got, test["doc"_k], blocks.arena());
  const auto back = base::patched(*got, way, blocks.arena());
  return back && base::equal(*back, test["doc"_k]) ? "" : "the way back: " + base::json_text(way);
}

// Two operations are written with a key twice, which our parser refuses as it should; both are
// disabled, and the rest of their file is wanted.
std::string without_twins(std::string text) {
  bool has_op = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') has_op = false;
    if (text.compare(i, 5, R"("op":)") != 0) continue;
    if (has_op) text[i + 1] = 'O';
    has_op = true;
  }
  return text;
}

}  // namespace

int main() {
  suite::Run run("jsonpatch");
  if (!run.has_data()) return run.end();
  for (const char* file : {"spec_tests.json", "tests.json"}) {
    base::Blocks blocks;
    const auto tests = base::parse_json(without_twins(run.text(file).value_or("")), blocks.arena());
    run.expect(static_cast<bool>(tests), file, tests ? "" : tests.error().message);
    for (const Value test : tests ? *tests : Value()) {
      if (test["disabled"_k].as_bool()) continue;
      const std::string problem = problem_with(test);
      run.expect(problem.empty(), base::json_text(test["patch"_k]),
                 problem + " " + std::string(test["comment"_k].as_text()));
    }
  }
  return run.end();
}
