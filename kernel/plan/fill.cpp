#include "plan/fill.hpp"

#include <algorithm>

#include "base/path.hpp"
#include "base/units.hpp"
#include "spec/rule.hpp"

namespace weft::plan {

using namespace lit;

void Filler::run() {
  known_.resize(std::max<size_t>(spec_.blocks.size(), 1), spec::Known::nothing);
  if (number_ == 0) header();
  definition();
  plan_.policies.insert(plan_.policies.end(), spec_.policies.begin(), spec_.policies.end());
  components();
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) block(i);
  merges();
  plan_.uses_secrets = plan_.uses_secrets || scope_.speaks_of_secrets();
  plan_.shared |= spec_.shared | scope_.speaks_of_scopes();
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) {
    plan_.blocks[first_block_ + i].binds = scope_.speaks_of_bindings(i);
  }
  for (const uint32_t item : scope_.recalled())
    plan_.nodes[first_node_ + item].keeps_history = true;
}

// A pattern may trust what it is given: what is wrong is left out. What stands in an inner block
// may speak of steps of the outer one, so what is not known there is not known here.
void Filler::compile() {
  for (size_t i = spec_.blocks.size(); i > 1; --i) {
    spec::Known& outer = known_[spec_.blocks[i - 1].parent];
    if (known_[i - 1] != spec::Known::all) outer = std::max(outer, spec::Known::part);
  }
  const std::vector<Reference> references = scope_.take_references();
  BlockCompiler compiler(spec_, references, {plan_, first_block_}, findings_);
  for (size_t i = spec_.blocks.size(); i > 0; --i) {
    compiler.compile(static_cast<uint32_t>(i - 1), known_[i - 1]);
  }
}

void Filler::header() {
  plan_.id = spec_.id;
  plan_.name = spec_.name;
  plan_.version = spec_.version;
  plan_.description = spec_.description;
  plan_.tags.assign(spec_.tags.begin(), spec_.tags.end());
  plan_.input_schema = spec_.input_schema;
  plan_.input = spec_.input;
  plan_.policy = spec_.grants;
  plan_.timeout_ns = spec_.timeout_ns;
  plan_.budget = spec_.budget;
  plan_.durability = spec_.durability;
  plan_.variables = variables();
}

// A run is given its grants, its time, its budget and its durability once, by the definition that
// it is of.
void Filler::definition() {
  Definition& made = plan_.definitions.emplace_back();
  made.id = spec_.id;
  made.version = spec_.version;
  made.block = first_block_;
  made.input = spec_.input;
  plan_.resources.insert(plan_.resources.end(), spec_.resources.begin(), spec_.resources.end());
  if (number_ != 0) made.variables = variables();
  for (const spec::Block& block : spec_.blocks) made.depth = std::max(made.depth, block.depth);
}

std::vector<Variable> Filler::variables() const {
  std::vector<Variable> made;
  made.reserve(spec_.variables.size());
  for (uint32_t i = 0; i < spec_.variables.size(); ++i) {
    auto schema = spec::Schema::compile(spec_.variables[i]);
    if (!schema) continue;  // parse has said so
    made.push_back({spec_.variables.key(i),
                    std::make_shared<const spec::Schema>(std::move(*schema)),
                    spec_.variables[i]["default"_k]});
  }
  return made;
}

void Filler::components() {
  tools_.reserve(spec_.tools.size());
  for (const spec::UsedTool& used : spec_.tools) {
    const auto known =
        first_block_ == 0
            ? plan_.tools.end()
            : std::find_if(plan_.tools.begin(), plan_.tools.end(),
                           [&](const Component& c) { return c.component == used.tool->component; });
    tools_.push_back(static_cast<uint32_t>(known - plan_.tools.begin()));
    if (known != plan_.tools.end()) continue;
    plan_.tools.push_back({used.tool->id, used.tool->version, used.tool->component, used.schema,
                           used.tool->permissions["net"_k].exists()});
  }
  plan_.nodes.reserve(plan_.nodes.size() + spec_.items.size());
  plan_.templates.reserve(plan_.templates.size() + spec_.items.size());
  plan_.blocks.resize(first_block_ + spec_.blocks.size());
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) bind(i);
}

void Filler::bind(uint32_t number) {
  const spec::Block& block = spec_.blocks[number];
  if (block.form == none) {
    known_[number] = spec::Known::nothing;
    return;
  }
  const spec::Form& form = *spec_.forms[block.form].form;
  Block& made = plan_.blocks[first_block_ + number];
  made.form = form.name;
  for (uint32_t i = 0; i < plan_.patterns.size(); ++i) {
    if (plan_.patterns[i].component == form.component) made.pattern = i;
  }
  if (made.pattern != none) return;
  auto bound = catalog_.pattern(catalog_.self, form.component);
  if (!bound) {
    known_[number] = spec::Known::nothing;
    return problem(block.at, bound.error());
  }
  made.pattern = static_cast<uint32_t>(plan_.patterns.size());
  plan_.patterns.push_back({form.pattern, form.version, form.component, nullptr});
  plan_.bound.push_back(*bound);
}

