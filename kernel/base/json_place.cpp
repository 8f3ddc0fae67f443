#include <algorithm>

#include "base/json.hpp"
#include "base/json_scan.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace weft::base {
namespace {

Place place_of(std::string_view text, uint64_t offset, std::string_view token) {
  Place place = place_at(text, offset);
  const bool container = !token.empty() && (token[0] == '{' || token[0] == '[');
  place.length = container ? 1 : static_cast<uint32_t>(count_code_points(token));
  return place;
}

// Enters the child of this name; key gets where its name stands, 0 in an array.
bool enter(JsonScan& scan, const std::string& segment, uint64_t& key) {
  key = 0;
  if (scan.take('[')) {
    for (uint64_t index = 0;; ++index) {
      scan.skip_blank();
      if (scan.done() || scan.here() == ']') return false;
      if (std::to_string(index) == segment) return true;
      scan.skip_value();
      if (!scan.take(',')) return false;
    }
  }
  if (!scan.take('{')) return false;
  for (;;) {
    scan.skip_blank();
    key = scan.at();
    const std::string_view name = scan.string();
    if (name.empty() || !scan.take(':')) return false;
    scan.skip_blank();
    if (unquoted(name) == segment) return true;
    scan.skip_value();
    if (!scan.take(',')) return false;
  }
}

std::string_view token_at(std::string_view text, uint64_t offset) {
  const std::string_view rest = text.substr(offset);
  JsonScan scan(rest);
  scan.skip_value();
  return rest.substr(0, scan.at());
}

}  // namespace

Place place_at(std::string_view text, uint64_t offset) {
  const std::string_view before = text.substr(0, std::min<uint64_t>(offset, text.size()));
  const size_t last_break = before.rfind('\n');
  const size_t line_start = last_break == std::string_view::npos ? 0 : last_break + 1;
  Place place;
  place.found = true;
  place.line += static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n'));
  place.column += static_cast<uint32_t>(count_code_points(before.substr(line_start)));
  place.offset = before.size();
  return place;
}

Place locate_json(std::string_view text, std::string_view pointer) {
  const bool wants_key = !pointer.empty() && pointer.back() == '~';
  if (wants_key) pointer.remove_suffix(1);
  const auto segments = split_pointer(pointer);
  JsonScan scan(text);
  scan.skip_blank();
  uint64_t value = scan.at(), key = 0;
  bool found = static_cast<bool>(segments);
  bool has_key = false;
  for (size_t i = 0; found && i < segments->size(); ++i) {
    found = enter(scan, (*segments)[i], key);
    if (!found) break;
    has_key = text[value] == '{';
    value = scan.at();
  }
  if (found && wants_key && has_key) {
    const std::string_view rest = text.substr(key);
    return place_of(text, key, JsonScan(rest).string());
  }
  Place place = place_of(text, value, token_at(text, value));
  place.found = found && (!wants_key || has_key);
  return place;
}

}  // namespace weft::base
