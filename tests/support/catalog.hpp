// A catalog for tests: a few tools, forms whose schemas use every mark, and a pattern that hands
// back what it was given.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/blocks.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "spec/catalog.hpp"

namespace weft::tests {

inline constexpr std::string_view upper_schema =
    R"({"type": "object", "additionalProperties": false,
  "required": ["input"], "properties": {
    "input": {"type": "string", "aliases": ["text"]},
    "times": {"type": "integer", "minimum": 1, "maximum": 9, "default": 1},
    "mode": {"enum": ["plain", "title"]}}})";
inline constexpr std::string_view sql_schema = R"({"type": "object", "additionalProperties": false,
  "required": ["query"], "properties": {
    "query": {"type": "string", "template": "refuse"},
    "operation": {"enum": ["query", "execute", "change"]}, "values": {"type": "array"}}})";
inline constexpr std::string_view sequential_schema = R"({"type": "object", "required": ["steps"],
  "properties": {"steps": {"format": "weft-steps"}}})";
inline constexpr std::string_view chain_schema = R"({"type": "object", "required": ["steps"],
  "properties": {"steps": {"format": "weft-steps", "implicit_input": true},
    "options": {"type": "object", "aliases": ["optimization"], "additionalProperties": false,
      "properties": {"save_state": {"type": "boolean", "default": true},
        "error_strategy": {"format": "weft-error-strategy"}}}}})";
inline constexpr std::string_view graph_schema = R"({"type": "object",
  "required": ["initial_step", "steps"], "properties": {
    "initial_step": {"format": "weft-step-id"},
    "max_transitions": {"type": "integer", "minimum": 1, "default": 1000},
    "steps": {"format": "weft-steps", "additionalProperties": {"properties": {
      "branches": {"type": "array", "items": {"type": "object", "additionalProperties": false,
        "properties": {"condition": {"format": "weft-expression"},
                       "next_step": {"format": "weft-step-id"}}}},
      "priority": {"type": "integer", "default": 0}}}}}})";
inline constexpr std::string_view loop_schema = R"({"type": "object", "required": ["body"],
  "bindings": ["draft"], "properties": {
    "iterator": {"anyOf": [{"type": "array"}, {"format": "weft-expression"},
      {"type": "object", "additionalProperties": false, "properties": {
        "while": {"format": "weft-expression"}, "count": {"type": "integer"}}}],
      "aliases": ["for", "foreach"]},
    "body": {"format": "weft-steps", "aliases": ["steps"]},
    "on_limit": {"enum": ["stop", "fail_loudly"], "default": "stop"},
    "timeout": {"format": "weft-duration"},
    "limits": {"type": "object"},
    "merge": {"type": "string"}}})";

class FakeCatalog final {
 public:
  FakeCatalog();
  FakeCatalog(const FakeCatalog&) = delete;
  FakeCatalog& operator=(const FakeCatalog&) = delete;

  const spec::Catalog& get() const { return catalog_; }
  void add_tool(std::string id, std::string_view schema, spec::Effect effect);
  void add_form(std::string name, std::string pattern, std::string_view schema);
  Value json(std::string_view text);

  bool keeps_given = true;
  std::string given;  // JSON of the blocks that the pattern compiled, one per line
  // Said by the pattern about every block: pointer and message, when not empty.
  std::string objection_pointer, objection;
  std::string edges;  // JSON of the edges it answers, when not empty
  uint32_t lanes = 1;
  std::string spared;  // JSON of a list of nodes, when not empty

 private:
  static weft_status compile(void* self, weft_val block, weft_arena* arena, weft_val* out,
                             weft_error* err) noexcept;

  base::Blocks memory_;
  std::deque<spec::Tool> tools_;
  std::deque<spec::Form> forms_;
  weft_pattern pattern_{};
  spec::Catalog catalog_;
};

