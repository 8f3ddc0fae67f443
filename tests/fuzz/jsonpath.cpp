// Queries: whatever the text is, it compiles or says where it does not, and what compiles selects
// values of the document within its budget.
#include "expr/jsonpath.hpp"

#include <string_view>

#include "base/json.hpp"
#include "fuzz.hpp"

using weft::fuzz::claim;
using namespace weft;

std::vector<std::string> weft::fuzz::seeds() {
  return {
      "$.a['b'][\"c\\u00e9\\ud83d\\ude00\"][0, -1, 1:5:2, ::-1, *]..d..[?@.e]",
      "$[?@.a == 1 && !(@.b != 'x' || $.list[0] <= -0.5e1) && @['c'] > true]",
      "$..[?length(@.name) >= 2, ?count(@..*) < 9, ?value(@.*) == null]",
      "$[?match(@.s, 'h.*o$') || search(@, '[a-c]+')]",
      "$ [ ? ( ( @ ) ) ] .a\t[ 'b' ]",
  };
}

namespace {

constexpr std::string_view document = R"({"a":{"b":[1,2.5,"x",null,true],"c":{"d":[{"e":1},{}]}},
  "list":[0,1,2,3,4,[5,[6]]],"s":"hello","people":[{"name":"Ann"},{"name":"Bob"}]})";

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  const auto query = expr::JsonPath::compile(text);
  if (!query) {
    claim(!query.error().message.empty() && query.error().where.column > 0,
          "an error says what and where");
    claim(query.error().where.column <= size + 1, "an error lies in the query");
    return 0;
  }
  base::Blocks blocks;
  const auto root = base::parse_json(document, blocks.arena());
  claim(static_cast<bool>(root), "the document is one");
  uint64_t left = 10'000;
  std::vector<Value> found;
  const expr::JsonPath::Spend spend = [&](uint64_t operations) {
    left -= operations <= left ? operations : left;
    return left != 0;
  };
  const bool came_to_an_end = query->select(*root, spend, found);
  claim(came_to_an_end == (left != 0), "a query ends early for want of a budget alone");
  for (const Value value : found) claim(value.exists(), "what is selected exists");
  return 0;
}
