#include "evaluate.hpp"

#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <numbers>

#include "walk.hpp"

namespace weft::calc {

namespace {

constexpr int64_t least_integer = std::numeric_limits<int64_t>::min();

std::string in_quotes(std::string_view text) {
  return std::string(1, '\'').append(text).append(1, '\'');
}

Number integer(int64_t value) { return {true, value, 0}; }

Number real(double value, const Part& at) {
  if (std::isfinite(value)) return {false, 0, value};
  refuse_at("the result is beyond the range of numbers", at, "use smaller numbers");
}

// A whole double as an integer, where it fits.
Number whole(double value) {
  constexpr double edge = 9223372036854775808.0;
  if (value >= -edge && value < edge) return integer(static_cast<int64_t>(value));
  return {false, 0, value};
}

[[noreturn]] void refuse_overflow(const Part& at) {
  refuse_at("the integer result does not fit 64 bits", at,
            "set 'exact: true', or write one number with a point: 2.0");
}

int64_t int_power(int64_t base, int64_t exponent, const Part& at) {
  int64_t result = 1;
  for (int64_t n = 0; n < exponent; ++n) {
    if (__builtin_mul_overflow(result, base, &result)) refuse_overflow(at);
  }
  return result;
}

using Real = double (*)(double);
struct Analytic {
  std::string_view name;
  Real function;
};
constexpr Analytic analytic[] = {
    {"acos", std::acos},   {"acosh", std::acosh}, {"asin", std::asin},  {"asinh", std::asinh},
    {"atan", std::atan},   {"atanh", std::atanh}, {"cos", std::cos},    {"cosh", std::cosh},
    {"exp", std::exp},     {"ln", std::log},      {"sin", std::sin},    {"sinh", std::sinh},
    {"sqrt", std::sqrt},   {"tan", std::tan},     {"tanh", std::tanh},  {"ceil", std::ceil},
    {"floor", std::floor}, {"int", std::trunc},   {"round", std::round}};

bool is_defined(std::string_view name, double x) {
  if (name == "sqrt") return x >= 0;
  if (name == "ln" || name == "log") return x > 0;
  if (name == "asin" || name == "acos") return x >= -1 && x <= 1;
  if (name == "acosh") return x >= 1;
  if (name == "atanh") return x > -1 && x < 1;
  return true;
}

[[noreturn]] void refuse_domain(const Part& node, double x) {
  char text[32];
  const auto end = std::to_chars(text, text + sizeof text, x).ptr;
  std::string message(node.text);
  message.append(1, '(').append(text, end).append(") is not defined");
  refuse_at(std::move(message), node);
}

class Plain final {
 public:
  using Type = Number;
  explicit Plain(Value variables) : variables_(variables) {}

  Number literal(const Part& node) const {
    int64_t value = 0;
    const char* end = node.text.data() + node.text.size();
    const auto [stop, error] = std::from_chars(node.text.data(), end, value);
    if (stop == end && error == std::errc()) return integer(value);
    if (stop == end) {
      refuse_at("the integer does not fit 64 bits", node,
                "set 'exact: true', or write it with a point: 2.0");
    }
    return real(std::strtod(std::string(node.text).c_str(), nullptr), node);
  }
  Number least(const Part&) const { return integer(least_integer); }

  Number variable(const Part& node) const {
    const Value value = variables_[Key(node.text)];
    if (value.tag() == Tag::i64) return integer(value.as_i64());
    if (value.is_boolean()) return of_bool(value.as_bool());
    if (value.tag() == Tag::f64) return real(value.as_f64(), node);
    if (value.exists()) {
      refuse_at(in_quotes(node.text).append(" is no number of 64 bits"), node,
                "give the variable a number, or set 'exact: true'");
    }
    const bool is_constant = node.text == "pi" || node.text == "e";
    refuse_at(std::string("there is no variable ").append(in_quotes(node.text)), node,
              is_constant ? std::string("write ").append(node.text).append("()")
                          : "give it in 'variables'");
  }

  Number negate(const Part& at, Number a) const {
    if (!a.is_integer) return {false, 0, -a.f};
    if (a.i == least_integer) refuse_overflow(at);
    return integer(-a.i);
  }

  Number binary(const Part& at, Number a, Number b) const {
    const bool by_zero = b.is_integer ? b.i == 0 : b.f == 0;
    if (by_zero && (at.op == Op::divide || at.op == Op::remainder)) {
      refuse_at("division by zero", at);
    }
    if (at.op == Op::power) return raise(at, a, b);
    return a.is_integer && b.is_integer ? integers(at, a.i, b.i) : reals(at, a.real(), b.real());
  }

