#include "plan/build.hpp"

#include <algorithm>

#include "base/compare.hpp"
#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "plan/canonical.hpp"
#include "plan/compile.hpp"
#include "plan/scope.hpp"
#include "spec/rule.hpp"

namespace weft::plan {
namespace {

using spec::Problem;
using namespace lit;

// Fills a plan from a spec.
class Filler final {
 public:
  Filler(const spec::Spec& spec, const spec::Catalog& catalog, Plan& plan, Findings findings)
      : spec_(spec),
        catalog_(catalog),
        plan_(plan),
        findings_(findings),
        problems_(findings.problems),
        scope_(spec) {}

  void run();

 private:
  void header();
  void components();
  void bind(uint32_t number);
  void spread_lanes();
  void block(uint32_t number);
  void node(uint32_t number);
  void rarity(const spec::Item& item, Node& node);
  void merges();
  void merge(uint32_t number, uint32_t block);
  uint32_t way(uint32_t number);
  template <class Called>
  uint32_t arguments_of(const Called& called);
  uint32_t template_of(Value tree, const spec::UsedTool* used = nullptr);
  uint32_t expression(Value written, Value at);
  void problem(Value at, Error& error);

  const spec::Spec& spec_;
  const spec::Catalog& catalog_;
  Plan& plan_;
  Findings findings_;
  std::vector<Problem>& problems_;
  Scope scope_;
};

void Filler::run() {
  header();
  components();
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) block(i);
  merges();
  // A pattern may trust what it is given, so it is asked only about what is right so far.
  plan_.uses_secrets = scope_.speaks_of_secrets();
  plan_.shared = spec_.shared | scope_.speaks_of_scopes();
  for (uint32_t i = 0; i < plan_.blocks.size(); ++i) {
    plan_.blocks[i].binds = scope_.speaks_of_bindings(i);
  }
  if (!problems_.empty()) return;
  const std::vector<Reference> references = scope_.take_references();
  BlockCompiler compiler(spec_, references, plan_, findings_);
  for (size_t i = spec_.blocks.size(); i > 0; --i) compiler.compile(static_cast<uint32_t>(i - 1));
  plan_.isolates = std::any_of(plan_.blocks.begin(), plan_.blocks.end(),
                               [](const Block& block) { return block.isolates; });
  const bool has_lanes = std::any_of(plan_.blocks.begin(), plan_.blocks.end(),
                                     [](const Block& block) { return block.lanes > 1; });
  if (has_lanes && problems_.empty()) spread_lanes();
}

// A node of a lane is the node that was written, at a place of its own.
void Filler::spread_lanes() {
  std::vector<Node> nodes;
  for (Block& block : plan_.blocks) {
    uint32_t branches = 0;  // of one lane
    for (uint32_t n = 0; block.isolates && n < block.count; ++n) {
      const uint32_t branch = plan_.node(block, n).branch;
      if (branch != none) branches = std::max(branches, branch + 1);
    }
    const auto from = plan_.nodes.begin() + block.first;
    const auto written = static_cast<std::ptrdiff_t>(block.count);
    block.first = static_cast<uint32_t>(nodes.size());
    for (uint32_t lane = 0; lane < block.lanes; ++lane) {
      nodes.insert(nodes.end(), from, from + written);
      for (auto node = nodes.end() - written; branches != 0 && node != nodes.end(); ++node) {
        if (node->branch != none) node->branch += lane * branches;
      }
    }
    block.count *= block.lanes;
  }
  plan_.nodes = std::move(nodes);
}

void Filler::header() {
  plan_.id = spec_.id;
  plan_.name = spec_.name;
  plan_.version = spec_.version;
  plan_.description = spec_.description;
  plan_.tags.assign(spec_.tags.begin(), spec_.tags.end());
  plan_.policies = spec_.policies;
  plan_.input_schema = spec_.input_schema;
  plan_.input = spec_.input;
  plan_.policy = spec_.grants;
  plan_.timeout_ns = spec_.timeout_ns;
  plan_.resources = spec_.resources;
  plan_.budget = spec_.budget;
  plan_.durability = spec_.durability;
  auto redactor = expr::Redactor::make(spec_.redact);  // parse has found what is wrong with it
  plan_.redactor =
      std::make_shared<const expr::Redactor>(redactor ? std::move(*redactor) : expr::Redactor());
  for (uint32_t i = 0; i < spec_.variables.size(); ++i) {
    auto schema = spec::Schema::compile(spec_.variables[i]);
    if (!schema) continue;  // parse has said so
    plan_.variables.push_back({spec_.variables.key(i),
                               std::make_shared<const spec::Schema>(std::move(*schema)),
                               spec_.variables[i]["default"_k]});
  }
}

void Filler::components() {
  for (const spec::UsedTool& used : spec_.tools) {
    plan_.tools.push_back({used.tool->id, used.tool->version, used.tool->component, used.schema,
                           used.tool->permissions["net"_k].exists()});
  }
  plan_.nodes.reserve(spec_.items.size());
  plan_.templates.reserve(spec_.items.size());
  plan_.blocks.resize(spec_.blocks.size());
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) bind(i);
}

