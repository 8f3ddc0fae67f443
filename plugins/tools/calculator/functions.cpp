#include "functions.hpp"

namespace weft::calc {

const Function& function_of(const Part& call) {
  std::string known;
  for (const Function& function : functions) {
    known.append(known.empty() ? "" : ", ").append(function.name);
    if (function.name != call.text) continue;
    if (call.of.size() >= function.least && call.of.size() <= function.most) return function;
    std::string message(function.name);
    message.append(" takes ").append(std::to_string(function.least));
    if (function.most != function.least) {
      message.append(" to ").append(std::to_string(function.most));
    }
    message.append(function.most == 1 ? " argument" : " arguments").append(", not ");
    message.append(std::to_string(call.of.size()));
    throw error_at("tool.bad_data", std::move(message), call.column);
  }
  std::string message = std::string("there is no function '").append(call.text).append(1, '\'');
  throw error_at("tool.bad_data", std::move(message), call.column,
                 std::string("the functions are ").append(known));
}

}  // namespace weft::calc
