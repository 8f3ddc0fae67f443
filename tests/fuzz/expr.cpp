// Expressions, templates and patterns: whatever the text is, it compiles or says where it does not,
// and what compiles ends within its bounds in a valid value or an error.
#include <string_view>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "base/valid.hpp"
#include "expr/expression.hpp"
#include "expr/match.hpp"
#include "expr/template.hpp"
#include "fuzz.hpp"

using weft::fuzz::claim;
using namespace weft;

std::vector<std::string> weft::fuzz::seeds() {
  return {
      "a.x > 3 and b.y == \"z\" or not (n in [1, 2.5, -3e2])",
      "default(people[*].name[0], coalesce(a.zz, 'none')) + upper(trim(s)) + string(a)",
      "sum(list[1:-1]) / len(list) % 7 - min(list) * max(1, 2, 3) + round(x, 2)",
      "join(split(s, 'l'), '-') contains 'h' && replace(s, 'l', \"\\u00e9\\n\") != json(a)",
      "s matches '(h|e)*[a-z\\\\p{L}]{1,3}l+.*' and all([true, exists(a['odd key'])])",
      "text {{n}} and ${a.b} with \\{{escapes}} $${here} {{'}}'}} {{list}}",
      "{{ keys(a) + values(a) }}",
      "((a|b)*c?[^x-z\\d]{2,5}|^(?:\\p{Lu}\\w+)$)+",
      "-9223372036854775808 / -1 + 18446744073709551615 % 10 * 1e308",
  };
}

namespace {

constexpr std::string_view document = R"({"a":{"x":4,"b":1,"odd key":[1]},"b":{"y":"z"},"n":7,
  "x":2.5,"s":"hello","list":[1,2,3,4,5],"people":[{"name":["Ann"]},{"name":"Bob"}]})";

Result<expr::Root> find(const void*, std::string_view name, std::string_view) {
  if (name.starts_with("steps")) return Error{.code = "spec.unknown_reference"};
  return expr::Root{};
}

expr::Found look_up(const void* self, const expr::Asked& asked, Arena) {
  const Value value = (*static_cast<const Value*>(self))[Key(asked.name)];
  return {value, false, value.exists() ? nullptr : "path.missing"};
}

void check_result(const Result<Value>& result, std::string_view text, Arena arena) {
  if (result) {
    claim(result->exists(), "a result exists");
    const Result<Value> copy = base::copy_checked(*result, arena);
    claim(copy || copy.error().status == Status::limit, "a result is a valid value");
    return;
  }
  claim(!result.error().code.empty() && !result.error().message.empty(), "an error has words");
  claim(result.error().where.column >= 1 && result.error().where.column <= text.size() + 1,
        "the column of an error lies in the text");
}

void check_regexp(std::string_view text, expr::Dialect dialect) {
  const Result<expr::Regexp> regexp = expr::Regexp::compile(text, dialect);
  if (!regexp) {
    claim(regexp.error().where.column >= 1 && regexp.error().where.column <= text.size() + 1,
          "the column of an error lies in the pattern");
    return;
  }
  for (const std::string_view subject : {std::string_view("hello"), text}) {
    claim(!regexp->matches(subject) || regexp->search(subject), "a whole match is a match");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  base::Blocks blocks;
  const Result<Value> parsed = base::parse_json(document, blocks.arena());
  claim(static_cast<bool>(parsed), "the document is JSON");
  const Value root = *parsed;
  const expr::Names names{&root, find};
  const expr::Scope scope{&root, look_up, 1, 2};

  const auto expression = expr::Expression::compile(text, names);
  if (expression) {
    check_result(expression->evaluate(scope, blocks.arena()), text, blocks.arena());
  } else {
    claim(expression.error().where.column >= 1 && expression.error().where.column <= size + 1,
          "the column of an error lies in the text");
  }
  const auto made = expr::Template::compile_text(text, names);
  if (made) check_result(made->evaluate(scope, blocks.arena()), text, blocks.arena());
  claim(expr::contains_template(text) || !made || made->is_constant(),
        "a text without a template is a constant");
  check_regexp(text, expr::Dialect::i_regexp);
  check_regexp(text, expr::Dialect::json_schema);
  return 0;
}
