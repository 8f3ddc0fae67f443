// What can be said once all steps are known: edges, named steps, effects of blocks.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/effect.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

namespace limits = base::limits;

Effect worst_effect(const Spec& spec, const Item& item) {
  const uint32_t way = item.rarity != none ? spec.rarities[item.rarity].alternative : none;
  return way != none ? std::max(item.effect, spec.ways[way].effect) : item.effect;
}

void Parser::unknown_step(uint32_t block, Value at, std::string_view id) {
  const uint32_t other = spec().ids.find(id);
  if (other != Ids::none) {
    return problem(at, "spec.unknown_reference",
                   "the step " + base::quoted(id) + " stands in another block",
                   "order the blocks that hold the steps");
  }
  std::vector<std::string_view> names;
  const Block& here = spec().blocks[block];
  for (uint32_t i = here.first; i < here.first + here.count; ++i) {
    if (!spec().items[i].id.empty() && names.size() < limits::candidates) {
      names.push_back(spec().items[i].id);
    }
  }
  problem(at, "spec.unknown_reference", "there is no step " + base::quoted(id),
          base::did_you_mean(id, names));
}

void Parser::resolve_edges() {
  for (uint32_t b = 0; b < spec().blocks.size(); ++b) {
    const Block& block = spec().blocks[b];
    for (uint32_t i = block.first; i < block.first + block.count; ++i) {
      Item& item = spec().items[i];
      if (!item.depends_on.exists()) continue;
      item.edges = static_cast<uint32_t>(spec().edges.size());
      const auto add = [&](Value name) {
        if (!name.is_text()) return;
        const uint32_t to = spec().ids.find(name.as_text());
        if (to == Ids::none || to < block.first || to >= block.first + block.count) {
          know_less(b, Known::part);
          return unknown_step(b, name, name.as_text());
        }
        spec().edges.push_back(to - block.first);
      };
      if (item.depends_on.is_array()) {
        for (const Value name : item.depends_on) add(name);
      } else {
        add(item.depends_on);
      }
      item.edge_count = static_cast<uint32_t>(spec().edges.size()) - item.edges;
    }
  }
}

void Parser::resolve_step_names() {
  for (const StepName& name : spec().step_names) {
    const Block& block = spec().blocks[name.block];
    const uint32_t to = spec().ids.find(name.at.as_text());
    if (to == Ids::none || to < block.first || to >= block.first + block.count) {
      know_less(name.block, Known::nothing);
      unknown_step(name.block, name.at, name.at.as_text());
    }
  }
}

namespace {

// What must not run twice is not tried twice. Says so where the definition asks for it.
void forbid_retries(Parsed& parsed, uint32_t number, std::string_view what) {
  Spec& spec = parsed.spec;
  Item& item = spec.items[number];
  if (item.effect <= Effect::idempotent || spec.policies[item.policy].attempts_max <= 1) return;
  if (item.has_strategy && parsed.problems.size() < limits::problems) {
    parsed.problems.push_back(
        {item.at,
         {},
         "spec.retry_forbidden",
         std::string(what) + " holds a step that must not run twice, so it cannot be retried",
         "retry the steps that may be repeated"});
  }
  Policy once = spec.policies[item.policy];
  once.attempts_max = 1;
  item.policy = static_cast<uint32_t>(spec.policies.size());
  spec.policies.push_back(once);
}

}  // namespace

// A block is as delicate as the most delicate of what stands in it; inner blocks come last.
void spread_effects(Parsed& parsed) {
  Spec& spec = parsed.spec;
  for (const Call& call : spec.calls) {
    if (call.item == none) continue;
    spec.items[call.item].effect = call.effect;
    forbid_retries(parsed, call.item, "the workflow " + base::quoted(call.name.as_text()));
  }
  for (size_t b = spec.blocks.size(); b > 1; --b) {
    const Block& block = spec.blocks[b - 1];
    if (block.parent_item == none) continue;
    Effect worst = Effect::pure;
    for (uint32_t i = block.first; i < block.first + block.count; ++i) {
      worst = std::max(worst, worst_effect(spec, spec.items[i]));
    }
    const uint32_t owner = spec.blocks[block.parent].first + block.parent_item;
    spec.items[owner].effect = worst;
    forbid_retries(parsed, owner, "the block " + base::quoted(spec.items[owner].id));
  }
}

}  // namespace weft::spec
