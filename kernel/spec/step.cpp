// Steps: their fields, what kind each is, and the arguments of their tools.
#include <algorithm>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "expr/template.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

// A step that says nothing of what it is but its steps.
bool is_bare_list(Value step) {
  for (const Key kind : {"type"_k, "pattern"_k, "tool"_k, "command"_k, "workflow"_k}) {
    if (step[kind].exists()) return false;
  }
  return step["steps"_k].exists();
}

}  // namespace

// Of a block: what its type says, or a bare list of steps is.
void Parser::find_form(Draft& draft) {
  Value type = draft.at["type"_k];
  if (!type.exists()) type = draft.at["pattern"_k];
  if (type.is_text()) {
    const bool is_auto = base::fold_name(type.as_text()) == "auto";
    const std::string_view name = is_auto ? detect_form(draft.at, type) : type.as_text();
    if (!name.empty()) draft.form = use_form(name, type);
  } else if (is_bare_list(draft.at)) {
    draft.form = use_form("sequential", draft.at);
  }
}

void Parser::read_step(const Rule* extras, Draft draft) {
  if (too_many_) return;
  if (++steps_ > steps_max_) {
    too_many_ = true;
    problem(draft.at, "spec.too_many_steps",
            "the definition has more than " + std::to_string(steps_max_) + " steps",
            "split it, or raise 'limits.steps'");
    return;
  }
  const size_t before = out_.problems.size() - harmless_;
  if (!draft.at.is_object()) {
    know_less(block_, Known::nothing);
    problem(draft.at, "spec.wrong_type",
            "a step must be an object, not " + types_text(types_of(draft.at)));
    return;
  }
  const auto number = static_cast<uint32_t>(spec().items.size());
  spec().items.emplace_back();
  find_form(draft);
  const Rule* form = form_root(draft.form);
  bool has_more = extras != nullptr && !extras->names.empty();
  // What is not available yet may be a word of the form, and then means what the form says.
  for (uint32_t i = 0; i < draft.at.size(); ++i) {
    const weft_slot* key = weft_key_at(draft.at.slot(), i);
    const FieldName* field = find_field(step_fields(), key);
    has_more = has_more || field == nullptr;
    if (field == nullptr) continue;
    const bool is_later = field->field == Field::later || field->field >= Field::on_failure;
    const bool is_arguments = field->field == Field::input || field->field == Field::parameters;
    if (is_later && extras != nullptr && extras->find(key) != nullptr) continue;
    if ((is_later || is_arguments) && form != nullptr && form->find(key) != nullptr) continue;
    step_field(draft, *field, draft.at[i]);
  }
  name_step(draft);
  read_kind(draft);
  read_policy(draft);
  read_reach(draft);
  draft.item.at = draft.at;
  draft.item.has_strategy = draft.on_error.exists() || draft.retry.exists();
  if (draft.item.call != none) place_call(draft, extras, number);
  spec().items[number] = draft.item;
  if (draft.item.block != none) {
    spec().blocks[draft.item.block].parent_item = number - spec().blocks[block_].first;
  } else if (draft.merge.exists()) {
    problem(draft.merge, "spec.unknown_field", "only a block has 'merge'",
            "say it where the branches are");
  }
  if (!draft.item.id.empty() && spec().ids.add(draft.item.id, number) != Ids::none) {
    know_less(block_, Known::nothing);
    problem(draft.id.exists() ? draft.id : draft.at, "spec.duplicate_id",
            "the id " + base::quoted(draft.item.id) + " is used twice",
            "ids are unique in a definition, inner blocks included");
  }
  if (has_more) read_extras(draft, extras);
  if (out_.problems.size() - harmless_ != before) know_less(block_, Known::part);
  // What belongs to a form that is not read cannot be told from what belongs to the one around it.
  if (draft.form != none && draft.item.block == none) know_less(block_, Known::nothing);
}

// Fields that the form gives to its steps, and fields that nobody knows.
void Parser::read_extras(const Draft& draft, const Rule* extras) {
  uint64_t seen = 0;
  const Rule* own = form_root(draft.form);
  for (uint32_t i = 0; i < draft.at.size(); ++i) {
    const weft_slot* key = weft_key_at(draft.at.slot(), i);
    const Name* extra = extras != nullptr ? extras->find(key) : nullptr;
    // A word of its own form means what that form says, whatever the one around it would say.
    if (extra != nullptr && own != nullptr && own->find(key) != nullptr) continue;
    if (extra == nullptr) {
      unknown_step_field(draft, extras, i);
      continue;
    }
    seen |= uint64_t{1} << extra->property;
    const Rule::Property& property = extras->properties[extra->property];
    const bool is_needed = property.rule->marks || (extras->required >> extra->property & 1) != 0;
    if (!check_part(*property.rule, draft.at[i]) && is_needed) know_less(block_, Known::nothing);
    if (extra->is_alias) spec().is_canonical = false;
    visit(*property.rule, property.key.view(), draft.at[i],
          Visitor{this, [](void* self, const Rule& rule, std::string_view name, Value value) {
                    static_cast<Parser*>(self)->read_marked(rule, name, value);
                  }});
  }
  const uint64_t missing = extras != nullptr ? extras->required & ~seen : 0;
  for (uint32_t i = 0; missing != 0 && i < extras->properties.size(); ++i) {
    const Key key = extras->properties[i].key;
    const bool is_kernels = key.view() == "id" || key.view() == "tool";
    if ((missing >> i & 1) == 0 || is_kernels) continue;
    const std::string name = base::quoted(key.view());
    know_less(block_, Known::nothing);
    problem(draft.at, "spec.missing_field", name + " is missing", "add " + name);
  }
}

