#include <charconv>

#include "base/text.hpp"
#include "expr/jsonpath_parser.hpp"

namespace weft::expr {

using Segment = JsonPath::Segment;
using Selector = JsonPath::Selector;

namespace {

bool begins_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

}  // namespace

// Behind '$' or '@'. Blanks may stand between segments, and not behind the last.
uint32_t JsonPathParser::query(bool of_current) {
  JsonPath::Query made;
  made.of_current = of_current;
  std::vector<Segment> segments;
  for (;;) {
    const size_t before = at_;
    blank();
    Segment next;
    if (error_ || !segment(next, made.is_singular)) {
      if (!error_) at_ = before;
      break;
    }
    segments.push_back(next);
  }
  made.first = static_cast<uint32_t>(path_.segments_.size());
  made.count = static_cast<uint32_t>(segments.size());
  path_.segments_.insert(path_.segments_.end(), segments.begin(), segments.end());
  path_.queries_.push_back(made);
  return static_cast<uint32_t>(path_.queries_.size() - 1);
}

bool JsonPathParser::segment(Segment& segment, bool& is_singular) {
  segment.descends = take("..");
  if (segment.descends) is_singular = false;
  if (take('[')) {
    bracketed(segment, is_singular);
    return true;
  }
  if (!segment.descends && !take('.')) return false;
  Selector one;
  if (take('*')) {
    one.kind = Selector::Kind::wildcard;
    is_singular = false;
  } else {
    const std::string_view name = shorthand();
    if (name.empty()) {
      fail("a name or '*' is missing behind the dot");
      return false;
    }
    one.name = keep(name);
  }
  segment.first = static_cast<uint32_t>(path_.selectors_.size());
  segment.count = 1;
  path_.selectors_.push_back(one);
  return true;
}

void JsonPathParser::bracketed(Segment& segment, bool& is_singular) {
  if (!enter()) return;
  std::vector<Selector> all;
  do {
    blank();
    all.push_back(selector());
    blank();
  } while (!error_ && take(','));
  if (!error_ && !take(']')) fail("']' is missing");
  const bool is_one = all.size() == 1 && (all.front().kind == Selector::Kind::name ||
                                          all.front().kind == Selector::Kind::index);
  if (!is_one) is_singular = false;
  segment.first = static_cast<uint32_t>(path_.selectors_.size());
  segment.count = static_cast<uint32_t>(all.size());
  path_.selectors_.insert(path_.selectors_.end(), all.begin(), all.end());
  --depth_;
}

Selector JsonPathParser::selector() {
  Selector made;
  const char c = peek();
  if (c == '"' || c == '\'') {
    ++at_;
    made.name = keep(quoted(c));
  } else if (take('*')) {
    made.kind = Selector::Kind::wildcard;
  } else if (take('?')) {
    made.kind = Selector::Kind::filter;
    blank();
    made.term = any_of();
  } else {
    return slice_or_index();
  }
  return made;
}

Selector JsonPathParser::slice_or_index() {
  Selector made;
  made.kind = Selector::Kind::index;
  const auto is_number = [this] { return is_digit(peek()) || peek() == '-'; };
  if (is_number()) {
    made.begin = integer();
    made.has_begin = true;
    const size_t before = at_;
    blank();
    if (peek() != ':') at_ = before;
  }
  if (!take(':')) {
    if (!made.has_begin) fail("a selector is missing");
    return made;
  }
  made.kind = Selector::Kind::slice;
  blank();
  if (is_number()) {
    made.end = integer();
    made.has_end = true;
    blank();
  }
  if (!take(':')) return made;
  blank();
  if (is_number()) made.step = integer();
  return made;
}

std::string_view JsonPathParser::shorthand() {
  const size_t begin = at_;
  if (!begins_name(peek())) return {};
  while (begins_name(peek()) || is_digit(peek())) ++at_;
  return text_.substr(begin, at_ - begin);
}

// The part of an integer that JSON knows exactly: 53 bits.
int64_t JsonPathParser::integer() {
  constexpr int64_t most = (int64_t{1} << 53U) - 1;
  const size_t begin = at_;
  (void)take('-');
  const size_t digits = at_;
  while (is_digit(peek())) ++at_;
  const std::string_view written = text_.substr(begin, at_ - begin);
  int64_t number = 0;
  const auto read = std::from_chars(written.data(), written.data() + written.size(), number);
  const bool has_zero = text_[digits] == '0' && written.size() > 1;
  if (at_ == digits || read.ec != std::errc() || number > most || number < -most || has_zero) {
    fail_at(begin, "this is not an integer of a query");
  }
  return number;
}

std::string JsonPathParser::quoted(char quote) {
  std::string out;
  while (!error_) {
    if (at_ >= text_.size()) {
      fail("the text has no end");
      break;
    }
    const char c = text_[at_++];
    if (c == quote) break;
    if (static_cast<unsigned char>(c) < 0x20) {
      --at_;
      fail("a control character must be written as an escape");
    } else if (c == '\\') {
      escape(out, quote);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

void JsonPathParser::escape(std::string& out, char quote) {
  constexpr std::string_view letters = "bfnrt/\\";
  constexpr std::string_view meant = "\b\f\n\r\t/\\";
  const char c = peek();
  const size_t known = letters.find(c);
  if (at_ < text_.size() && (c == quote || known != letters.npos)) {
    ++at_;
    return out.push_back(c == quote ? quote : meant[known]);
  }
  if (!take('u')) return fail("there is no such escape");
  std::optional<uint32_t> unit = hexadecimal();
  if (unit && *unit >= 0xD800 && *unit < 0xDC00) {
    const auto low = take("\\u") ? hexadecimal() : std::nullopt;
    const bool is_pair = low && *low >= 0xDC00 && *low < 0xE000;
    unit = is_pair ? std::optional(0x10000 + ((*unit - 0xD800) << 10U) + (*low - 0xDC00))
                   : std::nullopt;
  } else if (unit && *unit >= 0xDC00 && *unit < 0xE000) {
    unit = std::nullopt;
  }
  if (!unit) return fail("the escape is no code point");
  base::append_utf8(out, static_cast<char32_t>(*unit));
}

std::optional<uint32_t> JsonPathParser::hexadecimal() {
  const std::string_view digits = text_.substr(at_, 4);
  uint32_t value = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() < 4 || read.ptr != digits.data() + 4) return std::nullopt;
  at_ += 4;
  return value;
}

Result<JsonPath> JsonPath::compile(std::string_view query) {
  if (query.size() > base::limits::expression_chars) {
    return syntax_error(query, 0, "the query is too long");
  }
  return JsonPathParser(query).parse();
}

}  // namespace weft::expr
