#include "parts.hpp"

#include <algorithm>

namespace weft::legacy {

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

bool is_name_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '@';
}

Span Parts::trim(Span span) const {
  while (span.at < span.end && is_blank(text_[span.at])) ++span.at;
  while (span.end > span.at && is_blank(text_[span.end - 1])) --span.end;
  return span;
}

// A quote within a word, as in "don't", is none.
bool Parts::begins_word(Span span, uint32_t at) const {
  if (at == span.at) return true;
  constexpr std::string_view before = ",:=([|>";
  const char c = text_[at - 1];
  return is_blank(c) || before.find(c) != before.npos;
}

// Behind what stands at a place and belongs together.
bool Parts::step(Span span, uint32_t& at, uint32_t depth) {
  const char c = text_[at];
  if (c == '\\' && at + 1 < span.end) {
    at += 2;
    return true;
  }
  if ((c == '"' || c == '\'') && begins_word(span, at)) return step_quote(span, at);
  if (c == '(' || c == '[') return step_bracket(span, at, depth);
  ++at;
  return true;
}

bool Parts::step_quote(Span span, uint32_t& at) {
  const uint32_t first = at;
  for (++at; at < span.end && text_[at] != text_[first]; ++at) {
    if (text_[at] == '\\' && at + 1 < span.end) ++at;
  }
  if (at < span.end) {
    ++at;
    return true;
  }
  fault = {Status::bad_input, "format.unclosed", "a quoted text does not end",
           "close it, or put a backslash before the quote", first};
  return false;
}

bool Parts::step_bracket(Span span, uint32_t& at, uint32_t depth) {
  const uint32_t first = at;
  const char close = text_[at] == '(' ? ')' : ']';
  if (depth >= depth_max) {
    fault = {Status::limit, "limit.depth", "brackets are nested more than 32 deep", {}, first};
    return false;
  }
  for (++at; at < span.end && text_[at] != close;) {
    if (!step(span, at, depth + 1)) return false;
  }
  if (at < span.end) {
    ++at;
    return true;
  }
  fault = {Status::bad_input, "format.unclosed", "a bracket is not closed",
           "close it, or put a backslash before it", first};
  return false;
}

bool Parts::split(Span span, const Separator& separator, std::vector<Span>& parts) {
  uint32_t from = span.at;
  for (uint32_t at = span.at; at < span.end;) {
    const uint32_t length = separator(at);
    if (length == 0) {
      if (!step(span, at, 0)) return false;
      continue;
    }
    parts.push_back(trim({from, at}));
    from = at += length;
  }
  parts.push_back(trim({std::min(from, span.end), span.end}));
  return true;
}

bool Parts::split(Span span, char sign, std::vector<Span>& parts) {
  return split(span, [&](uint32_t at) { return text_[at] == sign ? 1U : 0U; }, parts);
}

bool Parts::split_at_arrows(Span span, std::vector<Span>& parts) {
  return split(span, [&](uint32_t at) { return arrow_at(at); }, parts);
}

bool Parts::find(Span span, const Separator& separator, uint32_t& at) {
  for (at = span.at; at < span.end && separator(at) == 0;) {
    if (!step(span, at, 0)) return false;
  }
  at = std::min(at, span.end);
  return true;
}

bool Parts::is_in_brackets(Span span, char open, Span& inner) {
  if (span.is_empty() || text_[span.at] != open) return false;
  uint32_t at = span.at;
  if (!step_bracket(span, at, 0) || at != span.end) return false;
  inner = trim({span.at + 1, span.end - 1});
  return true;
}

bool Parts::is_in_quotes(Span span, Span& inner) {
  if (span.is_empty() || (text_[span.at] != '"' && text_[span.at] != '\'')) return false;
  uint32_t at = span.at;
  if (!step_quote(span, at) || at != span.end) return false;
  inner = trim({span.at + 1, span.end - 1});
  return true;
}

std::string Parts::plain(Span span) const {
  std::string out;
  for (uint32_t at = span.at; at < span.end; ++at) {
    const char c = text_[at];
    if (c == '\\' && at + 1 < span.end) {
      out += text_[++at];
      continue;
    }
    if ((c != '"' && c != '\'') || !begins_word(span, at)) {
      out += c;
      continue;
    }
    for (++at; at < span.end && text_[at] != c; ++at) {
      if (text_[at] == '\\' && at + 1 < span.end) ++at;
      out += text_[at];
    }
  }
  return out;
}

bool Parts::is_word_at(uint32_t at, std::string_view word) const {
  const auto equals = [](char a, char b) { return (a | ' ') == b; };
  const std::string_view there = text_.substr(std::min<size_t>(at, text_.size()), word.size());
  const size_t end = at + word.size();
  return there.size() == word.size() &&
         std::equal(there.begin(), there.end(), word.begin(), equals) &&
         (at == 0 || !is_name_char(text_[at - 1])) &&
         (end == text_.size() || !is_name_char(text_[end]));
}

uint32_t Parts::arrow_at(uint32_t at) const {
  const std::string_view rest = text_.substr(at, 3);
  if (rest.starts_with("→")) return 3;
  return rest.starts_with("->") || rest.starts_with("|>") ? 2 : 0;
}

bool Parts::has_arrow(Span span) {
  uint32_t at = 0;
  return find(span, [&](uint32_t here) { return arrow_at(here); }, at) && at < span.end;
}

}  // namespace weft::legacy
