// YAML text: whatever parses prints as JSON and reads back equal, and JSON is YAML.
#include <optional>

#include "base/blocks.hpp"
#include "base/compare.hpp"
#include "base/json.hpp"
#include "fuzz.hpp"
#include "maker.hpp"
#include "parser.hpp"
#include "pointer.hpp"

using weft::base::Blocks;
using weft::fuzz::claim;

namespace {

// Parses as the plugin does; nothing when the text is refused.
std::optional<weft::Value> read(std::string_view text, weft::Arena arena) {
  using namespace weft::yaml;
  const Source source(text);
  Fault fault;
  if (!source.check(fault)) {
    claim(fault.at < source.text().size(), "a bad byte lies inside the text");
    return {};
  }
  Parser parser(source);
  const uint32_t root = parser.parse();
  if (root == nowhere) {
    claim(parser.fault().at <= source.text().size(), "a fault lies inside the text");
    claim(!parser.fault().message.empty(), "a fault says what is wrong");
    return {};
  }
  for (const Part& node : parser.tree()) {
    claim(node.at <= source.text().size(), "a node lies inside the text");
  }
  claim(follow(parser.tree(), root, "/a/0~").node < parser.tree().size(),
        "a pointer leads to a node");
  Maker maker(parser.tree(), arena);
  weft::Value value;
  if (!maker.make(root, value)) {
    claim(!maker.fault().message.empty(), "a refused value says why");
    return {};
  }
  return value;
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  return {
      "name: x\nsteps:\n  - id: a\n    args: {url: \"{{ input }}\", n: [1, 2.5, -3e2, ~]}\n"
      "  - id: b # comment\n    text: |-\n      one\n        two\n\n    folded: >+\n      a\n      "
      "b\n\n",
      "&a k: &b [x, *a]\n? \"q\\u00e9\\n\"\n: 'it''s'\n? |\n  block\n: - - 1\n    - {a, b: , ? c : "
      "d}\n"
      "l: *b\n",
      "%YAML 1.2\n---\n!!map\na: !!str 1\nb: !!int \"2\"\nc: !!null ''\n...\n# end\n",
      "{\n\t\"a\": [\"\\ud83d\\ude00\", 0x1F, 0o17, .5, 1e300],\n\t\"b\": {\"c\": \"x\\\n  "
      "y\"}\n}\n",
      "a: plain text\n  of lines\n\n  more\nb:\n- c: \"quoted\n    text\"\n  d:\n  - e\n-\tf\n",
      "a: &a [x,x]\nb: &b [*a,*a]\nc: {<<: *b}\n",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Blocks blocks;
  const auto value = read(text, blocks.arena());
  const auto as_json = weft::base::parse_json(text, blocks.arena());
  if (as_json) {
    claim(value.has_value(), "what is JSON is YAML");
    claim(weft::base::equal(*value, *as_json), "JSON means the same in YAML");
  }
  if (!value) return 0;
  std::string printed;
  claim(bool(weft::base::print_json(*value, printed)), "what was parsed prints as JSON");
  const auto again = read(printed, blocks.arena());
  claim(again && weft::base::equal(*again, *value), "what was printed reads back equal");
  return 0;
}
