// Old texts: whatever is read has its places in the text, and is YAML that holds no control sign.
#include "fuzz.hpp"
#include "reading.hpp"
#include "writer.hpp"

using weft::fuzz::claim;
using weft::legacy::Span;
using weft::legacy::Tree;

namespace {

void check_place(Span place, size_t size) {
  claim(place.at <= place.end && place.end <= size, "a part lies inside the text");
}

void check_places(const Tree& tree, size_t size) {
  check_place(tree.place, size);
  claim(tree.kind != Tree::Kind::object || tree.keys.size() == tree.items.size(),
        "each member has a key");
  for (const Tree& one : tree.items) check_places(one, size);
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  return {
      "create tests, and then implement 'a, b', if they pass\n- deploy, 2. don't (stop, now)",
      "x: /a 'b → c' → [/d, e: f\\, g]*2 -> {{ h }}\n/i |> j",
      "/a x\n# remark\n/b \"y, z\"\n",
      "sequential --commands=\"/a x, b\" --color=red",
      "parallel --workflows=\"a:(/x, /y → [z]),b:/z\" --coordination --consolidation=\"/join\" "
      "--integration",
      "conditional --start=/s --routing=\"bug: /f, x > 3: g, a b: h, else: /g\" --completion=/e",
      "iterative --command=/w --criteria=\"result.score >= 8, ok, no way\" --max_iterations=3",
      "adaptive --analysis=/a --simple_path=/s --medium_path=(m, n) --complex_path=/c",
      "resilient --primary-workflow=/p --fallback-workflows='/f, g:(/h, i)' "
      "--recovery-strategy=retry",
      "recovery --failed-step=b --commands=\"a, b\"",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace weft;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  legacy::Reading reading;
  if (!sdk::check(text, {}, reading.fault) || !legacy::read(text, reading)) {
    claim(reading.fault.at <= size, "a fault lies inside the text");
    claim(!reading.fault.message.empty() && !reading.fault.code.empty(),
          "a fault says what is wrong");
    return 0;
  }
  claim(reading.confidence <= 100, "confidence is a share");
  for (const legacy::Finding& one : reading.findings) {
    check_place(one.place, size);
    claim(!one.what.empty() && !one.becomes.empty(), "a finding says what it is and becomes");
  }
  if (!reading.is_converted()) {
    claim(reading.first(legacy::Kind::refused) != nullptr, "a text without a meaning is refused");
    return 0;
  }
  check_places(reading.definition, size);
  const std::string yaml = legacy::to_yaml(text, reading);
  claim(yaml.starts_with("# Converted"), "the old text is told");
  for (const char c : yaml) {
    claim(c == '\n' || c == '\t' || static_cast<uint8_t>(c) >= 0x20U, "YAML holds no control sign");
  }
  return 0;
}
