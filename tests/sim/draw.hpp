// draw: flows and troubles from a seed.
#pragma once

#include <random>

#include "trouble.hpp"

namespace weft::tests {

struct DrawnShape {
  uint32_t depth = 3;   // of blocks
  uint32_t steps = 10;  // in all, about
};

class Draw final {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}

  Flow flow(const DrawnShape& shape);
  Trouble trouble(const Flow& flow);

 private:
  uint64_t below(uint64_t n) { return random_() % n; }
  bool one_in(uint64_t n) { return below(n) == 0; }

  using Ids = std::vector<std::string>;
  void steps(Step& block, uint32_t depth, Ids known);
  Step step(uint32_t depth, const Ids& known, const Ids& siblings);
  void fields(Step& step, const Ids& known, const Ids& siblings);
  Formula formula(const Ids& known);
  Formula output(const Ids& known);
  Condition condition(const Ids& known);
  void ladder(Step& step, const Ids& known);
  SimAct act();
  Crash crash();
  int64_t moment();

  std::mt19937_64 random_;
  DrawnShape shape_;
  uint32_t made_ = 0;
};

}  // namespace weft::tests
