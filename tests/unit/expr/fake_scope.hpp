// A scope over one JSON document, and what an expression comes to in it, as one line of text.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/blocks.hpp"
#include "expr/root.hpp"

namespace weft::expr {

// Names are found as PATTERNS.md says, in little: $input, $prev, steps, members of the input.
class FakeScope final {
 public:
  FakeScope();
  FakeScope(const FakeScope&) = delete;

  Names names() const { return {this, find}; }
  Scope scope() const { return {this, value, 1'772'366'400'250'000'000, 42}; }
  Arena arena() { return blocks_.arena(); }
  Value parse(std::string_view json);

  // JSON of the value, or the code and column of the error: "expr.type@3".
  std::string run(std::string_view expression);
  std::string run_template(std::string_view tree);
  Error error_of(std::string_view expression);

 private:
  static Result<Root> find(const void* self, std::string_view name, std::string_view member);
  static Found value(const void* self, const Asked& asked, Arena arena);

  base::Blocks blocks_;
  Value document_;
};

std::string describe(const Error& error);

// What an expression is to come to, as run() says it.
struct Row {
  const char* text;
  const char* result;
};
void check(std::initializer_list<Row> rows);

}  // namespace weft::expr
