// The fields of a definition itself: who it is, what it may, and which form it has.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

struct Grant {
  std::string_view area, name;
  bool is_list;
};
constexpr Grant grants[] = {
    {"fs", "read", true},     {"fs", "write", true},    {"fs", "follow_symlinks", false},
    {"net", "domains", true}, {"net", "ports", true},   {"net", "private_ranges", false},
    {"env", "read", true},    {"env", "secrets", true}, {"exec", "programs", true},
    {"exec", "shell", false}};

}  // namespace

void Parser::read_header(Value definition, std::string_view name) {
  for (uint32_t i = 0; i < definition.size(); ++i) {
    const FieldName* field = find_field(header_fields(), weft_key_at(definition.slot(), i));
    if (field == nullptr) continue;
    if (field->key.view() != field->canonical) spec().is_canonical = false;
    const Rule* form = form_root(spec().blocks.front().form);
    const bool is_forms = form != nullptr && form->find(weft_key_at(definition.slot(), i));
    if (field->field == Field::later && is_forms) continue;
    // A form with a time limit keeps it itself.
    if (field->field == Field::timeout && is_forms) {
      spec().timeout_ns = 0;
      continue;
    }
    header_field(*field, definition[i]);
  }
  const Value id = definition["id"_k];
  if (!id.exists() && !name.empty()) {
    spec().id = name;
  } else if (!id.exists()) {
    problem(definition, "spec.missing_field", "'id' is missing", "give the definition an id");
  } else if (id.is_text() && (id.size() == 0 || id.size() > limits::name_chars)) {
    problem(id, "spec.range", "an id must have 1 to 256 characters");
  }
  policy_.attempts_max = strategy_.attempts_max;
  spec().policies.front() = policy_;
}

void Parser::header_field(const FieldName& field, Value value) {
  const auto text = [&](std::string_view& to) {
    if (!value.is_text()) return wrong_type(value, field.key.view(), "a text");
    to = value.as_text();
  };
  std::string_view ignored;
  switch (field.field) {
    case Field::id: return text(spec().id);
    case Field::name: return text(spec().name);
    case Field::version: return text(spec().version);
    case Field::described: return text(spec().description);
    case Field::author: return text(ignored);
    case Field::tags: return read_texts(value, "tags", spec().tags);
    case Field::required_tools: {
      std::vector<std::string_view> names;
      read_texts(value, "required_tools", names);
      if (value.is_array() && names.size() == value.size()) {
        for (const Value one : value) use_tool(one.as_text(), one);
      }
      return;
    }
    case Field::input_schema: return read_input_schema(value);
    case Field::limits: return read_limits(value);
    case Field::on_error:
      if (const auto read = read_strategy(value)) strategy_ = *read;
      return;
    case Field::on_failure: spec().blocks.front().on_failure = read_on_failure(value); return;
    case Field::variables: return read_variables(value);
    case Field::merge: read_merge(value, spec().merges.front()); return;
    case Field::redact: return read_redact(value);
    case Field::budget: return read_budget(value);
    case Field::resources: return read_resources(value);
    case Field::durability: {
      const std::string word = base::fold_name(value.as_text());
      if (word == "sync")
        spec().durability = Durability::sync;
      else if (word == "batch")
        spec().durability = Durability::batch;
      else if (word == "none")
        spec().durability = Durability::none;
      else
        problem(value, "spec.unknown_value", "'durability' must be 'sync', 'batch' or 'none'");
      return;
    }
    case Field::timeout: read_duration(value, "timeout", spec().timeout_ns); return;
    case Field::policy: return read_grants(value);
    case Field::command: return read_commands(value);
    case Field::detect: {
      const std::string word = base::fold_name(value.as_text());
      if (word == "rules" || word == "score") return;
      return problem(value, "spec.unknown_value", "'detect' must be 'rules' or 'score'");
    }
    case Field::workflows: return read_workflows(value);
    case Field::mark:
      if (!value.is_boolean()) wrong_type(value, field.key.view(), "true or false");
      return;
    case Field::later: return not_available(value, field.key.view());
    default: return;
  }
}

void Parser::read_texts(Value value, std::string_view what, std::vector<std::string_view>& out) {
  if (!value.is_array()) return wrong_type(value, what, "a list of texts");
  for (const Value one : value) {
    if (one.is_text())
      out.push_back(one.as_text());
    else
      problem(one, "spec.wrong_type",
              base::quoted(what) + " must hold texts, not " + types_text(types_of(one)));
  }
}

// Other limits belong to forms, which check them.
void Parser::read_limits(Value value) {
  if (!value.is_object()) return wrong_type(value, "limits", "an object");
  const Value steps = value["steps"_k];
  if (!steps.exists()) return;
  constexpr uint64_t most = 10'000'000;
  const uint64_t n = steps.as_u64();
  if (!steps.is_integer()) return wrong_type(steps, "steps", "an integer");
  if (n < 1 || n > most) {
    return problem(steps, "spec.range", "'steps' must be between 1 and " + std::to_string(most));
  }
  steps_max_ = static_cast<uint32_t>(n);
}

