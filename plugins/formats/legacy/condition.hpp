// Condition: what the words of an old condition are as an expression.
#pragma once

#include <string>
#include <string_view>

#include "reading.hpp"

namespace weft::legacy {

// What a condition judges.
struct Subject {
  std::string result;  // an expression, such as 'start'; empty when there is none
  std::string step;    // whose success counts; empty when there is none
};

struct Condition {
  std::string expression;
  bool is_otherwise = false;  // 'else', 'default'
  Kind kind = Kind::assumed;  // lost when nothing can judge it; then it is false
  std::string becomes;
  uint32_t confidence = 100;
};

Condition condition_of(std::string_view words, const Subject& subject);

// Holds when the result names the word.
std::string names(const std::string& result, std::string_view word);

}  // namespace weft::legacy
