// One expression from its text to its value.
#include "expr/expression.hpp"

#include <array>
#include <cstddef>
#include <utility>

#include "expr/machine.hpp"
#include "expr/parser.hpp"
#include "expr/program.hpp"

namespace weft::expr {

struct Expression::Body {
  alignas(weft_slot) std::array<std::byte, 256> first;
  Literals kept{first};
  Program program;
};

Expression::Expression(std::unique_ptr<const Body> body) : body_(std::move(body)) {}
Expression::Expression(Expression&& other) noexcept = default;
Expression& Expression::operator=(Expression&& other) noexcept = default;
Expression::~Expression() = default;

Result<Expression> Expression::made(std::string_view text, const Names& names, bool is_path) {
  auto body = std::make_unique_for_overwrite<Body>();
  auto program = parse(text, names, is_path ? Accept::path : Accept::expression, body->kept);
  if (!program) return std::move(program.error());
  body->program = *program;
  return Expression(std::move(body));
}

Result<Expression> Expression::compile(std::string_view text, const Names& names) {
  return made(text, names, false);
}

Result<Expression> Expression::compile_path(std::string_view text, const Names& names) {
  return made(text, names, true);
}

Result<Value> Expression::evaluate(const Scope& scope, Arena arena) const {
  Machine machine(scope, arena);
  const Value value = machine.run(body_->program);
  if (!value.exists()) return machine.take_error();
  return value;
}

std::span<const Root> Expression::roots() const { return body_->program.roots; }

std::vector<Asked> Expression::asked() const {
  std::vector<Asked> all;
  all.reserve(body_->program.paths.size());
  for (const Path& path : body_->program.paths) all.push_back({path.root, path.name, path.first});
  return all;
}

std::string_view Expression::text() const { return body_->program.text; }

}  // namespace weft::expr
