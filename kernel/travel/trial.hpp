// Trial: an expression evaluated on what recorded decisions have read, and on nothing else.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <weft/result.hpp>

#include "expr/expression.hpp"

namespace weft::travel {

enum class Verdict : uint8_t { no, yes, fails };

class Trial final {
 public:
  static Result<Trial> of(std::string_view expression);

  // The decision is one of learn.hpp. why, if it is given, gets the code of a failure.
  Verdict on(Value decision, std::string* why = nullptr) const;
  std::optional<double> number_on(Value decision) const;

  const expr::Expression& expression() const { return expression_; }

 private:
  explicit Trial(expr::Expression expression) : expression_(std::move(expression)) {}
  expr::Expression expression_;
};

}  // namespace weft::travel
