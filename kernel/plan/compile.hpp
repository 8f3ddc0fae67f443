// Compiler of blocks: gives each block to its pattern as a value and reads back its plan.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "plan/plan.hpp"
#include "plan/scope.hpp"
#include "spec/known.hpp"
#include "spec/rule.hpp"

namespace weft::plan {

// Where what patterns say of a definition goes.
struct Findings {
  std::vector<spec::Problem>&problems, &warnings;
};

// Where in a plan the blocks of a definition stand.
struct Target {
  Plan& plan;
  uint32_t first_block = 0;
};

class BlockCompiler final {
 public:
  // references: of all items, sorted.
  BlockCompiler(const spec::Spec& spec, std::span<const Reference> references, Target target,
                Findings findings);

  // Of a block of which only a part is known, only what is certain is told.
  void compile(uint32_t number, spec::Known known);

  // The value that a pattern is given.
  Value describe(uint32_t number);

 private:
  spec::Rewriter rewriter();
  void write_property(const spec::Rule::Property& property, Value value, Builder& out);
  void write_marked(const spec::Rule& rule, Value value, Builder& out);
  void write_steps(const spec::Rule& rule, Value value, Builder& out);
  void write_step(const spec::Rule* extras, Builder& out);
  void write_extras(const spec::Rule& extras, const spec::Item& item, Builder& out);
  bool speaks_of_steps(uint32_t item) const;
  bool does_own(uint32_t number) const;
  bool recalls_iterations(std::string_view step);
  void write_references(uint32_t item, Builder& out) const;
  void write_record(const spec::Rule& rule, Value value, Builder& out);
  void read_answer(uint32_t number, Value answer);
  spec::Problem read_problem(const spec::Block& block, Value problem) const;
  void add_names(uint32_t number, bool writes, Builder& out) const;
  bool has_undeclared(uint32_t number) const;

  const spec::Spec& spec_;
  std::span<const Reference> references_;
  Plan& plan_;
  Findings findings_;
  uint32_t first_block_;
  uint32_t block_ = 0, next_ = 0;                           // item that is written next
  spec::Known known_ = spec::Known::all;                    // of the block
  std::optional<std::vector<std::string_view>> recalling_;  // texts that speak of iterations
};

std::string_view to_text(spec::Effect effect);
std::string_view to_text(RunIf run_if);

}  // namespace weft::plan
