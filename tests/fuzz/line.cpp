// Lines: whatever is read has its places in the text, and what is written again means the same.
#include "fuzz.hpp"
#include "json.hpp"
#include "printer.hpp"
#include "reader.hpp"

using weft::fuzz::claim;
using weft::line::Tree;

namespace {

void check_places(const Tree& tree, size_t size) {
  claim(tree.place.at <= tree.place.end && tree.place.end <= size, "a part lies inside the text");
  for (const Tree& one : tree.items) check_places(one, size);
}

}  // namespace

std::vector<std::string> weft::fuzz::seeds() {
  return {
      "/chain \"a → [b, c: /echo 'x, y']*2 -> \\\"q\\\" |> d\\→*3\" --save-state --error=continue",
      "/flow \"if a > 1 then x else if b == 'then' then (y → [z, u]) else (if c then v else w)\" "
      "--adaptive",
      "/auto \"if a then b\" --detect=score",
      "\"don't → https://x.y/z: a\" --task=echo --parallel=off",
      "{\"id\":\"chain\",\"type\":\"chain\",\"steps\":[{\"id\":\"step_1\",\"command\":\"task\","
      "\"parameters\":{\"input\":\"a\\u00e9\\\\\"},\"timeout\":300,\"retry\":2}],"
      "\"options\":{\"save_state\":false}}",
  };
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* bytes, size_t size) {
  using namespace weft;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  Tree definition;
  if (line::read_json(text, definition)) {
    if (const auto printed = line::print(definition)) {
      line::Reader reader(*printed);
      Tree again;
      claim(reader.read(again), "what was written can be read");
    }
  }
  line::Fault fault;
  if (!sdk::check(text, {}, fault)) {
    claim(fault.at <= text.size() && !fault.message.empty(), "a bad byte has a place and a name");
    return 0;
  }
  line::Reader reader(text);
  Tree tree;
  if (!reader.read(tree)) {
    claim(reader.fault().at <= text.size(), "a fault lies inside the text");
    claim(!reader.fault().message.empty(), "a fault says what is wrong");
    return 0;
  }
  check_places(tree, text.size());
  if (tree.find("type")->text == "auto") return 0;
  claim(line::print(tree).has_value(), "a line can be written again");
  return 0;
}
