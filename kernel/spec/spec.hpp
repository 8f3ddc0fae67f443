// Spec: what a user asked for, parsed and validated, still in the order in which it was written.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "spec/catalog.hpp"
#include "spec/ids.hpp"
#include "spec/problem.hpp"
#include "spec/schema.hpp"

namespace weft::spec {

// What a place does; those from wait to end are done by the kernel itself, a detached one starts a
// run of its own. A record does nothing: its pattern gives it its value.
enum class Kind : uint8_t {
  tool,
  block,
  expression,
  wait,
  approval,
  set,
  state,
  fail,
  end,
  detached,
  record
};
enum class OnError : uint8_t { fail, proceed };
enum class RunIf : uint8_t { success, failure, always };
enum class Durability : uint8_t { sync, batch, none };
// What happens to what a block has done when it fails; unsaid rolls back on configuration errors.
enum class OnFailure : uint8_t { unsaid, keep, rollback, compensate };
// What becomes of a path that branches beside each other changed to different values; 'discard'
// forgets whatever they wrote.
enum class MergePolicy : uint8_t { error, last_writer, first_writer, discard };
enum class Reducer : uint8_t { append, unite, sum, min, max, merge_deep, custom };

inline constexpr uint32_t none = UINT32_MAX;

// How attempts of a step follow each other and how long one may take.
struct Policy {
  uint32_t attempts_max = 1;  // all attempts, the first included
  uint64_t initial_ns = 1'000'000'000;
  uint64_t cap_ns = 10'000'000'000;
  double multiplier = 2;                 // 1 is fixed; 0 is linear: initial * n
  double jitter = 0.1;                   // 1 draws from [0, d]
  uint64_t timeout_ns = 30'000'000'000;  // 0 is none
  bool operator==(const Policy&) const = default;
};

// A tool of the catalog with its schema, compiled once per definition.
struct UsedTool {
  const Tool* tool = nullptr;
  std::shared_ptr<const Schema> schema;  // held by the spec and by the plan made of it
};
struct UsedForm {
  const Form* form = nullptr;
  std::shared_ptr<const Schema> schema;  // held by the spec and by nested uses of the form
};

// A tool that is called in place of the step's own, or to undo what it did.
struct Way {
  uint32_t tool = none;
  uint32_t policy = 0;
  Effect effect = Effect::at_most_once;
  Value arguments, arguments_at;
  bool is_input_alone = false;
};

// How much there is of a resource.
struct Limit {
  uint32_t at_once = none;  // taken at a time; none is without end
  uint32_t per_minute = 0;  // used in a minute; 0 is without end
};

// What a step takes of a resource while its tool is called: a mutex, or some of a declared one.
struct Need {
  std::string_view name;
  bool is_mutex = false;
  uint32_t amount = 1;
  Value at;
};

// What few steps say. Indexes are into ways.
struct Rarity {
  uint32_t alternative = none, compensation = none;
  bool is_pivot = false;    // past it only forward recovery is tried
  bool recovers = false;    // the strategy 'recover'
  bool is_required = true;  // it may not be skipped when all else failed
  Value fallback;           // its result when all else failed, or missing
  Value escalation;         // who is asked when all else failed, or missing
  uint64_t cache_ns = 0;    // how long a result may be used again; UINT64_MAX for ever
  std::vector<Need> needs;  // by name, none twice
  int32_t priority = 0;     // in the lines of what its call needs; higher is earlier
  Value enabled;            // an expression or {condition, timeout?} that it waits for, or missing
};

// How what branches wrote comes together.
struct Merge {
  struct Reduce {
    Value at;  // what is said of the path
    std::string_view path;
    Reducer how{};
    Value custom;  // an expression, or missing
  };
  MergePolicy policy = MergePolicy::error;
  std::vector<Reduce> reduces;
};

// A step that calls another definition. What it is called with is evaluated like arguments.
struct Call {
  uint32_t item = none;
  Value name;                  // as written
  Value input, params;         // or missing
  Value input_at;              // where input was written
  uint64_t timeout_ns = 0;     // that the step says; 0 is none
  uint32_t definition = none;  // among all that were read, once it is found; calls.hpp
  // Of all that stands in what is called, once that is known.
  Effect effect = Effect::pure;
  bool is_undeclared = false, is_own = false, is_detached = false;
  std::vector<std::string_view> reads, writes;
};

// A place of a block: a step, an expression or a record. Values are views of the definition.
struct Item {
  std::string_view id;
  Kind kind = Kind::tool;
  OnError on_error = OnError::fail;
  RunIf run_if = RunIf::success;
  Effect effect = Effect::at_most_once;
  uint32_t tool = none;         // tools
  uint32_t block = none;        // the block that this step is
  uint32_t policy = 0;          // policies
  uint32_t rarity = none;       // rarities
  uint32_t call = none;         // calls; the step is then a block that stands elsewhere
  bool has_strategy = false;    // it says itself what happens when it fails
  Value at;                     // the step or the expression as written
  Value arguments;              // completed, or missing; of a wait and the like, what it says
  Value arguments_at;           // what they were written as
  bool is_input_alone = false;  // and that is the value of 'input'
  bool is_condition = false;    // an expression that must come to true or false
  Value condition, output, depends_on, reads, writes;
  uint32_t edges = 0, edge_count = 0;  // edges: what depends_on says
};

// The expression in a text that may be written as a template.
std::string_view bare_expression(std::string_view text);

// Turns a pointer into the arguments of a step to where they were written.
void place(Problem& problem, Value arguments_at, bool is_input_alone);

struct Block {
  std::string_view id;   // of the step that it is, empty for the outermost
  uint32_t form = none;  // forms
  uint32_t first = 0, count = 0;
  uint32_t parent = none, parent_item = none;  // item: number in the parent
  uint32_t depth = 0;
  OnFailure on_failure = OnFailure::unsaid;
  uint32_t merge = 0;  // merges
  Value at, output;
};

// What a run may use up in all.
struct Budget {
  static constexpr int64_t without_end = INT64_MAX;
  int64_t cost = without_end;  // in billionths, whatever the money is
  int64_t tokens = without_end;
  uint64_t memory = 500'000'000;  // bytes of its values
  static int64_t cost_of(double money) {
    return money > 0 ? std::llround(std::min(money, 9e9) * 1e9) : 0;
  }
  bool counts() const { return cost != without_end || tokens != without_end; }
};

// Something that steps share, in all runs of a kernel.
struct Resource {
  std::string_view name;
  Limit limit;
};

// A place of a form that names a step; the form gets its number.
struct StepName {
  uint32_t block = 0;
  Value at;
};

// A word that stands for a condition, where conditions have names and this is none of them: it must
// at least be something that an expression may speak of.
struct ConditionName {
  uint32_t block = 0;
  Value at, names;
};

struct Spec {
  std::string_view id, name, version, description;
  std::vector<std::string_view> tags;
  std::vector<Item> items;    // block by block
  std::vector<Block> blocks;  // 0 is the outermost; an inner block comes after its outer one
  std::vector<UsedTool> tools;
  std::vector<UsedForm> forms;
  std::vector<Policy> policies;
  std::vector<Way> ways;
  std::vector<Rarity> rarities;
  std::vector<Merge> merges;  // 0 is that of the definition
  std::vector<Resource> resources;
  Budget budget;
  Value definition;             // as written
  std::vector<uint32_t> edges;  // numbers of items in their block
  std::vector<StepName> step_names;
  std::vector<ConditionName> condition_names;
  std::vector<Call> calls;
  Ids ids;  // of items
  Value input_schema, grants, variables, redact, workflows;
  uint32_t shared = 0;  // scopes of state that steps name outside of templates, as spec::bit
  uint64_t timeout_ns = 300'000'000'000;
  Durability durability = Durability::sync;
  std::shared_ptr<const Schema> input;  // held by the spec and by the plan made of it
  bool is_canonical = true;             // false when something was spelled another way

  const Item* find(std::string_view item) const {
    const uint32_t at = ids.find(item);
    return at != Ids::none ? &items[at] : nullptr;
  }
};

struct Parsed {
  Spec spec;
  std::vector<Problem> problems, warnings;
};

// How much there is of a resource, written as a number at once or as {at_once?, per_minute?}.
Result<Limit> limit_of(Value written);

// Reads a definition and finds everything that is wrong with it, short of what it calls, templates,
// expressions and what patterns know. The spec is complete only when there are no problems. One
// that another definition holds goes by a name, which is its id when it has none.
Parsed parse(Value definition, const Catalog& catalog, Arena arena, std::string_view name = {});

// Once it is known what calls do: effects of blocks, and which retries they forbid.
void spread_effects(Parsed& parsed);

}  // namespace weft::spec
