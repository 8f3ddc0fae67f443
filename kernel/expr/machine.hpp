// Machine: evaluates programs over a scope, within bounds.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "expr/program.hpp"
#include "expr/root.hpp"

namespace weft::expr {

// One machine serves one evaluation: an expression, or all expressions of a template, each with its
// own budget. A missing Value (exists() is false) means that the machine failed and knows why.
class Machine final {
 public:
  Machine(const Scope& scope, Arena arena) : scope_(scope), arena_(arena) {}
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Value run(const Program& program);
  // A new budget for what is built outside a program.
  void restart() { begin(nullptr); }
  // Requires: something returned a missing Value.
  Error take_error();

  // For operators and functions. Each answers a missing Value once the budget is used up.
  Value boolean(bool value) const;
  Value integer(int64_t value);
  Value real(double value);  // expr.overflow when it is not finite
  Value text(std::string_view value);
  Value list(std::span<const Value> items);
  void* allocate(uint64_t bytes);  // null when the budget is used up
  bool count_built(uint64_t bytes);
  // Memory that does not count, and how much may still be built in it.
  void* scratch(uint64_t bytes) { return arena_.allocate(bytes); }
  uint64_t room() const;
  // A text whose bytes were allocated, 8-aligned and followed by a zero.
  Value built_text(const char* bytes, uint64_t size);

  // Counts the work of walking over something; false when the budget is used up.
  bool spend(uint64_t operations);
  bool spend_items(uint64_t items) { return spend(items / 32); }
  bool spend_bytes(uint64_t bytes) { return spend(bytes / 1'024); }
  bool spend_value(Value value);  // with all that is in it

  Value fail(const char* code, std::string message, std::string hint = {});
  Value fail_type(std::string message, std::string hint = {});
  // Of a path: exists() and its like catch it, and then no message is made.
  Value fail_no_item(std::string_view function);

  const Scope& scope() const { return scope_; }
  uint32_t next_uuid() { return uuids_++; }

  // operators.cpp
  Value apply(Operator op, Value a, Value b);
  Value add(Value a, Value b);

 private:
  void begin(const Program* program) {
    program_ = program;
    at_ = 0;
    operations_ = 0;
    built_ = 0;
  }
  Value eval(uint32_t index);
  Value list_of(const Code& code);
  Value junction(const Code& code, bool decisive);
  Value inverse(const Code& code);
  Value negative(const Code& code);
  Value chain(const Code& code);
  Value call(const Code& code);
  Value call_lazy(const Code& code);
  Value caught(uint32_t index);
  bool fail_operations();
  bool fail_limit(const char* code, std::string message);

  // operators.cpp
  Value arithmetic(Operator op, Value a, Value b);
  Value arithmetic_integer(Operator op, Value a, Value b);
  Value arithmetic_real(Operator op, double a, double b);
  Value compare(Operator op, Value a, Value b);
  Value equal(Value a, Value b, bool wanted);
  Value contains(Value whole, Value part, bool wanted);
  Value matches(Value text, const Operand& pattern);
  Value match_with(const Regexp& regexp, std::string_view text);
  Value concatenate(Value a, Value b);
  Value append(Value a, Value b);

  // walk.cpp
  Value path(const Code& code);
  Value walk(const Path& path, uint32_t from, Value value);
  Value spread(const Path& path, uint32_t from, Value value);
  Value fail_scope(const Path& path, const Found& found);
  Value fail_step(const Path& path, uint32_t number, Value container);
  Value fail_path(Error error);

  const Scope& scope_;
  Arena arena_;
  const Program* program_ = nullptr;
  uint32_t at_ = 0;  // byte of what is being evaluated, for errors
  uint32_t operations_ = 0;
  uint64_t built_ = 0;
  uint32_t uuids_ = 0;
  uint32_t catching_ = 0;         // depth of arguments whose path errors are caught
  bool path_failed_ = false;      // a caught one
  std::unique_ptr<Error> error_;  // any other
};

// null bool int double string list object bytes time blob
std::string_view type_name(Value value);
// The same for a message: 'a string'.
std::string type_phrase(Value value);

}  // namespace weft::expr
