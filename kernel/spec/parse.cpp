// Blocks: the form of each, what stands in it, and how deep.
#include <algorithm>

#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

Parser::Parser(const Catalog& catalog, Arena arena, Reading& out)
    : catalog_(catalog),
      arena_(arena),
      out_(out.parsed),
      known_(out.known),
      steps_max_(limits::steps) {}

void Parser::problem(Value at, std::string_view code, std::string message, std::string hint) {
  if (out_.problems.size() >= limits::problems) return;
  out_.problems.push_back({at, {}, std::string(code), std::move(message), std::move(hint)});
}

void Parser::wrong_type(Value at, std::string_view what, std::string_view expected) {
  problem(at, "spec.wrong_type",
          base::quoted(what) + " must be " + std::string(expected) + ", not " +
              types_text(types_of(at)));
}

void Parser::not_available(Value at, std::string_view what) {
  problem(at, "spec.not_available", base::quoted(what) + " is not available in this version",
          "remove it");
}

void Parser::run(Value definition, std::string_view name) {
  spec().definition = definition;
  spec().policies.push_back(policy_);
  spec().merges.emplace_back();
  if (!definition.is_object()) {
    problem(definition, "spec.wrong_type",
            "a definition must be an object, not " + types_text(types_of(definition)));
    return;
  }
  choose_form(definition);
  read_header(definition, name);
  check_fields(definition);
  for (uint32_t i = 0; i < spec().blocks.size() && !too_many_; ++i) read_block(i);
  resolve_edges();
  resolve_step_names();
  resolve_condition_names();
  const bool is_cut = too_many_ || out_.problems.size() >= limits::problems;
  if (is_cut) known_.assign(spec().blocks.size(), Known::nothing);
  known_.resize(spec().blocks.size(), Known::all);
  if (steps_ <= limits::steps_warn) return;
  out_.warnings.push_back({spec().definition,
                           {},
                           "spec.many_steps",
                           "the definition has " + std::to_string(steps_) + " steps",
                           "definitions above 1000 steps are hard to overlook"});
}

uint32_t Parser::use_form(std::string_view name, Value at) {
  if (const uint32_t known = forms_.find(name); known != Ids::none) return known;
  auto found = catalog_.form(catalog_.self, name);
  if (!found) {
    problem(at, "spec.unknown_form", found.error().message, found.error().hint);
    return none;
  }
  auto schema = Schema::compile((*found)->schema, Schema::Use::form);
  if (!schema) {
    problem(at, "spec.schema",
            "the form " + base::quoted(name) + " has a schema that weft cannot use: " +
                schema.error().message + " at " + base::quoted(schema.error().where.pointer),
            schema.error().hint);
    return none;
  }
  if ((*found)->name != name) spec().is_canonical = false;
  const auto number = static_cast<uint32_t>(spec().forms.size());
  spec().forms.push_back({*found, std::make_shared<const Schema>(std::move(*schema))});
  forms_.add(name, number);
  return number;
}

uint32_t Parser::use_tool(std::string_view name, Value at) {
  if (const uint32_t known = tools_.find(name); known != Ids::none) return known;
  auto found = catalog_.tool(catalog_.self, name);
  if (!found) {
    problem(at, "spec.unknown_tool", found.error().message, found.error().hint);
    return none;
  }
  // A tool without a schema takes anything.
  static constexpr weft_slot anything{WEFT_BOOL, 0, 0, 0, {1}};
  const Value parameters = (*found)->parameters;
  auto schema = Schema::compile(parameters.exists() ? parameters : Value(&anything));
  if (!schema) {
    problem(at, "spec.schema",
            "the tool " + base::quoted(name) + " has a schema that weft cannot use: " +
                schema.error().message + " at " + base::quoted(schema.error().where.pointer),
            schema.error().hint);
    return none;
  }
  const auto number = static_cast<uint32_t>(spec().tools.size());
  spec().tools.push_back({*found, std::make_shared<const Schema>(std::move(*schema))});
  tools_.add(name, number);
  return number;
}

const Rule* Parser::form_root(uint32_t form) const {
  return form != none ? &out_.spec.forms[form].schema->root() : nullptr;
}

// What a form says of a value of the definition.
bool Parser::check_part(const Rule& rule, Value value) {
  const Verdict verdict = judge(rule, value, Texts::exact);
  if (!verdict.is_complete) spec().is_canonical = false;
  if (verdict.ok) return true;
  const size_t before = out_.problems.size();
  check(rule, value, {}, out_.problems);
  for (size_t i = before; i < out_.problems.size(); ++i) out_.problems[i].at = value;
  return false;
}

void Parser::know_less(uint32_t block, Known known) {
  if (known_.size() <= block) known_.resize(size_t{block} + 1, Known::all);
  known_[block] = std::max(known_[block], known);
}

