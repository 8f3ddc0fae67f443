// RFC 8259: what a parser must accept, must refuse, and must survive.
#include "base/compare.hpp"
#include "base/encode.hpp"
#include "base/json.hpp"
#include "suite.hpp"

namespace {

using weft::Value;

// Accepted text must also come back equal through our own printer.
bool survives_printing(Value value) {
  std::string text;
  weft::base::Blocks blocks;
  if (!weft::base::print_json(value, text)) return false;
  const auto again = weft::base::parse_json(text, blocks.arena());
  return again && weft::base::equal(*again, value);
}

// RFC 8259 asks for unique names and lets a parser do as it likes where they are not. Ours refuses:
// a definition in which one of two equal keys silently wins hides a mistake.
bool is_refused_on_purpose(std::string_view name) {
  return name == "y_object_duplicated_key.json" || name == "y_object_duplicated_key_and_value.json";
}

std::string problem_with(std::string_view name, std::string_view expect, std::string_view body) {
  weft::base::Blocks blocks;
  const auto value = weft::base::parse_json(body, blocks.arena());
  if (value) {
    if (expect == "n") return "accepted, but must be refused";
    if (is_refused_on_purpose(name)) return "a duplicate key was accepted";
    return survives_printing(*value) ? "" : "printed and parsed again, it differs";
  }
  const weft::Error& error = value.error();
  if (error.where.line == 0 || error.where.column == 0) return "refused without a place";
  if (is_refused_on_purpose(name)) {
    return error.message.find("appears twice") != std::string::npos ? "" : error.message;
  }
  return expect == "y" ? "refused: " + error.message : "";
}

void run_case(weft::suite::Run& run, Value test) {
  using namespace weft::lit;
  const std::string_view name = test["name"_k].as_text();
  const std::string_view expect = test["expect"_k].as_text();
  const auto body = weft::base::from_base64(test["base64"_k].as_text());
  const std::string problem = body ? problem_with(name, expect, *body) : "the case is not base64";
  run.expect(problem.empty(), name, problem);
}

}  // namespace

int main() {
  weft::suite::Run run("jsonparsing");
  if (run.has_data()) {
    for (const Value test : run.json("cases.json")) run_case(run, test);
  }
  return run.end();
}
