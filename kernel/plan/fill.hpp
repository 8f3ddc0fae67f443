// Filler: what one definition becomes in a plan.
#pragma once

#include <cstdint>
#include <vector>

#include "plan/compile.hpp"
#include "plan/plan.hpp"
#include "plan/scope.hpp"
#include "spec/calls.hpp"
#include "spec/catalog.hpp"

namespace weft::plan {

// Fills a plan from the spec of one definition, behind what stands there already. Spec, catalog and
// plan outlive it.
class Filler final {
 public:
  Filler(spec::Member& member, const spec::Catalog& catalog, Plan& plan)
      : spec_(member.parsed.spec),
        catalog_(catalog),
        plan_(plan),
        findings_{member.parsed.problems, member.parsed.warnings},
        problems_(member.parsed.problems),
        scope_(member.parsed.spec),
        known_(member.known),
        number_(static_cast<uint32_t>(plan.definitions.size())),
        first_block_(static_cast<uint32_t>(plan.blocks.size())),
        first_node_(static_cast<uint32_t>(plan.nodes.size())),
        first_policy_(static_cast<uint32_t>(plan.policies.size())),
        first_merge_(static_cast<uint32_t>(plan.merges.size())) {}

  void run();
  void compile();

 private:
  void header();
  void definition();
  std::vector<Variable> variables() const;
  void components();
  void bind(uint32_t number);
  void block(uint32_t number);
  void node(uint32_t number);
  void call(const spec::Call& said, Node& node);
  void rarity(const spec::Item& item, Node& node);
  void milestone(const spec::Item& item, Node& node);
  void merges();
  void merge(uint32_t number, uint32_t block);
  uint32_t way(uint32_t number);
  template <class Called>
  uint32_t arguments_of(const Called& called);
  uint32_t template_of(Value tree, const spec::UsedTool* used = nullptr);
  uint32_t expression(Value written, Value at);
  void problem(Value at, Error& error);
  void note(Value at);

  const spec::Spec& spec_;
  const spec::Catalog& catalog_;
  Plan& plan_;
  Findings findings_;
  std::vector<spec::Problem>& problems_;
  Scope scope_;
  std::vector<uint32_t> tools_;     // by number in the spec: in the plan
  std::vector<spec::Known> known_;  // by block of the spec
  uint32_t block_ = 0;              // that is being filled
  uint32_t number_, first_block_, first_node_, first_policy_, first_merge_;
};

}  // namespace weft::plan
