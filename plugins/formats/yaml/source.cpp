#include "source.hpp"

#include <algorithm>
#include <cstring>

namespace weft::yaml {
namespace {

bool is_continuation(char c) { return (static_cast<uint8_t>(c) & 0xC0U) == 0x80U; }

// How many bytes the code point at p has; 0 when it is not UTF-8.
uint32_t sequence(std::string_view rest) {
  const auto at = [&](size_t i) {
    return i < rest.size() ? static_cast<uint32_t>(static_cast<uint8_t>(rest[i])) : 0U;
  };
  const auto tail = [&](size_t i) { return (at(i) & 0xC0U) == 0x80U; };
  const uint32_t first = at(0);
  if (first < 0x80U) return 1;
  if (first >= 0xC2U && first <= 0xDFU) return tail(1) ? 2 : 0;
  if (first >= 0xE0U && first <= 0xEFU) {
    const bool shortest = first != 0xE0U || at(1) >= 0xA0U;
    const bool surrogate = first == 0xEDU && at(1) >= 0xA0U;
    return tail(1) && tail(2) && shortest && !surrogate ? 3 : 0;
  }
  if (first >= 0xF0U && first <= 0xF4U) {
    const bool in_range = first == 0xF0U ? at(1) >= 0x90U : first != 0xF4U || at(1) <= 0x8FU;
    return tail(1) && tail(2) && tail(3) && in_range ? 4 : 0;
  }
  return 0;
}

// Whether the eight bytes are plain text: no control character, nothing above 0x7E.
bool is_printable_block(const char* p) {
  uint64_t v = 0;
  std::memcpy(&v, p, sizeof v);
  constexpr uint64_t high = 0x8080808080808080ULL;
  return ((v | (v - 0x2020202020202020ULL)) & high) == 0;
}

Fault bad_byte(uint32_t at, uint8_t byte) {
  constexpr const char* digits = "0123456789abcdef";
  const std::string hex = {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
  if (byte < 0x20U) {
    return {Status::bad_input,
            "format.control_character",
            join({"the control character ", hex, " cannot stand in a definition"}),
            join({"write it as an escape in double quotes: \"\\", hex.substr(1), "\""}),
            at,
            1};
  }
  return {Status::bad_input,
          "format.not_utf8",
          join({"the byte ", hex, " is not UTF-8"}),
          "save the file as UTF-8",
          at,
          1};
}

}  // namespace

std::string join(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

Source::Source(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
  if (text_.find('\r') == std::string_view::npos) return;
  copy_.reserve(text_.size());
  for (size_t i = 0; i < text_.size(); ++i) {
    if (text_[i] != '\r') {
      copy_ += text_[i];
    } else if (i + 1 == text_.size() || text_[i + 1] != '\n') {
      copy_ += '\n';
    }
  }
  text_ = copy_;
}

bool Source::check(Fault& fault) const {
  size_t i = 0;
  while (i < text_.size()) {
    if (i + 8 <= text_.size() && is_printable_block(text_.data() + i)) {
      i += 8;
      continue;
    }
    const auto byte = static_cast<uint8_t>(text_[i]);
    const bool control = byte < 0x20U && byte != '\n' && byte != '\t';
    const uint32_t bytes = control ? 0 : sequence(text_.substr(i));
    if (bytes == 0) {
      fault = bad_byte(static_cast<uint32_t>(i), byte);
      return false;
    }
    i += bytes;
  }
  return true;
}

Position Source::position(uint32_t at) const {
  const std::string_view before = text_.substr(0, at);
  const size_t line_start = before.rfind('\n') + 1;
  const auto lines = std::count(before.begin(), before.end(), '\n');
  const auto column = std::count_if(before.begin() + static_cast<std::ptrdiff_t>(line_start),
                                    before.end(), [](char c) { return !is_continuation(c); });
  return {static_cast<uint32_t>(lines) + 1, static_cast<uint32_t>(column) + 1};
}

uint32_t Source::characters(uint32_t at, uint32_t bytes) const {
  if (at >= text_.size()) return 0;
  std::string_view part = text_.substr(at, bytes);
  part = part.substr(0, part.find('\n'));
  return static_cast<uint32_t>(
      std::count_if(part.begin(), part.end(), [](char c) { return !is_continuation(c); }));
}

}  // namespace weft::yaml
