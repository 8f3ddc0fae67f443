#include "plugin/describe.hpp"

#include <array>
#include <utility>

#include "base/text.hpp"

namespace weft::plugin {

using namespace weft::lit;

namespace {

constexpr std::array<std::pair<std::string_view, spec::Effect>, 5> effects{{
    {"pure", spec::Effect::pure},
    {"read", spec::Effect::read},
    {"idempotent", spec::Effect::idempotent},
    {"compensable", spec::Effect::compensable},
    {"at_most_once", spec::Effect::at_most_once},
}};

Error wrong(const Component& component, std::string message, std::string hint) {
  return Error{.status = Status::bad_input,
               .code = "plugin.bad_manifest",
               .message = "component '" + component.id + "': " + std::move(message),
               .hint = std::move(hint)};
}

// An effect that is not said is the most careful one.
Result<spec::Effect> effect_of(const Component& component, Value object) {
  const Value effect = object["effect"_k];
  if (!effect.exists()) return spec::Effect::at_most_once;
  for (const auto& [name, value] : effects) {
    if (effect.as_text() == name) return value;
  }
  return wrong(component, base::quoted(effect.as_text()) + " is not an effect",
               "the effects are pure, read, idempotent, compensable and at_most_once");
}

}  // namespace

Result<spec::Tool> describe_tool(const Component& component) {
  const Value object = component.manifest;
  auto effect = effect_of(component, object);
  if (!effect) return effect.error();
  spec::Tool tool;
  tool.id = component.id;
  tool.version = component.version;
  tool.component = component.number;
  tool.parameters = object["parameters"_k];
  tool.permissions = object["permissions"_k];
  tool.effect = *effect;
  const Value operations = object["operations"_k];
  for (uint32_t i = 0; operations.is_object() && i < operations.size(); ++i) {
    auto own = effect_of(component, operations[i]);
    if (!own) return own.error();
    const bool undone = operations[i]["compensate"_k].is_text();
    if (*own == spec::Effect::compensable && !undone) {
      return wrong(component,
                   "operation '" + std::string(operations.key(i)) + "' names no 'compensate'",
                   "name the operation that undoes it");
    }
    tool.operations.push_back({std::string(operations.key(i)), *own,
                               std::string(operations[i]["compensate"_k].as_text())});
  }
  return tool;
}

Result<std::vector<spec::Form>> describe_forms(const Component& component) {
  std::vector<spec::Form> forms;
  for (const Value form : component.manifest["forms"_k]) {
    const std::string_view name = form["name"_k].as_text();
    if (name.empty()) {
      return wrong(component, "a form has no 'name'", "name it as definitions write it");
    }
    forms.push_back(
        {std::string(name), component.id, component.version, component.number, form["schema"_k]});
  }
  return forms;
}

std::vector<std::string> texts_of(Value list) {
  std::vector<std::string> texts;
  for (const Value text : list) {
    if (text.is_text()) texts.emplace_back(text.as_text());
  }
  return texts;
}

}  // namespace weft::plugin
