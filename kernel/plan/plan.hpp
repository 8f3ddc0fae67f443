// Plan: a definition as an immutable graph, everything that can be known before a run being known.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "base/blocks.hpp"
#include "base/doc.hpp"
#include "expr/expression.hpp"
#include "expr/redact.hpp"
#include "expr/template.hpp"
#include "spec/catalog.hpp"
#include "spec/spec.hpp"

namespace weft::plan {

inline constexpr uint32_t none = UINT32_MAX;

// The member of a step by which its earlier visits are asked for.
inline constexpr std::string_view history_name = "history";

// The meaning of expr::Root in a plan. a and b as said.
enum class RootKind : uint32_t {
  step,      // a: node, b: how many blocks further out
  input,     // $input
  params,    // $params
  prev,      // $prev: result of the step before
  shared,    // of a scope of state; a: spec::StateScope, whose owner may stand in the name
  run,       // id, workflow, started
  result,    // of the step that a condition speaks about
  loop,      // the binding of that name of this visit; a: 0 itself, 1 loop.index, 2 loop.value
  named,     // variables, then members of the input, then parameters: found by name when it
             // runs; a: is_variable where one is declared
  original,  // in a compensation: {parameters, result} of the step that it undoes
  reason,    // in a compensation: why
  secret,    // a secret of that name, as a handle that becomes the secret only in the call
};

inline constexpr uint32_t is_variable = 1;

using spec::Durability;
using spec::Kind;
using spec::OnError;
using spec::OnFailure;
using spec::Policy;
using spec::RunIf;

// A tool to call in place of a step's own, or to undo what it did.
struct Way {
  uint32_t tool = none;       // tools
  uint32_t arguments = none;  // templates
  uint32_t policy = 0;        // policies
  spec::Effect effect = spec::Effect::at_most_once;
};

// What the call of a step takes, by the name that all runs know it under.
struct Need {
  std::string resource;
  uint32_t amount = 1;
};

// What a condition reads that may change while a step waits for it, as bits.
inline constexpr uint8_t reads_results = 1, reads_variables = 2, reads_shared = 4;

// What few steps say.
struct Rarity {
  uint32_t alternative = none, compensation = none;  // ways
  bool is_pivot = false;
  bool recovers = false;
  bool is_required = true;
  uint32_t fallback = none;  // templates: the result when all else failed
  Value escalation;          // true or people to ask when all else failed, or missing
  uint64_t cache_ns = 0;     // how long a result may be used again
  std::vector<Need> needs;
  int32_t priority = 0;
  uint32_t enabled = none;    // expressions: the step waits until it holds
  uint64_t enabled_ns = 0;    // but no longer than this; 0 is without end
  uint8_t enabled_reads = 0;  // what may make it hold
};

// How what branches wrote at a path, or below it, becomes one value.
struct Reduce {
  std::vector<std::string> path;
  spec::Reducer how{};
  uint32_t custom = none;  // expressions: of 'merged', 'value' and 'base'
};

struct Merge {
  spec::MergePolicy policy = spec::MergePolicy::error;  // of all other paths
  std::vector<Reduce> reduces;
};

// How a step calls another definition.
struct Call {
  uint32_t definition = 0;  // definitions
  uint64_t timeout_ns = 0;  // that it may take, while the run does not rest; 0 is none
  Value alone;              // where it is run by itself: that definition with all that it calls
};

// What stands at one place of a block. Indexes are into the vectors of the plan.
struct Node {
  std::string_view id;  // in the definition
  Kind kind = Kind::tool;
  OnError on_error = OnError::fail;
  RunIf run_if = RunIf::success;
  spec::Effect effect = spec::Effect::at_most_once;
  bool is_condition = false;   // an expression that must come to true or false
  bool is_spared = false;      // its pattern can do without it
  bool keeps_history = false;  // something speaks of what its earlier visits gave
  uint32_t tool = none;        // tools
  uint32_t block = none;       // blocks
  uint32_t call = none;        // calls: the block is the outermost of another definition
  uint32_t arguments = none;   // templates
  uint32_t condition = none;   // expressions: 'if', else Rarity::enabled, or the expression itself
  uint32_t output = none;      // templates: the field 'output'
  uint32_t policy = 0;         // policies
  uint32_t rarity = none;      // rarities
  uint32_t branch = none;      // number in the block, of those that do not see each other's writes
  Value at;                    // where it stands in the source; see Plan::pointer
};

// A pattern and what stands in it.
struct Block {
  std::string_view id;  // of the step that holds it, empty for the outermost
  std::string_view form;
  uint32_t pattern = none;        // patterns
  uint32_t first = 0, count = 0;  // its nodes
  uint32_t parent = none;         // block
  uint32_t parent_node = none;    // number in that block
  uint32_t depth = 0;             // in its definition
  uint32_t definition = 0;        // definitions: that it is of
  uint32_t lanes = 1;             // how often what was written stands there; count is of all
  OnFailure on_failure = OnFailure::unsaid;
  bool binds = false;      // its steps speak of names that its pattern gives them
  bool isolates = false;   // nodes of it are branches
  uint32_t merge = 0;      // merges: how what they wrote comes together
  uint32_t output = none;  // templates: the field 'output'
  Value compiled;          // what the pattern made of it

