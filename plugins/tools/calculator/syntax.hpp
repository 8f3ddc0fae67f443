// Syntax: an expression as a tree, and the limits that hold while it is read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

namespace weft::calc {

struct Limits {
  static constexpr uint32_t length = 1'000;  // characters
  static constexpr uint32_t depth = 20;      // of what stands in something else
  static constexpr uint32_t operators = 100;
  static constexpr uint32_t functions = 50;  // calls
  static constexpr uint32_t variables = 50;  // different ones
  static constexpr uint32_t exponent = 100;  // of '^', and of 10 in exact numbers: 400
};

enum class Op : uint8_t {
  number,  // text is the literal
  variable,
  call,
  negate,
  invert,
  add,
  subtract,
  multiply,
  divide,
  remainder,
  power,
  equal,
  unequal,
  less,
  less_equal,
  greater,
  greater_equal,
  both,
  either
};

struct Part {
  Op op = Op::number;
  uint32_t column = 1;         // of the operator or the first character
  std::string_view text{};     // of a number, variable or function
  std::vector<uint32_t> of{};  // operands, in order
};

struct Tree {
  std::vector<Part> nodes;
  uint32_t root = 0;
  std::vector<std::string_view> variables;  // different ones, in order of appearance
  std::vector<std::string_view> functions;
};

// Reads a whole expression; the text outlives the tree. tool.bad_data with a column for what is
// malformed, limit.size, limit.depth and limit.count for what is too large.
Tree parse(std::string_view text);

// What is wrong at a column, to be thrown.
Error error_at(std::string_view code, std::string message, uint32_t column, std::string hint = {});

}  // namespace weft::calc
