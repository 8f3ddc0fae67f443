// The characters of regular expressions: escapes, categories, classes in brackets.
#include <span>
#include <utility>

#include "base/text.hpp"
#include "expr/code_point.hpp"
#include "expr/match_parse.hpp"

namespace weft::expr {
namespace {

constexpr std::string_view escapable = "()*+-.?[\\]^{|}";  // by RFC 9485
constexpr std::string_view other_punctuation = "!\"#$%&',/:;<=>@_`~ ";

using Range = std::pair<char32_t, char32_t>;
constexpr Range digits[] = {{'0', '9'}};
constexpr Range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
constexpr Range space[] = {{'\t', '\r'},     {' ', ' '},       {0xA0, 0xA0},     {0x1680, 0x1680},
                           {0x2000, 0x200A}, {0x2028, 0x2029}, {0x202F, 0x202F}, {0x205F, 0x205F},
                           {0x3000, 0x3000}, {0xFEFF, 0xFEFF}};

// Requires: ranges are sorted and none begins at 0.
void add_ranges(CodePoints& set, std::span<const Range> ranges, bool opposite) {
  char32_t gap = 0;
  for (const auto& [low, high] : ranges) {
    if (opposite) {
      set.add(gap, low - 1);
    } else {
      set.add(low, high);
    }
    gap = high + 1;
  }
  if (opposite) set.add(gap, code_point_max);
}

}  // namespace

// \p{…} and \P{…}; in schemas also \d \w \s and their opposites.
bool RegexpParser::class_escape(CodePoints& set) {
  const bool opposite = take("\\P");
  if (opposite || take("\\p")) {
    category(set, opposite);
    return !error_;
  }
  if (!schema_ || at_ + 1 >= text_.size() || text_[at_] != '\\') return false;
  switch (text_[at_ + 1]) {
    case 'd': add_ranges(set, digits, false); break;
    case 'D': add_ranges(set, digits, true); break;
    case 'w': add_ranges(set, word, false); break;
    case 'W': add_ranges(set, word, true); break;
    case 's': add_ranges(set, space, false); break;
    case 'S': add_ranges(set, space, true); break;
    default: return false;
  }
  at_ += 2;
  return true;
}

void RegexpParser::category(CodePoints& set, bool negated) {
  const size_t begin = at_ - 2;
  const size_t close = text_.find('}', at_);
  if (!at('{') || close == std::string_view::npos) {
    return fail_at(begin, "'\\p' wants a category in braces", "write \\p{L} or \\p{Lu}");
  }
  const std::string_view name = text_.substr(at_ + 1, close - at_ - 1);
  std::optional<Categories> found = find_categories(name);
  if (!found && schema_) found = find_long_categories(name);
  if (!found) {
    return fail_at(at_ + 1, base::quoted(name) + " is no general category",
                   "use L M N P Z S C or one with its second letter, such as Lu");
  }
  at_ = close + 1;
  set.add(negated ? all_categories & ~*found : *found);
}

std::optional<char32_t> RegexpParser::character_escape() {
  const size_t begin = at_++;
  if (at_ >= text_.size()) {
    fail_at(begin, "'\\' escapes nothing", "write '\\\\' for the character");
    return std::nullopt;
  }
  const char c = text_[at_++];
  switch (c) {
    case 'n': return U'\n';
    case 'r': return U'\r';
    case 't': return U'\t';
    default: break;
  }
  if (escapable.find(c) != std::string_view::npos) return static_cast<char32_t>(c);
  if (schema_) {
    if (other_punctuation.find(c) != std::string_view::npos) return static_cast<char32_t>(c);
    switch (c) {
      case 'f': return U'\f';
      case 'v': return U'\v';
      case '0': return U'\0';
      case 'x': return hexadecimal(2);
      case 'u': return surrogate_pair(hexadecimal(4).value_or(0));
      default: break;
    }
  }
  fail_at(begin, "'\\" + std::string(1, c) + "' is no escape of this pattern language",
          schema_ ? "it may need none" : "RFC 9485 has \\n \\r \\t \\p{…} and escaped punctuation");
  return std::nullopt;
}

std::optional<char32_t> RegexpParser::hexadecimal(uint32_t count) {
  char32_t c = 0;
  for (uint32_t i = 0; i < count; ++i, ++at_) {
    const char digit = at_ < text_.size() ? text_[at_] : ' ';
    const bool decimal = digit >= '0' && digit <= '9';
    const char lower = static_cast<char>(digit | 0x20);
    if (!decimal && (lower < 'a' || lower > 'f')) {
      fail("a hexadecimal digit is expected", "write \\xHH or \\uHHHH");
      return std::nullopt;
    }
    c = c * 16 + static_cast<char32_t>(decimal ? digit - '0' : lower - 'a' + 10);
  }
  return c;
}

// The character itself, or the one that it and the escape after it make.
std::optional<char32_t> RegexpParser::surrogate_pair(char32_t high) {
  if (error_) return std::nullopt;
  if (high < 0xD800 || high > 0xDFFF) return high;
  const bool begins = high < 0xDC00 && take("\\u");
  const char32_t low = begins ? hexadecimal(4).value_or(0) : 0;
  if (low < 0xDC00 || low > 0xDFFF) {
    fail("half a surrogate pair is no character", "write the character itself");
    return std::nullopt;
  }
  return 0x10000 + ((high - 0xD800) << 10U) + (low - 0xDC00);
}

uint32_t RegexpParser::bracket() {
  const size_t begin = at_++;
  const bool negated = take("^");
  CodePoints set;
  bool empty = true;
  if (take("-")) {
    set.add('-', '-');
    empty = false;
  }
  while (!error_ && at_ < text_.size() && !at(']')) {
    empty = false;
    bracket_item(set);
  }
  if (!error_ && !take("]")) fail_at(begin, "'[' is not closed", "write '\\[' for the character");
  if (empty && !schema_) fail_at(begin, "the class holds nothing", "put a character into it");
  return add_set(std::move(set), negated);
}

void RegexpParser::bracket_item(CodePoints& set) {
  const size_t begin = at_;
  const std::optional<char32_t> low = bracket_character(set);
  if (error_ || !low) return;
  const bool range = at('-') && at_ + 1 < text_.size() && text_[at_ + 1] != ']';
  if (!range) return set.add(*low, *low);
  ++at_;
  if (!schema_ && at('-')) return fail("'-' must be escaped in a class", "write '\\-'");
  const std::optional<char32_t> high = bracket_character(set);
  if (error_) return;
  if (!high) return fail_at(begin, "a range ends in a class", "write '\\-' for the character");
  if (*high < *low) return fail_at(begin, "the range ends before it begins", "swap its ends");
  set.add(*low, *high);
}

// A character, or nothing when a class of characters was added instead.
std::optional<char32_t> RegexpParser::bracket_character(CodePoints& set) {
  if (at('\\')) {
    if (class_escape(set) || error_) return std::nullopt;
    if (schema_ && take("\\b")) return U'\b';
    return character_escape();
  }
  if (at('-') && at_ + 1 < text_.size() && text_[at_ + 1] == ']') {
    ++at_;
    return U'-';
  }
  if (!schema_ && (at('[') || at('-'))) {
    fail(base::quoted(text_.substr(at_, 1)) + " must be escaped in a class",
         "write it with '\\' before it");
    return std::nullopt;
  }
  return next_code_point(text_, at_);
}

}  // namespace weft::expr
