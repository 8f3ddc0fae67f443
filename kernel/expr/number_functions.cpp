// Functions of numbers, and conversions to scalars.
#include <cmath>
#include <string>

#include "base/number.hpp"
#include "base/text.hpp"
#include "expr/functions.hpp"
#include "expr/machine.hpp"

namespace weft::expr::fn {
namespace {

constexpr double i64_end = 9'223'372'036'854'775'808.0;  // 2^63

Value fail_number(Machine& machine, std::string_view function, Value value) {
  return machine.fail_type(std::string(function) + "() wants a number, not " + type_phrase(value),
                           value.is_text() ? "write number(…) around it" : "");
}

Value fail_conversion(Machine& machine, std::string_view function, Value value) {
  if (value.is_text()) {
    return machine.fail_type(std::string(function) + "() cannot read " +
                             base::quoted(value.as_text()));
  }
  return machine.fail_type(std::string(function) + "() cannot convert " + type_phrase(value));
}

// A double without fraction as an integer.
Value whole(Machine& machine, double value) {
  if (value >= -i64_end && value < i64_end) return machine.integer(static_cast<int64_t>(value));
  return machine.fail("expr.overflow", "the result does not fit 64 bits");
}

Value rounded(Machine& machine, std::string_view function, Value value, double (*rule)(double)) {
  if (value.is_integer()) return value;
  if (value.tag() != Tag::f64) return fail_number(machine, function, value);
  return whole(machine, rule(value.as_f64()));
}

Value read_number(Machine& machine, std::string_view text) {
  if (const auto integer = base::to_i64(text)) return machine.integer(*integer);
  const auto real = base::to_f64(text);
  return real ? machine.real(*real) : Value();
}

}  // namespace

Value to_number(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  if (value.is_number()) return value;
  const Value read = value.is_text() ? read_number(machine, value.as_text()) : Value();
  return read.exists() ? read : fail_conversion(machine, "number", value);
}

Value to_int(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  if (value.is_integer()) return value;
  if (value.tag() == Tag::f64) return whole(machine, std::trunc(value.as_f64()));
  const auto read = value.is_text() ? base::to_i64(value.as_text()) : std::nullopt;
  return read ? machine.integer(*read) : fail_conversion(machine, "int", value);
}

Value to_bool(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  if (value.is_boolean()) return value;
  const std::string_view text = value.as_text();
  if (text == "true" || text == "false") return machine.boolean(text == "true");
  return fail_conversion(machine, "bool", value);
}

Value absolute(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  if (value.tag() == Tag::f64) return machine.real(std::fabs(value.as_f64()));
  if (!value.is_integer()) return fail_number(machine, "abs", value);
  if (value.tag() == Tag::u64 || value.as_i64() >= 0) return value;
  if (value.as_i64() != INT64_MIN) return machine.integer(-value.as_i64());
  return machine.fail("expr.overflow", "the result does not fit 64 bits");
}

Value round(Machine& machine, Arguments arguments) {
  const Value value = arguments[0];
  if (arguments.size() == 1) {
    return rounded(machine, "round", value, [](double x) { return std::round(x); });
  }
  const int64_t decimals = arguments[1].as_i64(-1);
  if (decimals < 0 || decimals > 15) {
    return machine.fail("expr.arguments", "round() wants 0 to 15 decimals",
                        "leave them out to round to an integer");
  }
  if (value.is_integer()) return value;
  if (value.tag() != Tag::f64) return fail_number(machine, "round", value);
  const double scale = std::pow(10.0, static_cast<double>(decimals));
  const double scaled = value.as_f64() * scale;
  // What has no such decimal is its own nearest.
  if (!std::isfinite(scaled) || std::fabs(scaled) >= 4'503'599'627'370'496.0) return value;
  return machine.real(std::round(scaled) / scale);
}

Value floor(Machine& machine, Arguments arguments) {
  return rounded(machine, "floor", arguments[0], [](double x) { return std::floor(x); });
}

Value ceil(Machine& machine, Arguments arguments) {
  return rounded(machine, "ceil", arguments[0], [](double x) { return std::ceil(x); });
}

}  // namespace weft::expr::fn