void Filler::bind(uint32_t number) {
  const spec::Block& block = spec_.blocks[number];
  if (block.form == none) return;
  const spec::Form& form = *spec_.forms[block.form].form;
  Block& made = plan_.blocks[number];
  made.form = form.name;
  for (uint32_t i = 0; i < plan_.patterns.size(); ++i) {
    if (plan_.patterns[i].component == form.component) made.pattern = i;
  }
  if (made.pattern != none) return;
  auto bound = catalog_.pattern(catalog_.self, form.component);
  if (!bound) return problem(block.at, bound.error());
  made.pattern = static_cast<uint32_t>(plan_.patterns.size());
  plan_.patterns.push_back({form.pattern, form.version, form.component, nullptr});
  plan_.bound.push_back(*bound);
}

void Filler::block(uint32_t number) {
  const spec::Block& block = spec_.blocks[number];
  Block& made = plan_.blocks[number];
  made.id = block.id;
  made.first = block.first;
  made.count = block.count;
  made.parent = block.parent;
  made.parent_node = block.parent_item;
  made.depth = block.depth;
  for (uint32_t i = block.first; i < block.first + block.count; ++i) {
    scope_.enter(number, i);
    node(i);
  }
  scope_.enter(number, none);
  scope_.allow_own_bindings(false);
  made.on_failure = block.on_failure;
  made.merge = block.merge;
  made.output = template_of(block.output);
  scope_.allow_own_bindings(true);
}

void Filler::node(uint32_t number) {
  const spec::Item& item = spec_.items[number];
  Node& made = plan_.nodes.emplace_back();
  made.id = item.id;
  made.kind = item.kind;
  made.on_error = item.on_error;
  made.run_if = item.run_if;
  made.effect = item.effect;
  made.tool = item.tool;
  made.block = item.block;
  made.policy = item.policy;
  made.at = item.at;
  made.arguments = arguments_of(item);
  made.is_condition = item.is_condition;
  made.condition = expression(item.condition, item.is_condition ? item.at : item.condition);
  // The bindings of a visit are gone when its step has begun, but for what stands in a block.
  scope_.allow_own_bindings(false);
  made.output = template_of(item.output);
  if (item.rarity != spec::none) rarity(item, made);
  scope_.allow_own_bindings(true);
}

// The words of a compensation are known in it alone.
void Filler::rarity(const spec::Item& item, Node& node) {
  const spec::Rarity& said = spec_.rarities[item.rarity];
  Rarity made;
  made.is_pivot = said.is_pivot;
  made.recovers = said.recovers;
  made.is_required = said.is_required;
  made.escalation = said.escalation;
  made.cache_ns = said.cache_ns;
  made.priority = said.priority;
  made.needs.reserve(said.needs.size());
  for (const spec::Need& need : said.needs) {
    made.needs.push_back({(need.is_mutex ? "mutex:" : "") + std::string(need.name), need.amount});
  }
  made.fallback = template_of(said.fallback);
  made.alternative = way(said.alternative);
  scope_.allow_original(true);
  made.compensation = way(said.compensation);
  scope_.allow_original(false);
  node.rarity = static_cast<uint32_t>(plan_.rarities.size());
  plan_.rarities.push_back(std::move(made));
}

void Filler::merges() {
  plan_.merges.resize(spec_.merges.size());
  if (!spec_.merges.empty()) merge(0, 0);
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) {
    if (spec_.blocks[i].merge != 0) merge(spec_.blocks[i].merge, i);
  }
}

