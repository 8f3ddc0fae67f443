// Expression: one expression of a definition, compiled once and evaluated over values often.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "expr/root.hpp"

namespace weft::expr {

// The language is described in LANGUAGE.md. Evaluation is a function of the scope alone and
// bounded; it takes memory from the arena, from the heap only for an error or a pattern known only
// then.
//
// Error codes: expr.syntax, expr.type, expr.overflow, expr.division_by_zero, expr.arguments,
// expr.unknown_function, expr.unsupported, expr.limit.{length,depth,operations,built,states},
// path.missing, path.step_failed, path.step_skipped and whatever the Names answered.
// Where.column counts code points of the text, from 1.
class Expression final {
 public:
  static Result<Expression> compile(std::string_view text, const Names& names);
  // Only a path, as it stands in ${…}.
  static Result<Expression> compile_path(std::string_view text, const Names& names);

  Expression(Expression&& other) noexcept;
  Expression& operator=(Expression&& other) noexcept;
  ~Expression();

  // The result may link to the scope's values and to literals of this expression: it lives as long
  // as the arena and both of these.
  Result<Value> evaluate(const Scope& scope, Arena arena) const;

  // Everything that it speaks of, each once, in order of appearance.
  std::span<const Root> roots() const;
  // The same for every path, also those that an evaluation may pass over. Borrowed.
  std::vector<Asked> asked() const;
  std::string_view text() const;

 private:
  struct Body;
  explicit Expression(std::unique_ptr<const Body> body);
  static Result<Expression> made(std::string_view text, const Names& names, bool is_path);
  std::unique_ptr<const Body> body_;
};

}  // namespace weft::expr
