// hook.mock: answers in the place of every tool, with a text made of its name and its arguments.
#include <algorithm>
#include <string>
#include <vector>

#include <weft/sdk/json.hpp>
#include <weft/sdk/plugin.hpp>

namespace weft::mock {
namespace {

using lit::operator""_k;

// JSON in which the order of writing does not show.
void append_sorted(std::string& out, Value value, uint32_t depth) {
  if ((!value.is_array() && !value.is_object()) || depth >= WEFT_DEPTH_MAX) {
    return sdk::append_json(out, value);
  }
  std::vector<uint32_t> order(value.size());
  for (uint32_t i = 0; i < value.size(); ++i) order[i] = i;
  if (value.is_object()) {
    std::sort(order.begin(), order.end(),
              [&](uint32_t a, uint32_t b) { return value.key(a) < value.key(b); });
  }
  out += value.is_object() ? '{' : '[';
  for (const uint32_t i : order) {
    if (i != order.front()) out += ',';
    if (value.is_object()) {
      sdk::append_json_text(out, value.key(i));
      out += ':';
    }
    append_sorted(out, value[i], depth + 1);
  }
  out += value.is_object() ? '}' : ']';
}

}  // namespace

class Mock final {
 public:
  static constexpr std::string_view id = "mock";
  static constexpr uint32_t flags = 0;
  static constexpr uint64_t points = sdk::at({WEFT_AT_BEFORE_TOOL_EXECUTION});

  Result<sdk::Verdict> on(uint32_t point, Value subject, sdk::Call& call) const {
    if (point != WEFT_AT_BEFORE_TOOL_EXECUTION) return sdk::Verdict::go_on();
    std::string answer(subject["tool"_k].as_text());
    answer += ' ';
    append_sorted(answer, subject["data"_k], 0);
    Builder b = call.builder();
    b.text(answer);
    return sdk::Verdict::replace(b.take_value());
  }
};

}  // namespace weft::mock

WEFT_PLUGIN(weft::mock::Mock);
