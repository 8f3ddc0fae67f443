// The walk over the codes of a program, its budget and its failures.
#include "expr/machine.hpp"

#include <cmath>
#include <cstring>

#include "base/limits.hpp"
#include "expr/code_point.hpp"
#include "expr/functions.hpp"

namespace weft::expr {
namespace {

namespace limits = base::limits;

constexpr weft_slot false_slot{WEFT_BOOL, 0, 0, 0, {0}};
constexpr weft_slot true_slot{WEFT_BOOL, 0, 0, 0, {1}};

}  // namespace

Value Machine::run(const Program& program) {
  begin(&program);
  return eval(program.root);
}

Error Machine::take_error() { return std::move(*error_); }

Value Machine::eval(uint32_t index) {
  const Code& code = program_->codes[index];
  if (operations_ == limits::expression_ops) return fail_operations(), Value();
  ++operations_;
  if (code.shape == Shape::path) return path(code);  // most are
  switch (code.shape) {
    case Shape::literal: return program_->literals[code.first];
    case Shape::path: break;
    case Shape::list: return list_of(code);
    case Shape::call: return call(code);
    case Shape::any_of: return junction(code, true);
    case Shape::all_of: return junction(code, false);
    case Shape::inverse: return inverse(code);
    case Shape::negative: return negative(code);
    case Shape::chain: return chain(code);
  }
  return {};
}

Value Machine::list_of(const Code& code) {
  auto* items = static_cast<weft_slot*>(allocate(uint64_t{code.count} * sizeof(weft_slot)));
  if (items == nullptr) return {};
  for (uint32_t i = 0; i < code.count; ++i) {
    const Value item = eval(program_->operands[code.first + i].code);
    if (!item.exists()) return {};
    place(items + i, lifted(*item.slot()));
  }
  auto* slot = static_cast<weft_slot*>(allocate(sizeof(weft_slot)));
  if (slot == nullptr) return {};
  weft_slot whole{WEFT_ARRAY, 0, 0, code.count, {0}};
  whole.v.u = reinterpret_cast<uintptr_t>(items);
  place(slot, whole);
  return Value(slot);
}

// 'or' is decided by the first true, 'and' by the first false; what follows is not evaluated.
Value Machine::junction(const Code& code, bool decisive) {
  for (uint32_t i = 0; i < code.count; ++i) {
    const Operand& operand = program_->operands[code.first + i];
    const Value value = eval(operand.code);
    if (!value.exists()) return {};
    if (!value.is_boolean()) {
      at_ = program_->codes[operand.code].at;
      return fail_type(
          std::string(decisive ? "'or'" : "'and'") + " wants booleans, not " + type_phrase(value),
          "compare it with something");
    }
    if (value.as_bool() == decisive) return boolean(decisive);
  }
  return boolean(!decisive);
}

Value Machine::inverse(const Code& code) {
  const Value value = eval(code.first);
  if (!value.exists()) return {};
  if (value.is_boolean()) return boolean(!value.as_bool());
  at_ = code.at;
  return fail_type("'not' wants a boolean, not " + type_phrase(value), "compare it with something");
}

Value Machine::negative(const Code& code) {
  const Value value = eval(code.first);
  if (!value.exists()) return {};
  at_ = code.at;
  if (value.tag() == Tag::f64) return real(-value.as_f64());
  if (value.tag() == Tag::i64 && value.as_i64() != INT64_MIN) return integer(-value.as_i64());
  if (value.is_integer()) {
    if (value.as_u64() == uint64_t{1} << 63U) return integer(INT64_MIN);
    return fail("expr.overflow", "the negative of this integer does not fit 64 bits");
  }
  return fail_type("'-' wants a number, not " + type_phrase(value));
}

Value Machine::chain(const Code& code) {
  const Operand* operands = &program_->operands[code.first];
  Value left = eval(operands[0].code);
  for (uint32_t i = 1; i < code.count && left.exists(); ++i) {
    const Operand& operand = operands[i];
    if (operand.regexp != no_regexp) {
      at_ = operand.at;
      return matches(left, operand);
    }
    const Value right = eval(operand.code);
    if (!right.exists()) return {};
    at_ = operand.at;
    left = apply(operand.op, left, right);
  }
  return left;
}

Value Machine::call(const Code& code) {
  const Function& function = functions()[code.function];
  if (function.lazy != Function::Lazy::no) return call_lazy(code);
  Value arguments[Function::arguments_max];
  for (uint32_t i = 0; i < code.count; ++i) {
    arguments[i] = eval(program_->operands[code.first + i].code);
    if (!arguments[i].exists()) return {};
  }
  at_ = code.at;
  return function.call(*this, {arguments, code.count});
}

// The value of an argument, or a missing one: path_failed_ tells whether the machine goes on.
Value Machine::caught(uint32_t index) {
  ++catching_;
  path_failed_ = false;
  const Value value = eval(index);
  --catching_;
  return value;
}

Value Machine::call_lazy(const Code& code) {
  const Function::Lazy lazy = functions()[code.function].lazy;
  const Operand* operands = &program_->operands[code.first];
  for (uint32_t i = 0; i < code.count; ++i) {
    const bool is_fallback = lazy == Function::Lazy::fallback && i == 1;
    if (is_fallback) return eval(operands[i].code);
    const Value value = caught(operands[i].code);
    if (!value.exists() && !path_failed_) return {};
    if (lazy == Function::Lazy::exists) return boolean(value.exists());
    if (lazy == Function::Lazy::fallback && value.exists()) return value;
    if (lazy == Function::Lazy::coalesce && !value.is_null()) return value;
  }
  return null_value();
}

Value Machine::boolean(bool value) const { return Value(value ? &true_slot : &false_slot); }

Value Machine::integer(int64_t value) {
  auto* slot = static_cast<weft_slot*>(allocate(sizeof(weft_slot)));
  if (slot == nullptr) return {};
  *slot = {WEFT_I64, 0, 0, 0, {value}};
  return Value(slot);
}

Value Machine::real(double value) {
  if (!std::isfinite(value)) {
    return fail("expr.overflow", "the result is too large for a double");
  }
  auto* slot = static_cast<weft_slot*>(allocate(sizeof(weft_slot)));
  if (slot == nullptr) return {};
  *slot = {WEFT_F64, 0, 0, 0, {0}};
  slot->v.f = value;
  return Value(slot);
}

Value Machine::text(std::string_view value) {
  if (value.size() < sizeof(weft_slot::v.text)) return built_text(value.data(), value.size());
  auto* bytes = static_cast<char*>(allocate(value.size() + 1));
  if (bytes == nullptr) return {};
  std::memcpy(bytes, value.data(), value.size());
  bytes[value.size()] = 0;
  return built_text(bytes, value.size());
}

Value Machine::built_text(const char* bytes, uint64_t size) {
  auto* slot = static_cast<weft_slot*>(allocate(sizeof(weft_slot)));
  if (slot == nullptr) return {};
  const uint16_t hint = weft_hint(bytes, size);
  weft_slot whole{WEFT_STR, 0, hint, static_cast<uint32_t>(size), {0}};
  if (size < sizeof whole.v.text) {
    whole.flags = WEFT_INLINE;
    if (size != 0) std::memcpy(whole.v.text, bytes, size);
  } else {
    whole.v.u = reinterpret_cast<uintptr_t>(bytes);
  }
  place(slot, whole);
  return Value(slot);
}

Value Machine::list(std::span<const Value> items) {
  auto* slots = static_cast<weft_slot*>(allocate((items.size() + 1) * sizeof(weft_slot)));
  if (slots == nullptr || !spend_items(items.size())) return {};
  for (size_t i = 0; i < items.size(); ++i) place(slots + 1 + i, lifted(*items[i].slot()));
  weft_slot whole{WEFT_ARRAY, 0, 0, static_cast<uint32_t>(items.size()), {0}};
  whole.v.u = reinterpret_cast<uintptr_t>(slots + 1);
  place(slots, whole);
  return Value(slots);
}

bool Machine::count_built(uint64_t bytes) {
  built_ += bytes;
  if (built_ <= limits::expression_built_bytes) [[likely]]
    return true;
  return fail_limit("expr.limit.built", "the expression builds more than 1 MB");
}

void* Machine::allocate(uint64_t bytes) {
  return count_built(bytes) ? arena_.allocate(bytes) : nullptr;
}

uint64_t Machine::room() const {
  const uint64_t most = limits::expression_built_bytes;
  return built_ < most ? most - built_ : 0;
}

bool Machine::spend(uint64_t operations) {
  const uint64_t left = limits::expression_ops - operations_;
  if (operations <= left) {
    operations_ += static_cast<uint32_t>(operations);
    return true;
  }
  return fail_operations();
}

bool Machine::fail_operations() {
  operations_ = limits::expression_ops;
  std::string message = "the expression needs more than ";
  message.append(std::to_string(limits::expression_ops)).append(" operations");
  return fail_limit("expr.limit.operations", std::move(message));
}

// Looks at every slot below the value, at most as many as the budget has room for.
bool Machine::spend_value(Value value) {
  if (!value.is_array() && !value.is_object()) return spend_bytes(value.size());
  if (!spend_items(value.size())) return false;
  for (const Value item : value) {
    if (item.size() != 0 && (!spend(1) || !spend_value(item))) return false;
  }
  return true;
}

bool Machine::fail_limit(const char* code, std::string message) {
  fail(code, std::move(message), "do this in a step of its own");
  error_->status = Status::limit;
  error_->flags = 0;
  return false;
}

Value Machine::fail(const char* code, std::string message, std::string hint) {
  if (error_ != nullptr) return {};
  error_ = std::make_unique<Error>();
  error_->status = Status::bad_input;
  error_->code = code;
  error_->message = std::move(message);
  error_->hint = std::move(hint);
  error_->flags = WEFT_ERR_BAD_INPUT;
  if (program_ != nullptr) error_->where.column = column_at(program_->text, at_);
  return {};
}

Value Machine::fail_type(std::string message, std::string hint) {
  return fail("expr.type", std::move(message), std::move(hint));
}

Value Machine::fail_no_item(std::string_view function) {
  path_failed_ = true;
  if (catching_ != 0) return {};
  return fail("path.missing", std::string(function) + "() of an empty list",
              "write default(" + std::string(function) + "(…), …) if it may be empty");
}

std::string_view type_name(Value value) {
  switch (value.tag()) {
    case Tag::null: return "null";
    case Tag::boolean: return "bool";
    case Tag::i64:
    case Tag::u64: return "int";
    case Tag::f64: return "double";
    case Tag::text: return "string";
    case Tag::bytes: return "bytes";
    case Tag::array: return "list";
    case Tag::object: return "object";
    case Tag::time: return "time";
    case Tag::blob: return "blob";
  }
  return "unknown";
}

std::string type_phrase(Value value) {
  const std::string_view name = type_name(value);
  if (name == "null" || name == "bytes") return std::string(name);
  return (name == "int" || name == "object" || name == "unknown" ? "an " : "a ") +
         std::string(name);
}

}  // namespace weft::expr