void Filler::merge(uint32_t number, uint32_t block) {
  const spec::Merge& said = spec_.merges[number];
  Merge& made = plan_.merges[number];
  made.policy = said.policy;
  made.reduces.reserve(said.reduces.size());
  scope_.enter(block, none);
  scope_.allow_merge(true);
  for (const spec::Merge::Reduce& reduce : said.reduces) {
    auto path = base::split_path(reduce.path);
    if (!path) continue;  // parse has said so
    made.reduces.push_back({std::move(*path), reduce.how, expression(reduce.custom, reduce.at)});
  }
  scope_.allow_merge(false);
}

uint32_t Filler::way(uint32_t number) {
  if (number == spec::none) return none;
  const spec::Way& said = spec_.ways[number];
  plan_.ways.push_back({said.tool, arguments_of(said), said.policy, said.effect});
  return static_cast<uint32_t>(plan_.ways.size() - 1);
}

// Of an item or a way.
template <class Called>
uint32_t Filler::arguments_of(const Called& called) {
  if (!called.arguments.exists()) return none;
  const size_t before = problems_.size();
  const uint32_t made = template_of(
      called.arguments, called.tool != spec::none ? &spec_.tools[called.tool] : nullptr);
  for (size_t i = before; i < problems_.size(); ++i) {
    spec::place(problems_[i], called.arguments_at, called.is_input_alone);
  }
  return made;
}

uint32_t Filler::template_of(Value tree, const spec::UsedTool* used) {
  if (!tree.exists()) return none;
  std::vector<Error> errors;
  expr::Template::Source source{tree, {}, {}};
  if (used != nullptr && used->schema->root().restricts_templates) {
    source.schema = used->tool->parameters;
  }
  plan_.templates.push_back(expr::Template::compile(source, scope_.names(), errors));
  for (Error& error : errors) problem(tree, error);
  return static_cast<uint32_t>(plan_.templates.size() - 1);
}

// A condition is an expression; written as a template it means the same. What was made of a
// condition that is no text stands where that was written.
uint32_t Filler::expression(Value written, Value at) {
  if (!written.exists()) return none;
  std::string_view text = spec::bare_expression(written.as_text());
  if (written.is_boolean()) text = written.as_bool() ? "true" : "false";
  auto made = expr::Expression::compile(text, scope_.names());
  if (!made) {
    problem(at, made.error());
    return none;
  }
  plan_.expressions.push_back(std::move(*made));
  return static_cast<uint32_t>(plan_.expressions.size() - 1);
}

void Filler::problem(Value at, Error& error) {
  if (error.where.column > 1) {
    error.message += " at character " + std::to_string(error.where.column);
  }
  problems_.push_back({at, std::move(error.where.pointer), std::move(error.code),
                       std::move(error.message), std::move(error.hint)});
}

Value pins_of(const Plan& plan, Arena arena) {
  Builder b(arena);
  const auto list = [&b](Key key, const std::vector<Component>& components) {
    b.key(key);
    b.begin_array();
    for (const Component& c : components) b.text(c.id + '@' + c.version);
    b.end_array();
  };
  b.begin_object();
  list("tools"_k, plan.tools);
  list("patterns"_k, plan.patterns);
  b.end_object();
  return b.take_value();
}

}  // namespace

Built build(Source source, const spec::Catalog& catalog) {
  auto plan = std::make_shared<Plan>();
  plan->source = source.definition;
  plan->memory = std::move(source.memory);
  plan->file = std::move(source.file);
  const Value root = plan->source;
  spec::Parsed parsed = spec::parse(root, catalog, plan->made.arena());
  Filler(parsed.spec, catalog, *plan, {parsed.problems, parsed.warnings}).run();

  const spec::Origin origin{root, plan->file, source.locator};
  Built built;
  if (!parsed.warnings.empty()) built.warnings = spec::placed(parsed.warnings, origin);
  for (const Error& warning : built.warnings) plan->warnings.push_back(warning.message);
  if (!parsed.problems.empty()) {
    built.problems = spec::placed(parsed.problems, origin);
    return built;
  }
  plan->definition = canonical(parsed.spec, plan->made.arena());
  plan->pins = pins_of(*plan, plan->made.arena());
  plan->hash = base::digest(plan->definition);
  built.plan = std::move(plan);
  return built;
}

}  // namespace weft::plan
