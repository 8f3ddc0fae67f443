// A Pratt parser: each operator has a power with which it holds its operands.
#include "syntax.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <optional>

#include <weft/sdk/failure.hpp>

namespace weft::calc {

Error error_at(std::string_view code, std::string message, uint32_t column, std::string hint) {
  message.append(" at column ").append(std::to_string(column));
  Error e = sdk::failure(code, message, {{"line", 1}, {"column", column}, {"offset", column - 1}});
  e.hint = std::move(hint);
  return e;
}

namespace {

struct Infix {
  std::string_view text;
  Op op;
  uint8_t power;
  bool from_right = false;
};

// Longer ones first, so that '<=' is not read as '<'.
constexpr Infix infixes[] = {
    {"||", Op::either, 1},   {"&&", Op::both, 2},       {"==", Op::equal, 3},
    {"!=", Op::unequal, 3},  {"<=", Op::less_equal, 4}, {">=", Op::greater_equal, 4},
    {"<", Op::less, 4},      {">", Op::greater, 4},     {"+", Op::add, 5},
    {"-", Op::subtract, 5},  {"*", Op::multiply, 6},    {"/", Op::divide, 6},
    {"%", Op::remainder, 6}, {"^", Op::power, 8, true},
};
constexpr uint8_t prefix_power = 7;  // below '^': -2^2 is -(2^2)

bool is_comparison(uint8_t power) { return power == 3 || power == 4; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || is_digit(c);
}

class Parser final {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Tree parse() {
    if (text_.size() > Limits::length) {
      throw error_at("limit.size", "the expression is longer than 1,000 characters",
                     Limits::length + 1, "split it into several steps");
    }
    tree_.root = expression(0, 0);
    if (at_ < text_.size()) unexpected("an operator");
    return std::move(tree_);
  }

