// Evaluation: a tree with variables to one number, in doubles and 64-bit integers or exactly.
#pragma once

#include <weft/value.hpp>

#include "big.hpp"
#include "syntax.hpp"

namespace weft::calc {

// Integers stay integers as long as their operations allow it.
struct Number {
  bool is_integer = true;
  int64_t i = 0;
  double f = 0;

  double real() const { return is_integer ? static_cast<double>(i) : f; }
};

// Both throw tool.bad_data with a column, exact also limit.size. variables is an object of numbers;
// exact takes texts such as "1/3" as well.
Number evaluate(const Tree& tree, Value variables);
Ratio evaluate_exact(const Tree& tree, Value variables);

// Throws for a name that is neither a function nor among the variables, as evaluation would.
void check_names(const Tree& tree, Value variables);

}  // namespace weft::calc
