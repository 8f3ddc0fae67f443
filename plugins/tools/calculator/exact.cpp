// Exact arithmetic: what has no exact result is refused, never rounded.
#include <algorithm>
#include <charconv>

#include "evaluate.hpp"
#include "walk.hpp"

namespace weft::calc {

namespace {

constexpr int scale_max = 400;  // of 10 in a literal; doubles reach 308

[[noreturn]] void refuse_large(const Part& at) {
  throw error_at("limit.size", "the number would have more than 8,192 bits", at.column,
                 "use smaller numbers, or leave 'exact' out");
}

bool is_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "12", "1.5", "1.5e-3"; false when it is none of them.
bool read_decimal(std::string_view text, Ratio& to) {
  int scale = 0;
  const size_t exponent = text.find_first_of("eE");
  if (exponent != std::string_view::npos) {
    std::string_view digits = text.substr(exponent + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, scale);
    if (stop != end || digits.empty()) return false;
    if (error != std::errc() || scale > scale_max || scale < -scale_max) throw TooLarge{};
    text = text.substr(0, exponent);
  }
  std::string all(text);
  const size_t point = all.find('.');
  if (point != std::string::npos) {
    scale -= static_cast<int>(all.size() - point - 1);
    all.erase(point, 1);
  }
  if (!is_digits(all)) return false;
  const Ratio ten{10, 1};
  const Ratio power_of_ten = power(ten, static_cast<uint32_t>(scale < 0 ? -scale : scale));
  const Ratio digits{Big::of_digits(all), 1};
  to = scale < 0 ? digits / power_of_ten : digits * power_of_ten;
  return true;
}

// "-1/3" or a decimal with a sign.
bool read_fraction(std::string_view text, Ratio& to) {
  const bool is_negative = text.starts_with('-');
  if (is_negative) text.remove_prefix(1);
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    if (!read_decimal(text, to)) return false;
  } else {
    const std::string_view p = text.substr(0, slash), q = text.substr(slash + 1);
    if (!is_digits(p) || !is_digits(q)) return false;
    const Big below = Big::of_digits(q);
    if (below.is_zero()) return false;
    to = Ratio::made(Big::of_digits(p), below);
  }
  if (is_negative) to.p = -to.p;
  return true;
}

class Exact final {
 public:
  using Type = Ratio;
  explicit Exact(Value variables) : variables_(variables) {}

  Ratio literal(const Part& node) const {
    return guarded(node, [&] {
      Ratio ratio;
      if (!read_decimal(node.text, ratio)) refuse_at("this is no number", node);
      return ratio;
    });
  }
  Ratio least(const Part&) const { return {INT64_MIN, 1}; }

  Ratio variable(const Part& node) const {
    const Value value = variables_[Key(node.text)];
    std::string text(value.as_text());
    if (value.is_integer()) {
      text =
          value.tag() == Tag::u64 ? std::to_string(value.as_u64()) : std::to_string(value.as_i64());
    } else if (value.tag() == Tag::f64) {
      // The shortest text: 0.1 is one tenth, as it was written.
      char digits[32];
      text.assign(digits, std::to_chars(digits, digits + sizeof digits, value.as_f64()).ptr);
    } else if (value.is_boolean()) {
      return of_bool(value.as_bool());
    }
    return guarded(node, [&] {
      Ratio ratio;
      if (read_fraction(text, ratio)) return ratio;
      std::string message = std::string(1, '\'').append(node.text).append(1, '\'');
      refuse_at(value.exists() ? message.append(" is no number")
                               : std::string("there is no variable ").append(message),
                node, "give it in 'variables' as a number or as a text such as \"1/3\"");
    });
  }

  Ratio negate(const Part&, const Ratio& a) const { return {-a.p, a.q}; }

  Ratio binary(const Part& at, const Ratio& a, const Ratio& b) const {
    if (b.p.is_zero() && (at.op == Op::divide || at.op == Op::remainder)) {
      refuse_at("division by zero", at);
    }
    return guarded(at, [&] {
      switch (at.op) {
        case Op::add: return a + b;
        case Op::subtract: return a - b;
        case Op::multiply: return a * b;
        case Op::divide: return a / b;
        case Op::remainder: return a - b * truncated(a / b);
        default: return raise(at, a, b);
      }
    });
  }

  int compare(const Ratio& a, const Ratio& b) const {
    try {
      return calc::compare(a, b);
    } catch (const TooLarge&) {
      throw error_at("limit.size", "the numbers to compare are too large", 1,
                     "use smaller numbers, or leave 'exact' out");
    }
  }
  bool truth(const Ratio& a) const { return !a.p.is_zero(); }
  Ratio of_bool(bool truth) const { return {truth ? 1 : 0, 1}; }

  Ratio call(const Part& node, const std::vector<Ratio>& of) const {
    const std::string_view name = node.text;
    if (!of.empty()) {
      const Ratio& a = of[0];
      const bool is_negative = a.p.is_negative();
      if (name == "abs") return is_negative ? negate(node, a) : a;
      if (name == "sign") return {a.p.is_zero() ? 0 : is_negative ? -1 : 1, 1};
      if (name == "int") return truncated(a);
      if (name == "floor") return {floor_of(a), 1};
      if (name == "ceil") return {-floor_of({-a.p, a.q}), 1};
      if (name == "round") return guarded(node, [&] { return rounded(a); });
    }
    refuse_at(std::string(1, '\'').append(name).append("' has no exact result"), node,
              "leave 'exact' out");
  }

 private:
  template <class F>
  static Ratio guarded(const Part& at, F&& compute) {
    try {
      return compute();
    } catch (const TooLarge&) {
      refuse_large(at);
    }
  }

  static Ratio truncated(const Ratio& a) {
    Big quotient, rest;
    Big::divide(a.p, a.q, quotient, rest);
    return {quotient, 1};
  }
  static Ratio rounded(const Ratio& a) {
    const Ratio half = Ratio::made(a.p.is_negative() ? -1 : 1, 2);
    return truncated(a + half);
  }

  static Ratio raise(const Part& at, const Ratio& a, const Ratio& b) {
    int64_t exponent = 0;
    if (!b.is_integer()) refuse_at("a power with a fraction has no exact result", at);
    if (!b.p.fits_i64(exponent) || exponent > Limits::exponent ||
        exponent < -int64_t{Limits::exponent}) {
      throw error_at("limit.size", "the exponent is beyond 100", at.column, "the most is 100");
    }
    if (exponent >= 0) return power(a, static_cast<uint32_t>(exponent));
    if (a.p.is_zero()) refuse_at("division by zero", at);
    return power(Ratio{1, 1} / a, static_cast<uint32_t>(-exponent));
  }

  Value variables_;
};

}  // namespace

Ratio evaluate_exact(const Tree& tree, Value variables) {
  const Exact exact(variables);
  return Walk<Exact>(tree, exact).go(tree.root);
}

}  // namespace weft::calc
