// What stands behind '?': tests, comparisons and functions.
#include <algorithm>
#include <iterator>

#include "base/json.hpp"
#include "base/text.hpp"
#include "expr/jsonpath_parser.hpp"

namespace weft::expr {

using Term = JsonPath::Term;

uint32_t JsonPathParser::joined(Term::Kind kind, uint32_t (JsonPathParser::*part)(),
                                std::string_view sign) {
  std::vector<uint32_t> parts{(this->*part)()};
  for (;;) {
    const size_t before = at_;
    blank();
    if (error_ || !take(sign)) {
      if (!error_) at_ = before;
      break;
    }
    blank();
    parts.push_back((this->*part)());
  }
  if (parts.size() == 1) return parts.front();
  Term term;
  term.kind = kind;
  term.first = static_cast<uint32_t>(path_.operands_.size());
  term.count = static_cast<uint32_t>(parts.size());
  path_.operands_.insert(path_.operands_.end(), parts.begin(), parts.end());
  return add(term);
}

uint32_t JsonPathParser::any_of() {
  return joined(Term::Kind::any_of, &JsonPathParser::all_of, "||");
}
uint32_t JsonPathParser::all_of() {
  return joined(Term::Kind::all_of, &JsonPathParser::basic, "&&");
}

// A group, a comparison, or a test; the first and the last may be inverted.
uint32_t JsonPathParser::basic() {
  if (!enter()) return 0;
  const bool is_inverse = peek() == '!' && peek(1) != '=' && take('!');
  if (is_inverse) blank();
  uint32_t made = 0;
  if (take('(')) {
    blank();
    made = any_of();
    blank();
    if (!error_ && !take(')')) fail("')' is missing");
  } else {
    made = comparable();
    const size_t before = at_;
    blank();
    const auto sign = error_ ? std::nullopt : order();
    if (sign) {
      if (is_inverse) fail("'!' stands before a group or a test, not before a comparison");
      blank();
      Term term;
      term.kind = Term::Kind::compare;
      term.order = *sign;
      term.a = made;
      term.b = comparable();
      if (error_) return 0;
      check_comparable(path_.terms_[term.a]);
      check_comparable(path_.terms_[term.b]);
      made = add(term);
    } else if (!error_) {
      at_ = before;
      check_test(path_.terms_[made]);
      Term& term = path_.terms_[made];
      if (term.kind == Term::Kind::query) term.kind = Term::Kind::exists;
    }
  }
  --depth_;
  if (!is_inverse || error_) return made;
  Term inverse;
  inverse.kind = Term::Kind::inverse;
  inverse.a = made;
  return add(inverse);
}

void JsonPathParser::check_test(const Term& term) {
  if (term.kind == Term::Kind::literal) fail("a literal is compared with something");
  if (term.kind == Term::Kind::call && !signature_of(term).is_logical) {
    fail("the result of " + std::string(signature_of(term).name) + "() is compared with something");
  }
}

void JsonPathParser::check_comparable(const Term& term) {
  if (term.kind == Term::Kind::query && !path_.queries_[term.a].is_singular) {
    fail("only a query that selects one value at most is compared");
  }
  if (term.kind == Term::Kind::call && signature_of(term).is_logical) {
    fail(std::string(signature_of(term).name) + "() is true or false and is not compared");
  }
}

std::optional<Term::Order> JsonPathParser::order() {
  constexpr std::pair<std::string_view, Term::Order> signs[] = {
      {"==", Term::Order::equal},      {"!=", Term::Order::unequal},
      {"<=", Term::Order::less_equal}, {">=", Term::Order::greater_equal},
      {"<", Term::Order::less},        {">", Term::Order::greater}};
  for (const auto& [sign, order] : signs) {
    if (take(sign)) return order;
  }
  return std::nullopt;
}

uint32_t JsonPathParser::comparable() {
  const char c = peek();
  if (c == '@' || c == '$') {
    ++at_;
    Term term;
    term.kind = Term::Kind::query;
    term.a = query(c == '@');
    return add(term);
  }
  return is_lower(c) ? word() : literal();
}

uint32_t JsonPathParser::literal() {
  const char c = peek();
  if (is_digit(c) || c == '-') return number();
  Term term;
  if (c == '"' || c == '\'') {
    ++at_;
    term.value = keep(quoted(c));
    return add(term);
  }
  fail("a value, a query or a function is missing");
  return 0;
}

// As in JSON, and '-0' too.
uint32_t JsonPathParser::number() {
  const size_t begin = at_;
  (void)take('-');
  const bool is_zero = peek() == '0';
  const size_t digits = at_;
  while (is_digit(peek())) ++at_;
  bool is_good = at_ > digits && (!is_zero || at_ == digits + 1);
  if (take('.')) {
    const size_t fraction = at_;
    while (is_digit(peek())) ++at_;
    is_good = is_good && at_ > fraction;
  }
  if (take('e') || take('E')) {
    if (!take('-')) (void)take('+');
    const size_t exponent = at_;
    while (is_digit(peek())) ++at_;
    is_good = is_good && at_ > exponent;
  }
  const auto value = is_good
                         ? base::parse_json(text_.substr(begin, at_ - begin), path_.kept_->arena())
                         : Result<Value>(Error{});
  if (!value) {
    fail_at(begin, "this is not a number");
    return 0;
  }
  Term term;
  term.value = *value;
  return add(term);
}

// true, false, null, or a function.
uint32_t JsonPathParser::word() {
  const size_t begin = at_;
  while (is_lower(peek()) || is_digit(peek()) || peek() == '_') ++at_;
  const std::string_view name = text_.substr(begin, at_ - begin);
  if (take('(')) return call(name);
  const auto value = base::parse_json(name, path_.kept_->arena());
  Term term;
  if (value) term.value = *value;
  if (!value) fail_at(begin, "there is no word " + base::quoted(name));
  return add(term);
}

uint32_t JsonPathParser::call(std::string_view name) {
  const size_t begin = at_ - name.size() - 1;
  const auto* signature = std::find_if(std::begin(signatures), std::end(signatures),
                                       [&](const Signature& one) { return one.name == name; });
  if (signature == std::end(signatures)) {
    fail_at(begin, "there is no function " + base::quoted(name));
    return 0;
  }
  Term made;
  made.kind = Term::Kind::call;
  made.function = static_cast<JsonPath::Function>(signature - signatures);
  std::vector<uint32_t> all;
  if (!arguments(*signature, all)) return 0;
  if (all.size() != signature->arguments) {
    fail_at(begin, std::string(name) + "() takes " +
                       (signature->arguments == 1 ? "1 argument" : "2 arguments"));
    return 0;
  }
  made.first = static_cast<uint32_t>(path_.operands_.size());
  made.count = static_cast<uint32_t>(all.size());
  path_.operands_.insert(path_.operands_.end(), all.begin(), all.end());
  find_regexp(made);
  return add(made);
}

bool JsonPathParser::arguments(const Signature& signature, std::vector<uint32_t>& all) {
  if (!enter()) return false;
  blank();
  if (peek() != ')') {
    do {
      blank();
      argument(signature, all);
      blank();
    } while (!error_ && take(','));
  }
  if (!error_ && !take(')')) fail("')' is missing");
  --depth_;
  return !error_;
}

void JsonPathParser::argument(const Signature& signature, std::vector<uint32_t>& all) {
  const uint32_t made = comparable();
  if (error_) return;
  const Term& term = path_.terms_[made];
  if (!signature.wants_nodes) {
    check_comparable(term);
  } else if (term.kind != Term::Kind::query) {
    fail(std::string(signature.name) + "() takes a query");
  }
  all.push_back(made);
}

// A pattern that stands in the query is compiled once. A bad one matches nothing, says the RFC.
void JsonPathParser::find_regexp(Term& call) {
  if (!signature_of(call).is_logical) return;
  const Term& pattern = path_.terms_[path_.operands_[call.first + 1]];
  if (pattern.kind != Term::Kind::literal || !pattern.value.is_text()) return;
  const std::string_view text = pattern.value.as_text();
  auto made =
      Regexp::compile(call.function == JsonPath::Function::match ? without_ends(text) : text);
  if (!made) return;
  call.regexp = static_cast<int32_t>(path_.regexps_.size());
  path_.regexps_.push_back(std::move(*made));
}

}  // namespace weft::expr
