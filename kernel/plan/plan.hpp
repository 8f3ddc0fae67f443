// Plan: a definition as an immutable graph, everything that can be known before a run being known.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "base/doc.hpp"
#include "expr/expression.hpp"
#include "expr/template.hpp"
#include "spec/catalog.hpp"

namespace weft::plan {

inline constexpr uint32_t none = UINT32_MAX;

// The meaning of expr::Root in a plan. a and b as said.
enum class RootKind : uint32_t {
  step,    // a: node, b: how many blocks further out
  input,   // $input
  params,  // $params
  prev,    // $prev: result of the step before
  session,
  run,     // id, workflow, started
  result,  // of the step that a condition speaks about
  loop,    // bindings of this visit
  named,   // state, then members of the input, then parameters: found by name when it runs
};

enum class Kind : uint8_t { tool, block, expression };
enum class OnError : uint8_t { fail, proceed };
enum class RunIf : uint8_t { success, failure, always };
enum class Durability : uint8_t { sync, batch, none };

// How attempts of a step follow each other and how long one may take.
struct Policy {
  uint32_t attempts_max = 1;  // all attempts, the first included
  uint64_t initial_ns = 1'000'000'000;
  uint64_t cap_ns = 10'000'000'000;
  double multiplier = 2;    // 1 is fixed; 0 is linear: initial * n
  double jitter = 0.1;      // 1 draws from [0, d]
  uint64_t timeout_ns = 30'000'000'000;
  bool operator==(const Policy&) const = default;
};

// What stands at one place of a block. Indexes are into the vectors of the plan.
struct Node {
  std::string_view id;  // in the definition
  Kind kind = Kind::tool;
  OnError on_error = OnError::fail;
  RunIf run_if = RunIf::success;
  spec::Effect effect = spec::Effect::at_most_once;
  uint32_t tool = none;       // tools
  uint32_t block = none;      // blocks
  uint32_t arguments = none;  // templates
  uint32_t condition = none;  // expressions: the field 'if', or the expression itself
  uint32_t output = none;     // templates: the field 'output'
  uint32_t policy = 0;        // policies
  uint32_t pointer = none;    // pointers: where it stands in the definition
};

// A pattern and what stands in it.
struct Block {
  std::string_view id;  // of the step that holds it, empty for the outermost
  std::string_view form;
  uint32_t pattern = none;  // patterns
  uint32_t first = 0, count = 0;  // its nodes
  uint32_t parent = none;         // block
  uint32_t parent_node = none;    // number in that block
  uint32_t depth = 0;
  uint32_t output = none;  // templates: the field 'output'
  Value compiled;          // what the pattern made of it
};

// A component that the plan needs, pinned.
struct Component {
  std::string id, version;
  uint32_t component = 0;  // number in the registry
};

struct Plan {
  std::string id, name, version, description;
  std::array<uint8_t, 32> hash{};  // canonical digest of the definition
  base::Doc definition;            // canonical: names and defaults as the kernel uses them
  std::string file;                // for messages
  std::vector<Node> nodes;         // block by block
  std::vector<Block> blocks;       // 0 is the outermost
  std::vector<Component> tools;
  std::vector<Component> patterns;
  std::vector<spec::BoundPattern> bound;  // parallel to patterns
  std::vector<expr::Template> templates;
  std::vector<expr::Expression> expressions;
  std::vector<Policy> policies;
  std::vector<std::string> pointers;
  std::vector<std::string> warnings;
  Value input_schema;  // or missing
  Value policy;        // what the definition grants: {fs, net, env, exec}, or missing
  std::vector<std::string> tags;
  uint64_t timeout_ns = 300'000'000'000;  // of a run; 0 is none
  Durability durability = Durability::sync;

  const Node& node(const Block& block, uint32_t n) const { return nodes[block.first + n]; }
};

}  // namespace weft::plan