void Parser::step_field(Draft& draft, const FieldName& field, Value value) {
  const uint64_t bit = uint64_t{1} << static_cast<uint32_t>(field.field);
  if ((draft.seen & bit) != 0 && field.field != Field::later) {
    problem(value, "spec.duplicate_field", base::quoted(field.canonical) + " is given twice",
            "keep one of its spellings");
  }
  draft.seen |= bit;
  if (field.key.view() != field.canonical) spec().is_canonical = false;
  switch (field.field) {
    case Field::id: draft.id = value; break;
    case Field::name:
      if (!value.is_text()) wrong_type(value, "name", "a text");
      draft.name = value.as_text();
      if (!draft.at["id"_k].exists() && draft.key.empty()) {
        draft.id = value;
        spec().is_canonical = false;
      }
      break;
    case Field::tool: draft.tool = value; break;
    case Field::type: draft.type = value; break;
    case Field::parameters: draft.arguments = value; break;
    case Field::input: draft.input = value; break;
    case Field::depends_on: draft.item.depends_on = value; break;
    case Field::condition:
      if (!value.is_text() && !value.is_boolean()) wrong_type(value, "if", "an expression");
      draft.item.condition = value;
      break;
    case Field::timeout: draft.timeout = value; break;
    case Field::retry: draft.retry = value; break;
    case Field::on_error: draft.on_error = value; break;
    case Field::run_if: draft.item.run_if = read_run_if(value); break;
    case Field::reads: draft.item.reads = value; break;
    case Field::writes: draft.item.writes = value; break;
    case Field::output: draft.item.output = value; break;
    case Field::alternative: draft.alternative = value; break;
    case Field::compensate: draft.compensate = value; break;
    case Field::cache: draft.cache = value; break;
    case Field::mutex: draft.mutex = value; break;
    case Field::semaphore: draft.semaphore = value; break;
    case Field::priority: draft.priority = value; break;
    case Field::when_enabled: draft.when_enabled = value; break;
    case Field::on_failure: draft.on_failure = value; break;
    case Field::merge: draft.merge = value; break;
    case Field::pivot:
      if (!value.is_boolean()) wrong_type(value, "pivot", "true or false");
      draft.is_pivot = value.as_bool();
      break;
    case Field::wait: take_own(draft, Kind::wait, value); break;
    case Field::approval: take_own(draft, Kind::approval, value); break;
    case Field::set: take_own(draft, Kind::set, value); break;
    case Field::state: take_own(draft, Kind::state, value); break;
    case Field::fail: take_own(draft, Kind::fail, value); break;
    case Field::end: take_own(draft, Kind::end, value); break;
    case Field::command: draft.command = value; break;
    case Field::workflow: draft.workflow = value; break;
    case Field::detached: draft.detached = value; break;
    case Field::later: not_available(value, field.key.view()); break;
    default: break;
  }
}

void Parser::unknown_step_field(const Draft& draft, const Rule* extras, uint32_t entry) {
  const weft_slot* key = weft_key_at(draft.at.slot(), entry);
  if (find_field(step_fields(), key) != nullptr) return;
  std::vector<std::string_view> names;
  append_names(step_fields(), names);
  if (draft.item.block != none && draft.form == none) return;  // whatever its form is
  for (const Rule* rule : {extras, form_root(draft.form)}) {
    if (rule == nullptr) continue;
    if (rule->find(key) != nullptr || rule->additional != nullptr) return;
    for (const Name& name : rule->names) names.push_back(name.key.view());
  }
  const uint32_t block = draft.item.block;
  if (block != none) know_less(block, Known::nothing);  // it may be meant for its steps
  const std::string_view name = draft.at.key(entry);
  std::string hint = base::did_you_mean(name, names);
  if (hint.empty()) hint = "a step has no field of this name, and its form gives it none";
  problem(draft.at[entry], "spec.unknown_field", "unknown field " + base::quoted(name),
          std::move(hint));
}

