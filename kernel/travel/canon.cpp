#include "travel/canon.hpp"

#include <algorithm>

#include "base/blocks.hpp"
#include "base/compare.hpp"
#include "base/encode.hpp"
#include "plan/build.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// The two words change nothing of what a run does by itself, so what was learned and accepted does
// not depend on them.
void write_basis(Value value, Builder& b) {
  if (value.is_array()) {
    b.begin_array();
    for (const Value one : value) write_basis(one, b);
    return b.end_array();
  }
  if (!value.is_object()) return b.link(value);
  const bool is_flow = value["type"_k].as_text() == "flow";
  b.begin_object();
  for (uint32_t i = 0; i < value.size(); ++i) {
    const std::string_view key = value.key(i);
    if (is_flow && (key == "learning" || key == "adaptive")) continue;
    b.key(Key(key));
    write_basis(value[i], b);
  }
  b.end_object();
}

bool any_says(const plan::Plan& plan, Key word) {
  return std::any_of(plan.blocks.begin(), plan.blocks.end(),
                     [&](const plan::Block& block) { return says(block, word); });
}

}  // namespace

bool says(const plan::Block& block, Key word) { return block.compiled[word].as_bool(); }
bool learns(const plan::Plan& plan) { return any_says(plan, "learning"_k); }
bool adapts(const plan::Plan& plan) { return any_says(plan, "adaptive"_k); }

std::string basis_of(Value definition) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  write_basis(definition, b);
  return base::to_hex(base::digest(b.take_value()));
}

const Canon* Canons::of(const plan::Plan& plan) {
  const auto [found, is_new] = known_.try_emplace(plan.hash);
  Canon& canon = found->second;
  if (is_new) {
    canon.plan = plan::build(plan::Source(base::pack(plan.definition)), *catalog_).plan;
    canon.basis = basis_of(plan.definition);
  }
  const bool is_alike = canon.plan != nullptr && canon.plan->nodes.size() == plan.nodes.size();
  return is_alike ? &canon : nullptr;
}

std::string Canons::pointer(const plan::Plan& plan, uint32_t node) {
  const auto* canon = of(plan);
  if (canon == nullptr) return {};
  std::string& pointer = known_[plan.hash].pointers[node];
  if (pointer.empty()) pointer = canon->plan->pointer(canon->plan->nodes[node]);
  return pointer;
}

}  // namespace weft::travel