 private:
  uint32_t column() const { return static_cast<uint32_t>(at_) + 1; }
  void skip() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }
  bool take(std::string_view what) {
    skip();
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  [[noreturn]] void unexpected(std::string_view wanted) {
    std::string message = std::string(wanted).append(" is expected");
    if (at_ >= text_.size()) {
      throw error_at("tool.bad_data", message.append(" but the expression ends"), column());
    }
    size_t size = 1;
    while (at_ + size < text_.size() && (text_[at_ + size] & '\xc0') == '\x80') ++size;
    message.append(" instead of '").append(text_.substr(at_, size)).append(1, '\'');
    const bool is_assignment = text_[at_] == '=';
    throw error_at("tool.bad_data", std::move(message), column(),
                   is_assignment ? "write '==' to compare" : "");
  }

  uint32_t add(Part node, std::optional<double> constant) {
    tree_.nodes.push_back(std::move(node));
    constants_.push_back(constant);
    return static_cast<uint32_t>(tree_.nodes.size() - 1);
  }

  static void check_depth(uint32_t depth, uint32_t column) {
    if (depth <= Limits::depth) return;
    throw error_at("limit.depth", "more than 20 parts stand in each other", column,
                   "split the expression into several steps");
  }

  void count_operator(uint32_t column) {
    if (++operators_ <= Limits::operators) return;
    throw error_at("limit.count", "there are more than 100 operators", column,
                   "split the expression into several steps");
  }

  uint32_t expression(uint8_t least, uint32_t depth) {
    skip();
    check_depth(depth, column());
    uint32_t left = operand(depth);
    uint8_t compared = 0;
    for (;;) {
      skip();
      const Infix* infix = find_infix();
      if (infix == nullptr || infix->power < least) return left;
      const uint32_t at = column();
      if (is_comparison(infix->power) && compared == infix->power) {
        throw error_at("tool.bad_data", "comparisons cannot be chained", at,
                       "write a < b && b < c, or use parentheses");
      }
      compared = infix->power;
      count_operator(at);
      at_ += infix->text.size();
      // The right side of '^' may have a sign: 2^-1.
      const uint8_t next =
          infix->from_right ? prefix_power : static_cast<uint8_t>(infix->power + 1);
      const uint32_t right = expression(next, infix->from_right ? depth + 1 : depth);
      left = join(*infix, at, left, right);
    }
  }

  const Infix* find_infix() const {
    for (const Infix& infix : infixes) {
      if (text_.substr(at_).starts_with(infix.text)) return &infix;
    }
    return nullptr;
  }

  // An exponent that is already known is judged here, before anything is computed.
  uint32_t join(const Infix& infix, uint32_t at, uint32_t left, uint32_t right) {
    const auto a = constants_[left], b = constants_[right];
    if (infix.op == Op::power && b && !(std::fabs(*b) <= Limits::exponent)) {
      throw error_at("limit.size", "the exponent is beyond 100", at, "the most is 100");
    }
    return add({infix.op, at, {}, {left, right}}, a && b ? fold(infix.op, *a, *b) : std::nullopt);
  }

  static std::optional<double> fold(Op op, double a, double b) {
    switch (op) {
      case Op::add: return a + b;
      case Op::subtract: return a - b;
      case Op::multiply: return a * b;
      case Op::divide: return b != 0 ? std::optional(a / b) : std::nullopt;
      case Op::power: return std::pow(a, b);
      default: return std::nullopt;
    }
  }

  uint32_t operand(uint32_t depth) {
    skip();
    if (at_ >= text_.size()) unexpected("a value");
    const char c = text_[at_];
    if (c == '-' || c == '+' || c == '!') return prefix(c, depth);
    if (c == '(') {
      ++at_;
      const uint32_t inner = expression(0, depth + 1);
      if (!take(")")) unexpected("')'");
      return inner;
    }
    if (is_digit(c) || c == '.') return number();
    if (is_word(c)) return name(depth);
    unexpected("a value");
  }

  uint32_t prefix(char sign, uint32_t depth) {
    const uint32_t at = column();
    count_operator(at);
    ++at_;
    const uint32_t inner = expression(prefix_power, depth + 1);
    if (sign == '+') return inner;
    const auto value = constants_[inner];
    if (sign == '!') return add({Op::invert, at, {}, {inner}}, std::nullopt);
    return add({Op::negate, at, {}, {inner}}, value ? std::optional(-*value) : std::nullopt);
  }

  void digits() {
    while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  }

  uint32_t number() {
    const size_t begin = at_;
    const uint32_t at = column();
    digits();
    const size_t whole = at_ - begin;
    if (at_ < text_.size() && text_[at_] == '.') ++at_, digits();
    if (at_ - begin == 1 && whole == 0) {
      throw error_at("tool.bad_data", "a number needs digits", at);
    }
    if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
      ++at_;
      if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
      const size_t exponent = at_;
      digits();
      if (at_ == exponent) unexpected("a digit");
    }
    if (at_ < text_.size() && (is_word(text_[at_]) || text_[at_] == '.')) {
      unexpected("an operator");
    }
    const std::string_view text = text_.substr(begin, at_ - begin);
    return add({Op::number, at, text, {}}, std::strtod(std::string(text).c_str(), nullptr));
  }

  uint32_t name(uint32_t depth) {
    const size_t begin = at_;
    const uint32_t at = column();
    while (at_ < text_.size() && is_word(text_[at_])) ++at_;
    const std::string_view word = text_.substr(begin, at_ - begin);
    if (take("(")) return call(word, at, depth);
    if (std::find(tree_.variables.begin(), tree_.variables.end(), word) == tree_.variables.end()) {
      tree_.variables.push_back(word);
    }
    if (tree_.variables.size() > Limits::variables) {
      throw error_at("limit.count", "there are more than 50 variables", at, "use fewer");
    }
    return add({Op::variable, at, word, {}}, std::nullopt);
  }

  uint32_t call(std::string_view word, uint32_t at, uint32_t depth) {
    if (++calls_ > Limits::functions) {
      throw error_at("limit.count", "there are more than 50 function calls", at, "use fewer");
    }
    if (std::find(tree_.functions.begin(), tree_.functions.end(), word) == tree_.functions.end()) {
      tree_.functions.push_back(word);
    }
    std::vector<uint32_t> arguments;
    if (!take(")")) {
      do {
        arguments.push_back(expression(0, depth + 1));
      } while (take(","));
      if (!take(")")) unexpected("',' or ')'");
    }
    return add({Op::call, at, word, std::move(arguments)}, std::nullopt);
  }

  std::string_view text_;
  size_t at_ = 0;
  Tree tree_;
  std::vector<std::optional<double>> constants_;  // of the nodes, where they are known
  uint32_t operators_ = 0, calls_ = 0;
};

}  // namespace

Tree parse(std::string_view text) { return Parser(text).parse(); }

}  // namespace weft::calc