inline FakeCatalog::FakeCatalog() {
  add_tool("upper", upper_schema, spec::Effect::pure);
  add_tool("send", R"({"type": "object"})", spec::Effect::at_most_once);
  add_tool("sql", sql_schema, spec::Effect::at_most_once);
  tools_.back().operations = {{"query", spec::Effect::read, ""},
                              {"execute", spec::Effect::at_most_once, ""},
                              {"change", spec::Effect::compensable, "execute"}};
  add_form("sequential", "sequential", sequential_schema);
  add_form("chain", "dag", chain_schema);
  add_form("conditional", "conditional", graph_schema);
  add_form("loop", "loop", loop_schema);
  pattern_.size = sizeof pattern_;
  pattern_.compile = &FakeCatalog::compile;
  catalog_.self = this;
  catalog_.tool = [](void* self, std::string_view name) -> Result<const spec::Tool*> {
    auto& own = *static_cast<FakeCatalog*>(self);
    if (name == "uppercase") name = "upper";
    std::vector<std::string_view> names;
    for (const spec::Tool& tool : own.tools_) {
      if (tool.id == name) return &tool;
      names.push_back(tool.id);
    }
    return Error{Status::not_found, "registry.unknown_tool",
                 "no tool is called " + base::quoted(name), base::did_you_mean(name, names)};
  };
  catalog_.form = [](void* self, std::string_view name) -> Result<const spec::Form*> {
    auto& own = *static_cast<FakeCatalog*>(self);
    std::vector<std::string_view> names;
    for (const spec::Form& form : own.forms_) {
      if (form.name == name) return &form;
      names.push_back(form.name);
    }
    return Error{Status::not_found, "registry.unknown_form",
                 "no pattern is called " + base::quoted(name), base::did_you_mean(name, names)};
  };
  catalog_.pattern = [](void* self, uint32_t) -> Result<spec::BoundPattern> {
    return spec::BoundPattern{&static_cast<FakeCatalog*>(self)->pattern_, self};
  };
}

inline Value FakeCatalog::json(std::string_view text) {
  auto value = base::parse_json(text, memory_.arena());
  if (!value) throw std::runtime_error(value.error().message);
  return *value;
}

inline void FakeCatalog::add_tool(std::string id, std::string_view schema, spec::Effect effect) {
  spec::Tool& tool = tools_.emplace_back();
  tool.id = std::move(id);
  tool.version = "1.0.0";
  tool.component = static_cast<uint32_t>(tools_.size());
  tool.parameters = json(schema);
  tool.effect = effect;
}

inline void FakeCatalog::add_form(std::string name, std::string pattern, std::string_view schema) {
  spec::Form& form = forms_.emplace_back();
  form.name = std::move(name);
  form.pattern = std::move(pattern);
  form.version = "1.0.0";
  form.component = static_cast<uint32_t>(forms_.size());
  form.schema = json(schema);
}

inline weft_status FakeCatalog::compile(void* self, weft_val block, weft_arena* raw, weft_val* out,
                                        weft_error*) noexcept {
  auto& own = *static_cast<FakeCatalog*>(self);
  if (own.keeps_given) own.given += base::json_text(Value(block)) + "\n";
  Builder b(Arena(raw, &base::Blocks::grow, raw->impl));
  b.begin_object();
  b.key(Key(std::string_view("plan")));
  b.begin_object();
  if (!own.edges.empty()) b.set(Key(std::string_view("edges")), own.json(own.edges));
  b.end_object();
  b.key(Key(std::string_view("problems")));
  b.begin_array();
  if (!own.objection.empty()) {
    b.begin_object();
    b.set(Key(std::string_view("pointer")), std::string_view(own.objection_pointer));
    b.set(Key(std::string_view("message")), std::string_view(own.objection));
    b.end_object();
  }
  b.end_array();
  if (own.lanes != 1) b.set(Key(std::string_view("lanes")), own.lanes);
  if (!own.spared.empty()) b.set(Key(std::string_view("spared")), own.json(own.spared));
  b.end_object();
  *out = b.take();
  return WEFT_OK;
}

}  // namespace weft::tests
