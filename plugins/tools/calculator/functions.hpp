// Functions: the names that can be called, and what they take.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "syntax.hpp"

namespace weft::calc {

struct Function {
  std::string_view name;
  uint32_t least, most;  // arguments
  std::string_view description;
};

inline constexpr Function functions[] = {
    {"abs", 1, 1, "magnitude"},
    {"acos", 1, 1, "inverse cosine, in radians"},
    {"acosh", 1, 1, "inverse hyperbolic cosine"},
    {"asin", 1, 1, "inverse sine, in radians"},
    {"asinh", 1, 1, "inverse hyperbolic sine"},
    {"atan", 1, 1, "inverse tangent, in radians"},
    {"atan2", 2, 2, "angle of the point (second, first), in radians"},
    {"atanh", 1, 1, "inverse hyperbolic tangent"},
    {"ceil", 1, 1, "the next integer above"},
    {"cos", 1, 1, "cosine of radians"},
    {"cosh", 1, 1, "hyperbolic cosine"},
    {"e", 0, 0, "2.718281828459045"},
    {"exp", 1, 1, "e to the power of"},
    {"floor", 1, 1, "the next integer below"},
    {"int", 1, 1, "without the fraction"},
    {"ln", 1, 1, "natural logarithm"},
    {"log", 1, 2, "logarithm to base 10, or to the second argument"},
    {"max", 1, 50, "the greatest argument"},
    {"min", 1, 50, "the least argument"},
    {"pi", 0, 0, "3.141592653589793"},
    {"round", 1, 1, "the nearest integer, halves away from zero"},
    {"sign", 1, 1, "-1, 0 or 1"},
    {"sin", 1, 1, "sine of radians"},
    {"sinh", 1, 1, "hyperbolic sine"},
    {"sqrt", 1, 1, "square root"},
    {"tan", 1, 1, "tangent of radians"},
    {"tanh", 1, 1, "hyperbolic tangent"},
};

// The function of a call; throws tool.bad_data when there is none or the arguments are too many.
const Function& function_of(const Part& call);

}  // namespace weft::calc
