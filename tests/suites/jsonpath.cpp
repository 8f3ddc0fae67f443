// RFC 9535: which queries there are, and what each selects.
#include "expr/jsonpath.hpp"

#include "base/compare.hpp"
#include "base/json.hpp"
#include "suite.hpp"

namespace {

using namespace weft;
using namespace weft::lit;

bool is_same(const std::vector<Value>& got, Value wanted) {
  if (got.size() != wanted.size()) return false;
  for (uint32_t i = 0; i < wanted.size(); ++i) {
    if (!base::equal(got[i], wanted[i])) return false;
  }
  return true;
}

std::string problem_with(Value test) {
  auto query = expr::JsonPath::compile(test["selector"_k].as_text());
  if (test["invalid_selector"_k].as_bool()) return query ? "accepted, but must be refused" : "";
  if (!query) return "refused: " + query.error().message;
  std::vector<Value> got;
  const auto spend = [](uint64_t) { return true; };
  if (!query->select(test["document"_k], spend, got)) return "it did not come to an end";
  if (test["result"_k].exists()) return is_same(got, test["result"_k]) ? "" : "another result";
  for (const Value wanted : test["results"_k]) {
    if (is_same(got, wanted)) return "";
  }
  return "none of the results";
}

}  // namespace

int main() {
  suite::Run run("jsonpath");
  if (run.has_data()) {
    for (const Value test : run.json("cts.json")["tests"_k]) {
      const std::string problem = problem_with(test);
      run.expect(problem.empty(), test["name"_k].as_text(),
                 problem + ": " + std::string(test["selector"_k].as_text()));
    }
  }
  return run.end();
}
