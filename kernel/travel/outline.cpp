#include "travel/outline.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "expr/lexer.hpp"
#include "spec/condition.hpp"
#include "spec/spec.hpp"

namespace weft::travel {

using expr::Token;

namespace {

using Range = std::pair<size_t, size_t>;  // of tokens

// Goes by the grammar of LANGUAGE.md: 'or' binds least, then 'and', then 'not', then comparisons.
class Reader final {
 public:
  // A stretch of text that is an expression.
  Reader(std::string_view text, uint32_t begin, uint32_t end);

  bool is_readable() const { return !tokens_.empty(); }
  Clause part(Range range) const;
  Range whole() const { return {0, tokens_.size()}; }

 private:
  std::vector<Range> split(Range range, std::string_view lower, std::string_view upper,
                           std::string_view symbol) const;
  size_t closing(size_t open) const;
  // Of a path, such as 'or' in x.or.
  bool is_member(size_t token) const { return token > 0 && tokens_[token - 1].is("."); }
  std::optional<size_t> comparison(Range range) const;
  std::optional<Threshold> threshold(Range range) const;
  std::optional<double> number(Range range) const;
  std::string words(Range range) const;

  std::string_view text_;
  std::vector<Token> tokens_;  // their places are in the text
};

// The same seen from the other side; empty for what does not compare by size.
std::string_view mirrored(std::string_view symbol) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 4> all{
      {{"<", ">"}, {"<=", ">="}, {">", "<"}, {">=", "<="}}};
  for (const auto& [one, other] : all) {
    if (one == symbol) return other;
  }
  return {};
}

bool opens(const Token& token) { return token.is("(") || token.is("["); }
bool closes(const Token& token) { return token.is(")") || token.is("]"); }

Reader::Reader(std::string_view text, uint32_t begin, uint32_t end) : text_(text) {
  expr::Lexer lexer(text.substr(begin, end - begin));
  while (true) {
    auto token = lexer.next();
    if (!token) {
      tokens_.clear();
      return;
    }
    if (token->kind == Token::Kind::end) return;
    token->at += begin;
    tokens_.push_back(std::move(*token));
  }
}

std::vector<Range> Reader::split(Range range, std::string_view lower, std::string_view upper,
                                 std::string_view symbol) const {
  std::vector<Range> all;
  uint32_t depth = 0;
  size_t first = range.first;
  for (size_t i = range.first; i < range.second; ++i) {
    const Token& token = tokens_[i];
    if (opens(token)) ++depth;
    if (closes(token) && depth > 0) --depth;
    const bool is_word = token.is_name(lower) || token.is_name(upper);
    const bool joins = depth == 0 && ((is_word && !is_member(i)) || token.is(symbol));
    if (!joins) continue;
    all.emplace_back(first, i);
    first = i + 1;
  }
  all.emplace_back(first, range.second);
  return all;
}

size_t Reader::closing(size_t open) const {
  uint32_t depth = 0;
  for (size_t i = open; i < tokens_.size(); ++i) {
    if (opens(tokens_[i])) ++depth;
    if (closes(tokens_[i]) && --depth == 0) return i;
  }
  return tokens_.size();
}

std::string Reader::words(Range range) const {
  const uint32_t begin = tokens_[range.first].at;
  return std::string(text_.substr(begin, tokens_[range.second - 1].end() - begin));
}

Clause Reader::part(Range range) const {
  Clause made;
  if (range.first >= range.second) return made;
  std::vector<Range> ranges = split(range, "or", "OR", "||");
  made.kind = Clause::Kind::any;
  if (ranges.size() == 1) {
    ranges = split(range, "and", "AND", "&&");
    made.kind = Clause::Kind::all;
  }
  if (ranges.size() == 1) {
    const bool is_enclosed =
        tokens_[range.first].is("(") && closing(range.first) == range.second - 1;
    if (is_enclosed) made = part({range.first + 1, range.second - 1});
    if (!is_enclosed) made.kind = Clause::Kind::leaf;
    if (!is_enclosed) made.threshold = threshold(range);
  } else {
    for (const Range& one : ranges) made.parts.push_back(part(one));
  }
  made.text = text_;
  made.begin = tokens_[range.first].at;
  made.end = tokens_[range.second - 1].end();
  made.expression = words(range);
  return made;
}

std::optional<double> Reader::number(Range range) const {
  const bool is_negative = range.first < range.second && tokens_[range.first].is("-");
  if (range.second - range.first != (is_negative ? 2U : 1U)) return {};
  const Token& token = tokens_[range.second - 1];
  if (token.kind != Token::Kind::number) return {};
  const double value = Value(&token.number).as_f64();
  return is_negative ? -value : value;
}

// The only comparison of a stretch, if there is one by size and no other.
std::optional<size_t> Reader::comparison(Range range) const {
  constexpr std::array<std::string_view, 7> others{"==",  "!=",       "!",      "in",
                                                   "not", "contains", "matches"};
  std::optional<size_t> found;
  uint32_t depth = 0;
  for (size_t i = range.first; i < range.second; ++i) {
    const Token& token = tokens_[i];
    if (opens(token)) ++depth;
    if (closes(token) && depth > 0) --depth;
    const bool is_word = token.kind == Token::Kind::name || token.kind == Token::Kind::symbol;
    if (depth > 0 || !is_word || is_member(i)) continue;
    if (std::find(others.begin(), others.end(), token.text) != others.end()) return {};
    if (mirrored(token.text).empty()) continue;
    if (found) return {};
    found = i;
  }
  const bool has_sides = found && *found > range.first && *found + 1 < range.second;
  return has_sides ? found : std::nullopt;
}

std::optional<Threshold> Reader::threshold(Range range) const {
  const std::optional<size_t> at = comparison(range);
  if (!at) return {};
  const Range left{range.first, *at}, right{*at + 1, range.second};
  const auto first = number(left), second = number(right);
  if (first.has_value() == second.has_value()) return {};
  const Range constant = first ? left : right;
  Threshold made;
  made.begin = tokens_[constant.first].at;
  made.end = tokens_[constant.second - 1].end();
  made.value = first ? *first : *second;
  made.compared = words(first ? right : left);
  const std::string_view symbol = tokens_[*at].text;
  // The text of a token lies in the condition; what is mirrored lasts anyway.
  made.symbol = first ? mirrored(symbol) : mirrored(mirrored(symbol));
  return made;
}

Clause of_text(Value condition, std::string expression) {
  const std::string_view text = condition.as_text();
  const std::string_view bare = spec::bare_expression(text);
  const auto begin = static_cast<uint32_t>(bare.data() - text.data());
  const Reader reader(text, begin, begin + static_cast<uint32_t>(bare.size()));
  Clause made;
  // A word such as 'always' means something else than it says.
  if (reader.is_readable()) made = reader.part(reader.whole());
  if (made.expression != expression) made = {};
  made.written = condition;
  made.text = text;
  made.begin = 0;
  made.end = static_cast<uint32_t>(text.size());
  made.expression = std::move(expression);
  return made;
}

std::string text_of(const Clause& part) {
  if (part.replaces_all) return part.instead;
  if (part.threshold && !part.instead.empty()) {
    return std::string(part.text.substr(part.begin, part.threshold->begin - part.begin))
        .append(part.instead)
        .append(part.text.substr(part.threshold->end, part.end - part.threshold->end));
  }
  if (part.parts.empty()) return std::string(part.text.substr(part.begin, part.end - part.begin));
  std::string out;
  uint32_t at = part.begin;
  for (size_t i = 0; i < part.parts.size(); ++i) {
    const Clause& place = part.parts[i];
    out.append(part.text.substr(at, place.begin - at));
    out.append(text_of(part.parts[part.order.empty() ? i : part.order[i]]));
    at = place.end;
  }
  return out.append(part.text.substr(at, part.end - at));
}

void write(const Clause& part, Builder& b) {
  const bool is_object = part.text.empty();
  if (!is_object) return b.text(text_of(part));
  if (part.replaces_all) return b.text(part.instead);
  if (part.parts.empty()) return b.link(part.written);
  b.begin_object();
  b.key(Key(part.written.key(0)));
  const bool is_list = part.written[0U].is_array();
  if (is_list) b.begin_array();
  for (size_t i = 0; i < part.parts.size(); ++i) {
    write(part.parts[part.order.empty() ? i : part.order[i]], b);
  }
  if (is_list) b.end_array();
  b.end_object();
}

}  // namespace

Clause outline(Value condition) {
  auto expression = spec::condition_text(condition);
  Clause made;
  made.written = condition;
  if (!expression) return made;
  if (condition.is_text()) return of_text(condition, std::move(*expression));
  made.expression = std::move(*expression);
  if (!condition.is_object()) return made;
  const std::string kind = base::fold_name(condition.key(0));
  const bool is_junction = kind == "and" || kind == "or";
  if (is_junction) made.kind = kind == "and" ? Clause::Kind::all : Clause::Kind::any;
  for (const Value one : is_junction ? condition[0U] : Value()) made.parts.push_back(outline(one));
  if (kind == base::fold_name("expression")) {
    made.kind = Clause::Kind::all;
    made.parts.push_back(outline(condition[0U]));
  }
  return made;
}

Value written(const Clause& part, Arena arena) {
  Builder b(arena);
  write(part, b);
  return b.take_value();
}

}  // namespace weft::travel
