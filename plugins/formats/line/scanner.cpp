#include "scanner.hpp"

#include <algorithm>

namespace weft::line {
namespace {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_arrow(std::string_view rest) {
  return rest.starts_with("→") || rest.starts_with("->") || rest.starts_with("|>");
}

}  // namespace

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_' || c == '-' ||
         c == '.' || c == '@';
}

void Scanner::skip_blanks() {
  while (at_ < content_.text.size() && is_blank(content_.text[at_])) ++at_;
}

bool Scanner::is_at_end() {
  skip_blanks();
  return at_ == content_.text.size();
}

uint32_t Scanner::here() {
  skip_blanks();
  return content_.at[at_];
}

bool Scanner::is_before(std::string_view sign) {
  skip_blanks();
  return rest(at_).starts_with(sign);
}

bool Scanner::take(std::string_view sign) {
  if (!is_before(sign)) return false;
  at_ += sign.size();
  last_ = at_;
  return true;
}

bool Scanner::is_word_at(size_t at, std::string_view word) const {
  const bool begins = at == 0 || !is_name_char(content_.text[at - 1]);
  const size_t end = at + word.size();
  return begins && rest(at).starts_with(word) &&
         (end == content_.text.size() || !is_name_char(content_.text[end]));
}

bool Scanner::take_word(std::string_view word) {
  skip_blanks();
  return is_word_at(at_, word) && take(word);
}

std::string Scanner::take_name() {
  skip_blanks();
  size_t end = at_;
  while (end < content_.text.size() && is_name_char(content_.text[end])) ++end;
  std::string name = content_.text.substr(at_, end - at_);
  if (!name.empty()) last_ = at_ = end;
  return name;
}

std::string Scanner::take_label() {
  skip_blanks();
  const size_t before = at_, last = last_;
  std::string name = take_name();
  const bool is_label = !name.empty() && !is_digit(name.front()) &&
                        at_ + 1 < content_.text.size() && content_.text[at_] == ':' &&
                        (is_blank(content_.text[at_ + 1]) || content_.text[at_ + 1] == '[');
  if (is_label) {
    last_ = ++at_;
    return name;
  }
  at_ = before;
  last_ = last;
  return {};
}

uint32_t Scanner::take_count() {
  const size_t before = at_;
  if (!take("*")) return 0;
  skip_blanks();
  uint64_t count = 0;
  const size_t first = at_;
  for (; at_ < content_.text.size() && is_digit(content_.text[at_]); ++at_) {
    count = std::min<uint64_t>(count * 10 + static_cast<uint64_t>(content_.text[at_] - '0'),
                               UINT32_MAX);
  }
  if (at_ == first) {
    at_ = before;
    return 0;
  }
  last_ = at_;
  return static_cast<uint32_t>(count);
}

// A star and a number at the end of an item are no part of its text.
bool Scanner::is_count_at(size_t at, std::string_view signs,
                          const std::vector<std::string_view>& words) const {
  if (content_.text[at] != '*') return false;
  size_t end = at + 1;
  while (end < content_.text.size() && is_blank(content_.text[end])) ++end;
  const size_t digits = end;
  while (end < content_.text.size() && is_digit(content_.text[end])) ++end;
  if (end == digits) return false;
  while (end < content_.text.size() && is_blank(content_.text[end])) ++end;
  return ends_at(end, signs, words);
}

bool Scanner::ends_at(size_t at, std::string_view signs,
                      const std::vector<std::string_view>& words) const {
  if (at == content_.text.size() || is_arrow(rest(at))) return true;
  if (signs.find(content_.text[at]) != signs.npos) return true;
  return std::any_of(words.begin(), words.end(),
                     [&](std::string_view word) { return is_word_at(at, word); });
}

bool Scanner::take_quoted(std::string& out) {
  const size_t first = at_;
  const char quote = content_.text[at_++];
  for (; at_ < content_.text.size() && content_.text[at_] != quote; ++at_) {
    if (content_.text[at_] == '\\' && at_ + 1 < content_.text.size()) ++at_;
    out += content_.text[at_];
  }
  if (at_ == content_.text.size()) {
    fault = {Status::bad_input, "format.unclosed", "a quoted text does not end",
             "close it, or put a backslash before the quote", content_.at[first]};
    return false;
  }
  ++at_;
  return true;
}

bool Scanner::take_text(std::string_view signs, const std::vector<std::string_view>& words,
                        Words& out) {
  skip_blanks();
  out.place.at = content_.at[at_];
  out.text.clear();
  size_t kept = 0;  // bytes of text that were protected, so that blanks at their end stay
  bool is_start_of_word = true;
  while (!ends_at(at_, signs, words) && !is_count_at(at_, signs, words)) {
    const char c = content_.text[at_];
    if (is_start_of_word && (c == '"' || c == '\'')) {
      if (!take_quoted(out.text)) return false;
      kept = out.text.size();
      last_ = at_;
      is_start_of_word = false;
      continue;
    }
    const bool is_protected = c == '\\' && at_ + 1 < content_.text.size();
    if (is_protected) ++at_;
    out.text += content_.text[at_++];
    if (is_protected) kept = out.text.size();
    is_start_of_word = !is_protected && is_blank(c);
    if (!is_start_of_word) last_ = at_;
  }
  while (out.text.size() > kept && is_blank(out.text.back())) out.text.pop_back();
  out.place.end = std::max(content_.at[last_], out.place.at);
  return true;
}

bool Scanner::take_expression(std::string_view word, Tree& to) {
  skip_blanks();
  const size_t first = at_;
  size_t end = first;
  while (at_ < content_.text.size() && !is_word_at(at_, word)) {
    const char c = content_.text[at_];
    if (c == '"' || c == '\'') {
      std::string ignored;
      if (!take_quoted(ignored)) break;
    } else {
      ++at_;
    }
    if (!is_blank(c)) end = at_;
  }
  if (end == first || at_ == content_.text.size()) {
    at_ = std::min(at_, content_.text.size());
    return false;
  }
  to = Tree::of(content_.text.substr(first, end - first), {content_.at[first], content_.at[end]});
  return take(word);
}

}  // namespace weft::line