void Filler::block(uint32_t number) {
  const spec::Block& block = spec_.blocks[number];
  Block& made = plan_.blocks[first_block_ + number];
  block_ = number;
  made.id = block.id;
  made.definition = number_;
  made.first = first_node_ + block.first;
  made.count = block.count;
  made.parent = block.parent != none ? first_block_ + block.parent : none;
  made.parent_node = block.parent_item;
  made.depth = block.depth;
  for (uint32_t i = block.first; i < block.first + block.count; ++i) {
    scope_.enter(number, i);
    node(i);
  }
  scope_.enter(number, none);
  scope_.allow_own_bindings(false);
  made.on_failure = block.on_failure;
  made.merge = first_merge_ + block.merge;
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
  made.tool = item.tool != spec::none ? tools_[item.tool] : none;
  made.block = item.block != spec::none ? first_block_ + item.block : none;
  made.policy = first_policy_ + item.policy;
  made.at = item.at;
  if (item.call != spec::none) call(spec_.calls[item.call], made);
  made.arguments = arguments_of(item);
  made.is_condition = item.is_condition;
  made.condition = expression(item.condition, item.is_condition ? item.at : item.condition);
  // The bindings of a visit are gone when its step has begun, but for what stands in a block.
  scope_.allow_own_bindings(false);
  made.output = template_of(item.output);
  if (item.rarity != spec::none) rarity(item, made);
  scope_.allow_own_bindings(true);
  if (item.rarity != spec::none) milestone(item, made);
}

// Which block it is follows when all are there.
void Filler::call(const spec::Call& said, Node& node) {
  if (said.definition == spec::none) return;  // read_family has said so
  node.call = static_cast<uint32_t>(plan_.calls.size());
  plan_.calls.push_back({said.definition, said.timeout_ns, {}});
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

// The condition that a step waits for is asked where 'if' is. What it reads orders nothing.
void Filler::milestone(const spec::Item& item, Node& node) {
  const spec::Rarity& said = spec_.rarities[item.rarity];
  if (!said.enabled.exists()) return;
  Rarity& made = plan_.rarities[node.rarity];
  scope_.allow_references(false);
  const Value condition = said.enabled.is_object() ? said.enabled["condition"_k] : said.enabled;
  made.enabled = expression(condition, condition);
  scope_.allow_references(true);
  const auto ns = base::parse_duration(said.enabled["timeout"_k]);
  if (ns) made.enabled_ns = static_cast<uint64_t>(*ns);
  plan_.has_milestones = true;
  if (made.enabled == none) return;
  for (const expr::Root& root : plan_.expressions[made.enabled].roots()) {
    const auto kind = static_cast<RootKind>(root.kind);
    if (kind == RootKind::step || kind == RootKind::prev) made.enabled_reads |= reads_results;
    if (kind == RootKind::named && root.a == is_variable) made.enabled_reads |= reads_variables;
    if (kind == RootKind::shared) made.enabled_reads |= reads_shared;
  }
  if (node.condition == none) node.condition = made.enabled;
}

void Filler::merges() {
  plan_.merges.resize(first_merge_ + spec_.merges.size());
  if (!spec_.merges.empty()) merge(0, 0);
  for (uint32_t i = 0; i < spec_.blocks.size(); ++i) {
    if (spec_.blocks[i].merge != 0) merge(spec_.blocks[i].merge, i);
  }
}

void Filler::merge(uint32_t number, uint32_t block) {
  const spec::Merge& said = spec_.merges[number];
  Merge& made = plan_.merges[first_merge_ + number];
  made.policy = said.policy;
  made.reduces.reserve(said.reduces.size());
  block_ = block;
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
  plan_.ways.push_back(
      {tools_[said.tool], arguments_of(said), first_policy_ + said.policy, said.effect});
  return static_cast<uint32_t>(plan_.ways.size() - 1);
}

// Of an item or a way.
template <class Called>
uint32_t Filler::arguments_of(const Called& called) {
  if (!called.arguments.exists()) return none;
  const size_t before = problems_.size(), noted = findings_.warnings.size();
  const uint32_t made = template_of(
      called.arguments, called.tool != spec::none ? &spec_.tools[called.tool] : nullptr);
  for (size_t i = before; i < problems_.size(); ++i) {
    spec::place(problems_[i], called.arguments_at, called.is_input_alone);
  }
  for (size_t i = noted; i < findings_.warnings.size(); ++i) {
    findings_.warnings[i].at = called.arguments_at;
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
  if (scope_.has_notes()) note(tree);
  return static_cast<uint32_t>(plan_.templates.size() - 1);
}

// A condition is an expression; written as a template it means the same. What was made of a
// condition that is no text stands where that was written.
uint32_t Filler::expression(Value written, Value at) {
  if (!written.exists()) return none;
  std::string_view text = spec::bare_expression(written.as_text());
  if (written.is_boolean()) text = written.as_bool() ? "true" : "false";
  auto made = expr::Expression::compile(text, scope_.names());
  if (scope_.has_notes()) note(at);
  if (!made) {
    problem(at, made.error());
    return none;
  }
  plan_.expressions.push_back(std::move(*made));
  return static_cast<uint32_t>(plan_.expressions.size() - 1);
}

void Filler::note(Value at) {
  for (Scope::Note& one : scope_.take_notes()) {
    findings_.warnings.push_back(
        {at, {}, "spec.two_meanings", std::move(one.message), std::move(one.hint)});
  }
}

void Filler::problem(Value at, Error& error) {
  known_[block_] = std::max(known_[block_], spec::Known::part);
  if (error.where.column > 1) {
    error.message += " at character " + std::to_string(error.where.column);
  }
  problems_.push_back({at, std::move(error.where.pointer), std::move(error.code),
                       std::move(error.message), std::move(error.hint)});
}

}  // namespace weft::plan