  uint32_t written() const { return count / lanes; }  // nodes of one lane
  // The node that stands where n does, in the lane of whoever speaks of it.
  uint32_t beside(uint32_t n, uint32_t speaker) const {
    return lanes == 1 || speaker >= count ? n : n + speaker / written() * written();
  }
};

// A component that the plan needs, pinned.
struct Component {
  std::string id, version;
  uint32_t component = 0;                      // number in the registry
  std::shared_ptr<const spec::Schema> schema;  // of the arguments of a tool; the plan's alone
  bool reaches_net = false;                    // a tool that may ask for it
};

// A variable of the runs of a plan.
struct Variable {
  std::string_view name;
  std::shared_ptr<const spec::Schema> schema;  // the plan's alone
  Value initial;                               // or missing
};

// What is known of a definition when a step calls it.
struct Definition {
  std::string id, version;
  uint32_t block = none;                      // its outermost
  uint32_t depth = 0;                         // how deep blocks are nested in it
  std::shared_ptr<const spec::Schema> input;  // or null; the plan's alone
  std::vector<Variable> variables;            // of the first, the plan has them
};

struct Plan {
  std::string id, name, version, description;
  std::array<uint8_t, 32> hash{};  // canonical digest of the definition
  Value source;                    // the definition as written; values of the plan are views of it
  std::shared_ptr<const void> memory;             // of the source
  std::vector<std::shared_ptr<const void>> lent;  // of definitions that were found elsewhere
  base::Blocks made;                              // what was made from it
  Value definition;           // canonical: names as the kernel uses them; hash is its digest
  std::string file;           // for messages
  std::vector<Node> nodes;    // block by block
  std::vector<Block> blocks;  // 0 is the outermost
  std::vector<Component> tools;
  std::vector<Component> patterns;
  Value pins;  // the versions of both, {tools: ["echo@1.0.0"], patterns: []}
  std::vector<spec::BoundPattern> bound;  // parallel to patterns
  std::vector<expr::Template> templates;
  std::vector<expr::Expression> expressions;
  std::vector<Policy> policies;
  std::vector<Way> ways;
  std::vector<Rarity> rarities;
  std::vector<Merge> merges;  // 0 is that of the definition
  std::vector<spec::Resource> resources;
  spec::Budget budget;
  std::vector<Definition> definitions;  // 0 is the plan's own, then those that are called
  std::vector<Call> calls;
  std::vector<Variable> variables;
  std::vector<std::string> warnings;
  Value input_schema;                         // or missing
  std::shared_ptr<const spec::Schema> input;  // the same, compiled; the plan's alone
  Value policy;  // what the definition grants: {fs, net, env, exec}, or missing
  std::vector<std::string> tags;
  uint64_t timeout_ns = 300'000'000'000;  // of a run; 0 is none
  Durability durability = Durability::sync;
  bool uses_secrets = false;
  uint32_t shared = 0;          // scopes of state that it speaks of, as spec::bit
  bool isolates = false;        // some block does, or is called
  bool has_limits = false;      // some call may take only so long
  bool has_milestones = false;  // some step waits until something holds
  std::shared_ptr<const expr::Redactor> redactor;  // what nobody may see; never null

  // Of the definition that a block belongs to; with none, of the run.
  const Variable* variable(std::string_view sought, const Block* block = nullptr) const {
    const bool is_of_run = block == nullptr || block->definition == 0;
    for (const Variable& one : is_of_run ? variables : definitions[block->definition].variables) {
      if (one.name == sought) return &one;
    }
    return nullptr;
  }
  const Rarity* rarity(const Node& node) const {
    return node.rarity != none ? &rarities[node.rarity] : nullptr;
  }
  const Node& node(const Block& block, uint32_t n) const { return nodes[block.first + n]; }
  // The variables of a definition as they are when it begins.
  const std::vector<Variable>& variables_of(uint32_t number) const {
    return number == 0 ? variables : definitions[number].variables;
  }
  // Where a node stands in the definition, as a JSON Pointer. Searched for: only for messages.
  std::string pointer(const Node& node) const { return spec::pointer_of(source, node.at); }
};

// The plan that the payload of run_accepted or run_migrated names, {definition, pins}; or why there
// is none.
using PlanOf = std::function<Result<std::shared_ptr<const Plan>>(Value named)>;
// Of one that may be empty.
Result<std::shared_ptr<const Plan>> find(const PlanOf& plan_of, Value named);

}  // namespace weft::plan