  int compare(Number a, Number b) const {
    const auto wide = [](Number n) {
      return n.is_integer ? static_cast<long double>(n.i) : static_cast<long double>(n.f);
    };
    const long double x = wide(a), y = wide(b);  // 64 bits of precision or more
    return x < y ? -1 : x > y ? 1 : 0;
  }
  bool truth(Number a) const { return a.is_integer ? a.i != 0 : a.f != 0; }
  Number of_bool(bool truth) const { return integer(truth ? 1 : 0); }

  Number call(const Part& node, const std::vector<Number>& of) const {
    const std::string_view name = node.text;
    if (name == "pi") return real(std::numbers::pi, node);
    if (name == "e") return real(std::numbers::e, node);
    if (name == "atan2") return real(std::atan2(of[0].real(), of[1].real()), node);
    if (name == "log") return logarithm(node, of);
    const Number a = of[0];
    if (name == "sign") return integer(compare(a, integer(0)));
    if (name == "abs") return compare(a, integer(0)) < 0 ? negate(node, a) : a;
    const bool rounds = name == "ceil" || name == "floor" || name == "int" || name == "round";
    if (rounds && a.is_integer) return a;
    if (!is_defined(name, a.real())) refuse_domain(node, a.real());
    for (const Analytic& one : analytic) {
      if (one.name != name) continue;
      const double x = one.function(a.real());
      return rounds || is_root(name, a, x) ? whole(x) : real(x, node);
    }
    refuse_at(in_quotes(name).append(" cannot be computed"), node);
  }

 private:
  // The root of a square integer is an integer.
  static bool is_root(std::string_view name, Number a, double x) {
    if (name != "sqrt" || !a.is_integer || x != std::floor(x)) return false;
    const auto root = static_cast<int64_t>(x);
    int64_t square = 0;
    return !__builtin_mul_overflow(root, root, &square) && square == a.i;
  }

  static Number logarithm(const Part& node, const std::vector<Number>& of) {
    for (const Number& argument : of) {
      if (!is_defined("log", argument.real())) refuse_domain(node, argument.real());
    }
    if (of.size() == 1) return real(std::log10(of[0].real()), node);
    const double base = of[1].real();
    if (base == 1) refuse_at("there is no logarithm to base 1", node);
    if (base == 2) return real(std::log2(of[0].real()), node);
    if (base == 10) return real(std::log10(of[0].real()), node);
    return real(std::log(of[0].real()) / std::log(base), node);
  }

  static Number integers(const Part& at, int64_t a, int64_t b) {
    int64_t result = 0;
    bool overflows = false;
    switch (at.op) {
      case Op::add: overflows = __builtin_add_overflow(a, b, &result); break;
      case Op::subtract: overflows = __builtin_sub_overflow(a, b, &result); break;
      case Op::multiply: overflows = __builtin_mul_overflow(a, b, &result); break;
      case Op::remainder: return integer(b == -1 ? 0 : a % b);
      default:
        overflows = a == least_integer && b == -1;
        if (!overflows && a % b != 0) {
          return real(static_cast<double>(a) / static_cast<double>(b), at);
        }
        if (!overflows) result = a / b;
    }
    if (overflows) refuse_overflow(at);
    return integer(result);
  }

  static Number reals(const Part& at, double a, double b) {
    switch (at.op) {
      case Op::add: return real(a + b, at);
      case Op::subtract: return real(a - b, at);
      case Op::multiply: return real(a * b, at);
      case Op::remainder: return real(std::fmod(a, b), at);
      default: return real(a / b, at);
    }
  }

  static Number raise(const Part& at, Number a, Number b) {
    if (std::fabs(b.real()) > Limits::exponent) {
      throw error_at("limit.size", "the exponent is beyond 100", at.column, "the most is 100");
    }
    if (a.is_integer && b.is_integer && b.i >= 0) return integer(int_power(a.i, b.i, at));
    if (a.real() == 0 && b.real() < 0) refuse_at("division by zero", at);
    if (a.real() < 0 && b.real() != std::floor(b.real())) {
      refuse_at("a negative number has no power with a fraction", at);
    }
    return real(std::pow(a.real(), b.real()), at);
  }

  Value variables_;
};

}  // namespace

Number evaluate(const Tree& tree, Value variables) {
  const Plain plain(variables);
  return Walk<Plain>(tree, plain).go(tree.root);
}

void check_names(const Tree& tree, Value variables) {
  for (const Part& node : tree.nodes) {
    if (node.op == Op::call) static_cast<void>(function_of(node));
    if (node.op == Op::variable && variables.exists() && !variables[Key(node.text)].exists()) {
      static_cast<void>(Plain(variables).variable(node));
    }
  }
}

}  // namespace weft::calc
