// What operators do with values.
#include <cmath>
#include <compare>
#include <cstring>
#include <string>

#include "base/compare.hpp"
#include "base/limits.hpp"
#include "expr/machine.hpp"

namespace weft::expr {
namespace {

__extension__ typedef __int128 Wide;

Wide wide(Value value) {
  return value.tag() == Tag::u64 ? Wide{value.as_u64()} : Wide{value.as_i64()};
}

std::string_view symbol(Operator op) {
  switch (op) {
    case Operator::add: return "'+'";
    case Operator::subtract: return "'-'";
    case Operator::multiply: return "'*'";
    case Operator::divide: return "'/'";
    case Operator::remainder: return "'%'";
    case Operator::less: return "'<'";
    case Operator::less_equal: return "'<='";
    case Operator::greater: return "'>'";
    case Operator::greater_equal: return "'>='";
    default: return "''";
  }
}

bool holds(Operator op, std::partial_ordering order) {
  switch (op) {
    case Operator::less: return order < 0;
    case Operator::less_equal: return order <= 0;
    case Operator::greater: return order > 0;
    default: return order >= 0;
  }
}

bool has_order(Value a, Value b) {
  if (a.is_number()) return b.is_number();
  const bool ordered = a.is_text() || a.is_boolean() || a.tag() == Tag::time;
  return ordered && a.tag() == b.tag();
}

}  // namespace

Value Machine::apply(Operator op, Value a, Value b) {
  switch (op) {
    case Operator::add: return add(a, b);
    case Operator::subtract:
    case Operator::multiply:
    case Operator::divide:
    case Operator::remainder: return arithmetic(op, a, b);
    case Operator::equal: return equal(a, b, true);
    case Operator::unequal: return equal(a, b, false);
    case Operator::less:
    case Operator::less_equal:
    case Operator::greater:
    case Operator::greater_equal: return compare(op, a, b);
    case Operator::in: return contains(b, a, true);
    case Operator::not_in: return contains(b, a, false);
    case Operator::contains: return contains(a, b, true);
    case Operator::matches: break;
    case Operator::none: return b;
  }
  if (!a.is_text() || !b.is_text()) {
    return fail_type("'matches' wants two strings, not " + type_phrase(a) + " and " +
                     type_phrase(b));
  }
  const Result<Regexp> regexp = Regexp::compile(b.as_text());
  if (regexp) return match_with(*regexp, a.as_text());
  const std::string where =
      " (character " + std::to_string(regexp.error().where.column) + " of the pattern)";
  fail(regexp.error().code.c_str(), regexp.error().message + where, regexp.error().hint);
  error_->status = regexp.error().status;
  return {};
}

Value Machine::add(Value a, Value b) {
  if (a.is_number() && b.is_number()) return arithmetic(Operator::add, a, b);
  if (a.is_text() && b.is_text()) return concatenate(a, b);
  if (a.is_array() && b.is_array()) return append(a, b);
  const bool mixed = (a.is_text() && b.is_number()) || (a.is_number() && b.is_text());
  return fail_type("'+' wants two numbers, two strings or two lists, not " + type_phrase(a) +
                       " and " + type_phrase(b),
                   mixed ? "write string(…) or number(…) around one of them" : "");
}

Value Machine::arithmetic(Operator op, Value a, Value b) {
  if (a.is_integer() && b.is_integer()) return arithmetic_integer(op, a, b);
  if (a.is_number() && b.is_number()) return arithmetic_real(op, a.as_f64(), b.as_f64());
  return fail_type(std::string(symbol(op)) + " wants two numbers, not " + type_phrase(a) + " and " +
                   type_phrase(b));
}

// Exact in 128 bits; the result must fit 64. Division cuts toward zero, the remainder has the sign
// of the dividend.
Value Machine::arithmetic_integer(Operator op, Value a, Value b) {
  const Wide x = wide(a), y = wide(b);
  Wide result = 0;
  switch (op) {
    case Operator::add: result = x + y; break;
    case Operator::subtract: result = x - y; break;
    case Operator::multiply:
      // Only two integers above 63 bits could leave 128.
      if (x > INT64_MAX && y > INT64_MAX) {
        return fail("expr.overflow", "the product does not fit 64 bits");
      }
      result = x * y;
      break;
    default:
      if (y == 0) return fail("expr.division_by_zero", "the divisor is 0");
      result = op == Operator::divide ? x / y : x % y;
  }
  if (result >= INT64_MIN && result <= INT64_MAX) return integer(static_cast<int64_t>(result));
  return fail("expr.overflow",
              std::string("the result of ") + std::string(symbol(op)) + " does not fit 64 bits",
              "make one side a double, such as 1.0");
}

Value Machine::arithmetic_real(Operator op, double a, double b) {
  switch (op) {
    case Operator::add: return real(a + b);
    case Operator::subtract: return real(a - b);
    case Operator::multiply: return real(a * b);
    default: break;
  }
  if (b == 0) return fail("expr.division_by_zero", "the divisor is 0");
  return real(op == Operator::divide ? a / b : std::fmod(a, b));
}

Value Machine::compare(Operator op, Value a, Value b) {
  if (a.tag() == Tag::i64 && b.tag() == Tag::i64) {
    return boolean(holds(op, a.as_i64() <=> b.as_i64()));
  }
  if (!has_order(a, b)) {
    return fail_type(
        std::string(symbol(op)) + " cannot order " + type_phrase(a) + " and " + type_phrase(b),
        "numbers, strings, times and booleans are ordered, each among themselves");
  }
  if (!spend_bytes(a.size())) return {};
  const std::partial_ordering order = base::order(a, b);
  return boolean(order != std::partial_ordering::unordered && holds(op, order));
}

Value Machine::equal(Value a, Value b, bool wanted) {
  if (a.is_array() || a.is_object()) {
    if (a.tag() != b.tag() || a.size() != b.size()) return boolean(!wanted);
    if (!spend_value(a)) return {};
  }
  return boolean(base::equal(a, b) == wanted);
}

// A part of a text, an item of a list, a key of an object.
Value Machine::contains(Value whole, Value part, bool wanted) {
  if (whole.is_text() && part.is_text()) {
    if (!spend_bytes(whole.size())) return {};
    return boolean((whole.as_text().find(part.as_text()) != std::string_view::npos) == wanted);
  }
  if (whole.is_object() && part.is_text()) {
    return boolean(whole[Key(part.as_text())].exists() == wanted);
  }
  if (whole.is_array()) {
    if (!spend_items(whole.size())) return {};
    for (const Value item : whole) {
      if (item.is_array() || item.is_object()) {
        if (!spend_value(item)) return {};
      }
      if (base::equal(item, part)) return boolean(wanted);
    }
    return boolean(!wanted);
  }
  if (whole.is_text() || whole.is_object()) {
    return fail_type(type_phrase(part) + " cannot be in " + type_phrase(whole),
                     "a string has parts and an object has keys that are strings");
  }
  return fail_type("nothing can be in " + type_phrase(whole),
                   "only strings, lists and objects contain something");
}

Value Machine::matches(Value text, const Operand& pattern) {
  if (text.is_text()) return match_with(*program_->regexps[pattern.regexp], text.as_text());
  return fail_type("'matches' wants a string, not " + type_phrase(text),
                   "write string(…) around it");
}

Value Machine::match_with(const Regexp& regexp, std::string_view text) {
  if (!spend(uint64_t{regexp.states()} * text.size() / 4'096)) return {};
  return boolean(regexp.matches(text));
}

Value Machine::concatenate(Value a, Value b) {
  const std::string_view left = a.as_text(), right = b.as_text();
  const uint64_t size = left.size() + right.size();
  auto* bytes = static_cast<char*>(allocate(size + 1));
  if (bytes == nullptr) return {};
  std::memcpy(bytes, left.data(), left.size());
  std::memcpy(bytes + left.size(), right.data(), right.size());
  bytes[size] = 0;
  return built_text(bytes, size);
}

Value Machine::append(Value a, Value b) {
  const uint64_t size = uint64_t{a.size()} + b.size();
  auto* slots = static_cast<weft_slot*>(allocate((size + 1) * sizeof(weft_slot)));
  if (slots == nullptr || !spend_items(size)) return {};
  weft_slot* to = slots + 1;
  for (const Value item : a) place(to++, lifted(*item.slot()));
  for (const Value item : b) place(to++, lifted(*item.slot()));
  weft_slot whole{WEFT_ARRAY, 0, 0, static_cast<uint32_t>(size), {0}};
  whole.v.u = reinterpret_cast<uintptr_t>(slots + 1);
  place(slots, whole);
  return Value(slots);
}

}  // namespace weft::expr
