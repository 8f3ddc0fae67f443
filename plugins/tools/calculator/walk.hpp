// walk: the order in which a tree is evaluated, for any kind of number.
#pragma once

#include <utility>
#include <vector>

#include "functions.hpp"
#include "syntax.hpp"

namespace weft::calc {

[[noreturn]] inline void refuse_at(std::string message, const Part& at, std::string hint = {}) {
  throw error_at("tool.bad_data", std::move(message), at.column, std::move(hint));
}

// Arithmetic has a Type and the functions literal, variable, negate, binary, compare, truth, call
// and of_bool.
template <class Arithmetic>
class Walk final {
 public:
  using Type = typename Arithmetic::Type;
  Walk(const Tree& tree, const Arithmetic& arithmetic) : tree_(tree), with_(arithmetic) {}

  Type go(uint32_t index) const {
    const Part& node = tree_.nodes[index];
    switch (node.op) {
      case Op::number: return with_.literal(node);
      case Op::variable: return with_.variable(node);
      case Op::call: return call(node);
      case Op::negate: return negate(node);
      case Op::invert: return with_.of_bool(!with_.truth(go(node.of[0])));
      case Op::both:
        return with_.of_bool(with_.truth(go(node.of[0])) && with_.truth(go(node.of[1])));
      case Op::either:
        return with_.of_bool(with_.truth(go(node.of[0])) || with_.truth(go(node.of[1])));
      default: break;
    }
    const Type a = go(node.of[0]), b = go(node.of[1]);
    if (node.op < Op::equal) return with_.binary(node, a, b);
    const int order = with_.compare(a, b);
    switch (node.op) {
      case Op::equal: return with_.of_bool(order == 0);
      case Op::unequal: return with_.of_bool(order != 0);
      case Op::less: return with_.of_bool(order < 0);
      case Op::less_equal: return with_.of_bool(order <= 0);
      case Op::greater: return with_.of_bool(order > 0);
      default: return with_.of_bool(order >= 0);
    }
  }

 private:
  // The least integer has no positive counterpart, so it is read with its sign.
  Type negate(const Part& node) const {
    const Part& inner = tree_.nodes[node.of[0]];
    if (inner.op == Op::number && inner.text == "9223372036854775808") return with_.least(node);
    return with_.negate(node, go(node.of[0]));
  }
  Type call(const Part& node) const {
    const Function& function = function_of(node);
    std::vector<Type> arguments;
    arguments.reserve(node.of.size());
    for (const uint32_t argument : node.of) arguments.push_back(go(argument));
    if (function.name == "min" || function.name == "max") {
      const int wanted = function.name == "min" ? -1 : 1;
      Type best = arguments[0];
      for (const Type& argument : arguments) {
        if (with_.compare(argument, best) == wanted) best = argument;
      }
      return best;
    }
    return with_.call(node, arguments);
  }

  const Tree& tree_;
  const Arithmetic& with_;
};

}  // namespace weft::calc