void Parser::name_step(Draft& draft) {
  if (draft.id.exists() && !draft.id.is_text()) return wrong_type(draft.id, "id", "a text");
  std::string_view id = draft.id.as_text();
  if (!draft.id.exists() && !draft.is_alone) id = draft.key;
  if (!draft.key.empty() && !draft.is_alone && id != draft.key && draft.at["id"_k].exists()) {
    problem(draft.id, "spec.duplicate_field",
            "the step " + base::quoted(draft.key) + " has another id, " + base::quoted(id),
            "in a map of steps the key is the id");
  }
  if (!draft.id.exists() && draft.is_alone) {
    const std::string_view outer = spec().blocks[block_].id;
    const size_t size = outer.size() + (outer.empty() ? 0 : 1) + draft.key.size();
    auto* made = static_cast<char*>(arena_.allocate(size + 1));
    char* end = std::copy(outer.begin(), outer.end(), made);
    if (!outer.empty()) *end++ = '.';
    std::copy(draft.key.begin(), draft.key.end(), end);
    id = {made, size};
  }
  if (id.empty() && !draft.id.exists()) {
    problem(draft.at, "spec.missing_field", "'id' is missing", "give the step an id");
  } else if (id.empty() || id.size() > limits::name_chars) {
    problem(draft.id, "spec.range", "an id must have 1 to 256 characters");
  } else if (is_reserved(id)) {
    out_.warnings.push_back({draft.id.exists() ? draft.id : draft.at,
                             {},
                             "spec.shadowed",
                             base::quoted(id) + " is a word of the language",
                             "speak of the step as steps." + std::string(id)});
  }
  draft.item.id = id;
}

void Parser::read_kind(Draft& draft) {
  constexpr uint64_t later = uint64_t{1} << static_cast<uint32_t>(Field::later);
  const bool is_more =
      draft.tool.exists() || draft.type.exists() || draft.own.exists() || draft.command.exists();
  if (draft.workflow.exists() && is_more) {
    problem(draft.workflow, "spec.step_kind", "a step does one thing, not two",
            "make two steps of it");
    return;
  }
  if (draft.command.exists() && !read_command(draft)) return;
  if (draft.workflow.exists()) return read_call(draft);
  if (draft.own.exists() && (draft.tool.exists() || draft.type.exists())) {
    problem(draft.own, "spec.step_kind", "a step does one thing, not two", "make two steps of it");
    return;
  }
  if (draft.own.exists()) return read_own(draft);
  if (draft.tool.exists() && draft.type.exists()) {
    problem(draft.type, "spec.step_kind", "a step is either a tool or a pattern, not both",
            "remove 'tool' or 'type'");
    return;
  }
  if (draft.tool.exists()) return read_tool(draft);
  if (draft.type.exists() || draft.at["steps"_k].exists()) return read_type(draft);
  if ((draft.seen & later) != 0) return;
  problem(draft.at, "spec.step_kind", "the step does nothing",
          "give it a 'tool', a 'type' or a 'workflow'");
}

void Parser::read_type(Draft& draft) {
  if (draft.type.exists() && !draft.type.is_text()) {
    return wrong_type(draft.type, "type", "the name of a pattern");
  }
  const Block& outer = spec().blocks[block_];
  if (outer.depth + 1 >= limits::depth) {
    problem(draft.at, "spec.depth", "blocks are nested more than 64 deep");
    return;
  }
  for (const Value given : {draft.arguments, draft.input}) {
    if (!given.exists()) continue;
    problem(given, "spec.unknown_field", "a pattern takes no 'parameters'",
            "its steps speak of outer steps directly");
  }
  Block block;
  block.id = draft.item.id;
  block.form = draft.form;
  block.parent = block_;
  block.depth = outer.depth + 1;
  block.at = draft.at;
  block.output = draft.item.output;
  block.on_failure = read_on_failure(draft.on_failure);
  if (draft.merge.exists()) {
    block.merge = static_cast<uint32_t>(spec().merges.size());
    read_merge(draft.merge, spec().merges.emplace_back());
  }
  draft.item.output = {};
  draft.item.kind = Kind::block;
  draft.item.effect = Effect::pure;
  draft.item.block = static_cast<uint32_t>(spec().blocks.size());
  spec().blocks.push_back(block);
}

// depends_on, reads and writes: a name or a list of names.
void Parser::read_reach(Draft& draft) {
  const auto are_texts = [&](Value value, std::string_view what) {
    const size_t before = out_.problems.size();
    if (value.exists() && !value.is_text() && !value.is_array()) {
      wrong_type(value, what, "a list of names");
    }
    for (uint32_t i = 0; value.is_array() && i < value.size(); ++i) {
      if (!value[i].is_text()) wrong_type(value[i], what, "a list of names");
    }
    return out_.problems.size() == before;
  };
  are_texts(draft.item.depends_on, "depends_on");
  if (!are_texts(draft.item.reads, "reads")) draft.item.reads = {};
  if (!are_texts(draft.item.writes, "writes")) draft.item.writes = {};
}

}  // namespace weft::spec
