#include "text.hpp"

#include <algorithm>

namespace weft::legacy {
namespace {

bool is_tail(char c) { return (static_cast<uint8_t>(c) & 0xC0U) == 0x80U; }

// How many bytes the code point at the front has; 0 when it is not UTF-8.
size_t sequence(std::string_view rest) {
  const auto first = static_cast<uint8_t>(rest.front());
  if (first < 0x80U) return 1;
  const size_t bytes = first >= 0xF0U ? 4 : first >= 0xE0U ? 3 : 2;
  if (first < 0xC2U || first > 0xF4U || rest.size() < bytes) return 0;
  if (!std::all_of(rest.begin() + 1, rest.begin() + static_cast<ptrdiff_t>(bytes), is_tail)) {
    return 0;
  }
  const auto second = static_cast<uint8_t>(rest[1]);
  const bool is_long = (first == 0xE0U && second < 0xA0U) || (first == 0xF0U && second < 0x90U);
  const bool is_beyond = (first == 0xEDU && second > 0x9FU) || (first == 0xF4U && second > 0x8FU);
  return is_long || is_beyond ? 0 : bytes;
}

}  // namespace

bool check(std::string_view text, Fault& fault) {
  if (text.size() > bytes_max) {
    fault = {Status::limit, "limit.size", "the text has more than 1 MB", "split it", 0};
    return false;
  }
  for (size_t i = 0; i < text.size();) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const bool is_control = byte < 0x20U && byte != '\n' && byte != '\r' && byte != '\t';
    const size_t bytes = is_control ? 0 : sequence(text.substr(i));
    if (bytes == 0) {
      const char* code = is_control ? "format.control_character" : "format.not_utf8";
      const char* what = is_control ? "a control character cannot stand in a definition"
                                    : "the text is not UTF-8 here";
      fault = {Status::bad_input, code, what, "save the file as UTF-8", static_cast<uint32_t>(i)};
      return false;
    }
    i += bytes;
  }
  return true;
}

void set_place(std::string_view text, uint32_t at, uint32_t length, weft_place& place) {
  const std::string_view before = text.substr(0, at);
  const size_t line = before.rfind('\n');
  const std::string_view left = line == before.npos ? before : before.substr(line + 1);
  const auto characters = [](std::string_view part) {
    return static_cast<uint32_t>(
        part.size() - static_cast<size_t>(std::count_if(part.begin(), part.end(), is_tail)));
  };
  place.line = static_cast<uint32_t>(std::count(before.begin(), before.end(), '\n')) + 1;
  place.column = characters(left) + 1;
  place.length = characters(text.substr(at, length));
}

}  // namespace weft::legacy
