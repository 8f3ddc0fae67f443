// One expression from its text to its value.
#include "expr/expression.hpp"

#include <utility>

#include "expr/machine.hpp"
#include "expr/parser.hpp"
#include "expr/program.hpp"

namespace weft::expr {

Expression::Expression(std::unique_ptr<const Program> program) : program_(std::move(program)) {}
Expression::Expression(Expression&& other) noexcept = default;
Expression& Expression::operator=(Expression&& other) noexcept = default;
Expression::~Expression() = default;

Result<Expression> Expression::compile(std::string_view text, const Names& names) {
  Result<std::unique_ptr<const Program>> program = parse(text, names, Accept::expression);
  if (!program) return std::move(program.error());
  return Expression(std::move(*program));
}

Result<Expression> Expression::compile_path(std::string_view text, const Names& names) {
  Result<std::unique_ptr<const Program>> program = parse(text, names, Accept::path);
  if (!program) return std::move(program.error());
  return Expression(std::move(*program));
}

Result<Value> Expression::evaluate(const Scope& scope, Arena arena) const {
  Machine machine(scope, arena);
  const Value value = machine.run(*program_);
  if (!value.exists()) return machine.take_error();
  return value;
}

std::span<const Root> Expression::roots() const { return program_->roots; }
std::string_view Expression::text() const { return program_->text; }

}  // namespace weft::expr
