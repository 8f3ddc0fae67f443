#include "sim_plans.hpp"

#include <stdexcept>

#include "base/json.hpp"

namespace weft::tests {

SimPlans::SimPlans() : registry_(plugin::Options{{WEFT_PLUGIN_DIR}, &port_, {}, {}}) {
  registry_.scan();
  patterns_ = registry_.catalog();
  const auto schema = base::parse_json(R"({"type": "object"})", memory_.arena());
  for (const SimToolKind& kind : sim_tool_kinds) {
    spec::Tool& tool = tools_.emplace_back();
    tool.id = kind.id;
    tool.version = "1.0.0";
    tool.component = static_cast<uint32_t>(tools_.size() - 1);
    tool.parameters = *schema;
    tool.effect = kind.effect;
  }
}

std::shared_ptr<const plan::Plan> SimPlans::build(std::string_view definition) {
  base::Blocks blocks;
  const auto value = base::parse_json(definition, blocks.arena());
  if (!value) throw std::runtime_error(value.error().message);
  spec::Catalog catalog;
  catalog.self = this;
  catalog.tool = [](void* self, std::string_view name) -> Result<const spec::Tool*> {
    for (const spec::Tool& tool : static_cast<SimPlans*>(self)->tools_) {
      if (tool.id == name) return &tool;
    }
    return Error{Status::not_found, "registry.unknown_tool", "no tool is called that", {}};
  };
  catalog.form = [](void* self, std::string_view name) {
    const spec::Catalog& real = static_cast<SimPlans*>(self)->patterns_;
    return real.form(real.self, name);
  };
  catalog.pattern = [](void* self, uint32_t component) {
    const spec::Catalog& real = static_cast<SimPlans*>(self)->patterns_;
    return real.pattern(real.self, component);
  };
  plan::Built built = plan::build(plan::Source(base::pack(*value), "flow.json"), catalog);
  if (built.plan != nullptr) return built.plan;
  std::string problems(definition);
  for (const Error& e : built.problems) problems += "\n" + e.where.pointer + " " + e.message;
  throw std::runtime_error(problems);
}

}  // namespace weft::tests