void Parser::read_grants(Value value) {
  if (!value.is_object()) return wrong_type(value, "policy", "an object");
  spec().grants = value;
  static constexpr std::string_view areas[] = {"fs", "net", "env", "exec"};
  for (uint32_t i = 0; i < value.size(); ++i) {
    const std::string_view area = value.key(i);
    if (std::find(std::begin(areas), std::end(areas), area) == std::end(areas)) {
      std::string hint = base::did_you_mean(area, areas);
      if (hint.empty()) hint = "a policy grants 'fs', 'net', 'env' and 'exec'";
      problem(value[i], "spec.unknown_field", "unknown field " + base::quoted(area), hint);
      continue;
    }
    if (!value[i].is_object()) {
      wrong_type(value[i], area, "an object");
      continue;
    }
    std::vector<std::string_view> names;
    for (const Grant& one : grants) {
      if (one.area == area) names.push_back(one.name);
    }
    for (uint32_t k = 0; k < value[i].size(); ++k) {
      const auto known = std::find_if(std::begin(grants), std::end(grants), [&](const Grant& one) {
        return one.area == area && one.name == value[i].key(k);
      });
      if (known == std::end(grants)) {
        problem(value[i][k], "spec.unknown_field", "unknown field " + base::quoted(value[i].key(k)),
                base::did_you_mean(value[i].key(k), names));
      } else if (known->is_list ? !value[i][k].is_array() : !value[i][k].is_boolean()) {
        wrong_type(value[i][k], value[i].key(k), known->is_list ? "a list" : "true or false");
      }
    }
  }
}

void Parser::read_input_schema(Value value) {
  auto schema = Schema::compile(value);
  if (schema) {
    spec().input_schema = value;
    spec().input = std::make_shared<const Schema>(std::move(*schema));
    return;
  }
  Problem found{value, schema.error().where.pointer, "spec.schema", schema.error().message,
                schema.error().hint};
  out_.problems.push_back(std::move(found));
}

// 'type: chain', or the key '/chain' which holds the fields of the form; else sequential.
void Parser::choose_form(Value definition) {
  Block block;
  block.at = definition;
  block.output = definition["output"_k];
  Value at = definition["type"_k];
  if (!at.exists()) at = definition["pattern"_k];
  std::string_view name = at.exists() ? at.as_text() : "sequential";
  const bool has_wrong_type = at.exists() && !at.is_text();
  if (has_wrong_type) wrong_type(at, "type", "the name of a form");
  for (uint32_t i = 0; i < definition.size(); ++i) {
    if (!definition.key(i).starts_with('/')) continue;
    if (at.exists()) {
      problem(definition[i], "spec.duplicate_field", "the form is chosen twice",
              "keep 'type' or one key that begins with '/'");
    }
    at = definition[i];
    name = definition.key(i).substr(1);
    block.at = definition[i];
    spec().is_canonical = false;
    if (!at.is_object()) wrong_type(at, definition.key(i), "an object with the fields of the form");
  }
  const Value place = at.exists() ? at : definition;
  const bool is_auto = base::fold_name(name) == "auto";
  if (is_auto) name = detect_form(block.at, place);
  const bool is_refused = has_wrong_type || (is_auto && name.empty());
  if (!is_refused) block.form = use_form(name, place);
  spec().blocks.push_back(block);
}

void Parser::check_fields(Value definition) {
  const Block& block = spec().blocks.front();
  const Rule* root = form_root(block.form);
  if (root == nullptr) return;
  const bool is_inner = block.at.slot() != definition.slot();
  for (uint32_t i = 0; i < definition.size(); ++i) {
    unknown_field(definition, i, true, !is_inner);
  }
  for (uint32_t i = 0; is_inner && block.at.is_object() && i < block.at.size(); ++i) {
    unknown_field(block.at, i, false, true);
  }
  // A form may have limits of its own, and then checks them.
  for (const Name& name : root->names) {
    if (name.key.view() == "limits") return;
  }
  const Value limits = definition["limits"_k];
  for (uint32_t i = 0; i < limits.size() && limits.is_object(); ++i) {
    static constexpr std::string_view known[] = {"steps"};
    if (limits.key(i) == known[0]) continue;
    std::string hint = base::did_you_mean(limits.key(i), known);
    if (hint.empty()) hint = "the limit of a definition is 'steps'";
    problem(limits[i], "spec.unknown_field", "unknown field " + base::quoted(limits.key(i)),
            std::move(hint));
  }
}

void Parser::unknown_field(Value object, uint32_t entry, bool has_header, bool has_form) {
  const uint32_t form = spec().blocks.front().form;
  const Rule& root = *form_root(form);
  const weft_slot* key = weft_key_at(object.slot(), entry);
  const std::string_view name = object.key(entry);
  if (has_header && (find_field(header_fields(), key) != nullptr || name.starts_with('/'))) return;
  if (has_form && (root.find(key) != nullptr || root.additional != nullptr)) return;
  std::vector<std::string_view> known;
  if (has_header) append_names(header_fields(), known);
  for (const Name& one : root.names) {
    if (has_form) known.push_back(one.key.view());
  }
  std::string hint = base::did_you_mean(name, known);
  if (hint.empty()) {
    hint = "the form " + base::quoted(spec().forms[form].form->name) + " has no such field";
  }
  know_less(0, Known::nothing);  // it may be meant for steps
  problem(object[entry], "spec.unknown_field", "unknown field " + base::quoted(name),
          std::move(hint));
}

}  // namespace weft::spec
