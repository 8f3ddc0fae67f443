// Finds the bodies of functions by counting braces; enough for measuring, not for compiling.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tidy {

struct Function {
  std::string name;
  int first;  // line of the first word of the declaration
  int last;   // line of the closing brace
};

// Takes plain code (see plain_code_of). Functions within functions belong to the outer one.
std::vector<Function> functions_of(std::string_view code);

}  // namespace tidy