namespace {

// Whether a block is as its form wants it when fields are left out that need not be there and hold
// no steps, conditions or records.
bool is_readable(const Rule& form, Value block) {
  if (!block.is_object()) return false;
  uint64_t seen = 0;
  bool is_explained = false;
  for (uint32_t i = 0; i < block.size(); ++i) {
    const Name* name = form.find(weft_key_at(block.slot(), i));
    const uint64_t bit = name != nullptr ? uint64_t{1} << name->property : 0;
    if ((seen & bit) != 0) return false;
    seen |= bit;
    const Rule* rule = name != nullptr ? form.properties[name->property].rule : form.additional;
    if (rule == nullptr || judge(*rule, block[i], Texts::exact).ok) continue;
    if (rule->marks || (form.required & bit) != 0) return false;
    is_explained = true;
  }
  return is_explained && (form.required & ~seen) == 0 && form.any_of.empty() &&
         form.one_of.empty() && form.all_of.empty() && form.none_of == nullptr;
}

}  // namespace

void Parser::read_block(uint32_t number) {
  block_ = number;
  block_strategy_.reset();
  const Block block = spec().blocks[number];
  spec().blocks[number].first = static_cast<uint32_t>(spec().items.size());
  if (block.form == none) return;
  const Rule& root = spec().forms[block.form].schema->root();
  if (!check_part(root, block.at)) {
    know_less(number, is_readable(root, block.at) ? Known::part : Known::nothing);
  }
  visit(root, {}, block.at,
        Visitor{this, [](void* self, const Rule& rule, std::string_view name, Value value) {
                  static_cast<Parser*>(self)->read_marked(rule, name, value);
                }});
  Block& done = spec().blocks[number];
  done.count = static_cast<uint32_t>(spec().items.size()) - done.first;
  if (block_strategy_) apply_strategy(number, *block_strategy_);
}

void Parser::read_marked(const Rule& rule, std::string_view name, Value value) {
  switch (rule.mark) {
    case Mark::steps: return read_steps(rule, name, value);
    case Mark::expression: return take_expression(value);
    case Mark::condition: return take_condition(rule, value);
    case Mark::record: return take_record(value);
    case Mark::step_id:
      if (value.is_text()) spec().step_names.push_back({block_, value});
      return;
    case Mark::error_strategy:
      if (auto strategy = read_strategy(value)) block_strategy_ = *strategy;
      return;
    default: return;
  }
}

// What is neither text nor truth means itself, with the templates in it.
void Parser::take_expression(Value value) {
  Item item;
  item.kind = Kind::expression;
  item.effect = Effect::pure;
  item.at = value;
  const bool is_written = value.is_text() || value.is_boolean();
  (is_written ? item.condition : item.arguments) = value;
  if (!is_written) item.arguments_at = value;
  item.has_strategy = true;
  spec().items.push_back(item);
}

// A place of its own among the steps; its fields are the form's.
void Parser::take_record(Value value) {
  if (!value.is_object()) return;  // check_part has said so
  Item item;
  item.kind = Kind::record;
  item.effect = Effect::pure;
  item.at = value;
  item.id = value["id"_k].as_text();
  const auto number = static_cast<uint32_t>(spec().items.size());
  item.has_strategy = true;
  spec().items.push_back(item);
  if (item.id.empty() || spec().ids.add(item.id, number) == Ids::none) return;
  know_less(block_, Known::nothing);
  problem(value["id"_k], "spec.duplicate_id", "the id " + base::quoted(item.id) + " is used twice",
          "ids are unique in a definition, inner blocks included");
}

void Parser::read_steps(const Rule& rule, std::string_view name, Value value) {
  const Rule* extras = step_rule(rule);
  Draft draft;
  if (value.is_array()) {
    if (value.size() > 64) {
      spec().items.reserve(spec().items.size() + value.size());
      spec().ids.reserve(spec().items.size() + value.size());
      spec().edges.reserve(spec().edges.size() + value.size());
    }
    for (const Value step : value) {
      draft.at = step;
      const size_t number = spec().items.size();
      read_step(extras, draft);
      if (rule.implicit_input && number < spec().items.size()) {
        draft.before = spec().items[number].id;
      }
    }
    return;
  }
  if (!value.is_object()) return;  // check_part has said so
  const bool is_step = value["tool"_k].is_text() || value["type"_k].is_text() ||
                       value["pattern"_k].is_text() || value["steps"_k].is_array() ||
                       value["workflow"_k].is_text();
  if (is_step) {
    draft.at = value;
    draft.key = name;
    draft.is_alone = true;
    return read_step(extras, draft);
  }
  for (uint32_t i = 0; i < value.size(); ++i) {
    draft.at = value[i];
    draft.key = value.key(i);
    read_step(extras, draft);
  }
}

Reading read(Value definition, const Catalog& catalog, Arena arena, std::string_view name) {
  Reading out;
  Parser(catalog, arena, out).run(definition, name);
  return out;
}

Parsed parse(Value definition, const Catalog& catalog, Arena arena, std::string_view name) {
  return read(definition, catalog, arena, name).parsed;
}

}  // namespace weft::spec
