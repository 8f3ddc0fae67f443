// Compiler of blocks: gives each block to its pattern as a value and reads back its plan.
#pragma once

#include <span>
#include <vector>

#include "plan/plan.hpp"
#include "plan/scope.hpp"
#include "spec/rule.hpp"

namespace weft::plan {

class BlockCompiler final {
 public:
  struct Findings {
    std::vector<spec::Problem>& problems;
    std::vector<spec::Problem>& warnings;
  };
  // references: of all items, sorted.
  BlockCompiler(const spec::Spec& spec, std::span<const Reference> references, Plan& plan,
                Findings findings);

  void compile(uint32_t block);

  // The value that a pattern is given.
  Value describe(uint32_t block);

 private:
  void write_marked(const spec::Rule& rule, Value value, Builder& out);
  void write_steps(const spec::Rule& rule, Value value, Builder& out);
  void write_step(const spec::Rule* extras, Builder& out);
  void write_extras(const spec::Rule& extras, Value step, Builder& out);
  void read_answer(uint32_t number, Value answer);
  spec::Problem read_problem(const spec::Block& block, Value problem) const;

  const spec::Spec& spec_;
  std::span<const Reference> references_;
  Plan& plan_;
  std::vector<spec::Problem>& problems_;
  std::vector<spec::Problem>& warnings_;
  uint32_t block_ = 0, next_ = 0;  // item that is written next
};

std::string_view to_text(spec::Effect effect);
std::string_view to_text(RunIf run_if);

}  // namespace weft::plan
