// Words that are looked up: the form that 'auto' stands for, and the tool that a command stands
// for.
#include <algorithm>

#include "base/text.hpp"
#include "spec/detect.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;

namespace {

// Commands that need what this version does not have, with what that is.
struct Reserved {
  std::string_view name, does;
};
constexpr Reserved reserved[] = {
    {"task", "gives its text to an agent"},
    {"query", "asks an agent that may use safe tools only"},
    {"protocol", "wraps a step with checkpoint, validators and rollback"},
    {"docs", "renders a report"},
};
constexpr std::string_view of_rows[] = {"tool", "workflow", "parameters", "input", "description"};

// The parameter of a tool that takes what follows a command.
Key input_of(const Rule& rule, Value row) {
  if (row["input"_k].is_text()) return Key(row["input"_k].as_text());
  for (const Name& name : rule.names) {
    if (name.key.view() == "input") return rule.properties[name.property].key;
  }
  uint32_t found = none;
  for (uint32_t i = 0; i < rule.properties.size(); ++i) {
    if ((rule.required >> i & 1) == 0) continue;
    if (found != none) return "input"_k;  // there is no telling which
    found = i;
  }
  return found != none ? rule.properties[found].key : "input"_k;
}

}  // namespace

std::string_view Parser::detect_form(Value block, Value place) {
  const Detected found = detect(block, detect_by(spec().definition));
  spec().is_canonical = false;
  if (auto form = catalog_.form(catalog_.self, found.form); form) return found.form;
  problem(place, "spec.not_available",
          "this is of the mode " + base::quoted(found.mode) + ", because " + found.why +
              ", and no pattern for it is installed",
          "say which 'type' it is, or install the pattern");
  return {};
}

void Parser::read_commands(Value value) {
  if (!value.is_object()) return wrong_type(value, "commands", "an object of commands");
  for (const Value row : value) {
    if (!row.is_object()) {
      wrong_type(row, "a command", "an object");
      continue;
    }
    if (row["tool"_k].is_text() == row["workflow"_k].is_text()) {
      problem(row, "spec.missing_field", "a command names either a tool or a workflow",
              "give it a 'tool' or a 'workflow'");
    }
    for (uint32_t i = 0; i < row.size(); ++i) {
      const std::string_view key = row.key(i);
      if (std::find(std::begin(of_rows), std::end(of_rows), key) != std::end(of_rows)) continue;
      problem(row[i], "spec.unknown_field", "unknown field " + base::quoted(key),
              base::did_you_mean(key, of_rows));
    }
  }
}

void Parser::unknown_command(const Draft& draft, std::string_view name, const Error& error) {
  std::string message = "there is no command " + base::quoted(name);
  for (const Reserved& one : reserved) {
    if (one.name != name) continue;
    message = "the command " + base::quoted(name) + " " + std::string(one.does) +
              ", which is not available in this version";
  }
  std::vector<std::string_view> names;
  const Value rows = spec().definition["commands"_k];
  names.reserve(rows.size());
  for (uint32_t i = 0; i < rows.size(); ++i) names.push_back(rows.key(i));
  std::string plan = base::did_you_mean(name, names);
  if (plan.empty() && error.hint.starts_with("did you mean")) plan = error.hint;
  if (!plan.empty()) plan += " ";
  plan +=
      "'weft tools list' names the tools, each of which is a command; or give 'commands' a row " +
      base::quoted(name);
  problem(draft.command, "spec.unknown_command", std::move(message), std::move(plan));
}

// A command is a row of 'commands', the name of a tool or of a workflow that the definition holds.
bool Parser::read_command(Draft& draft) {
  if (!draft.command.is_text()) {
    wrong_type(draft.command, "command", "the name of a command");
    return false;
  }
  if (draft.tool.exists()) {
    problem(draft.command, "spec.step_kind", "a step is either a tool or a command, not both",
            "remove 'tool' or 'command'");
    return false;
  }
  const std::string_view name = draft.command.as_text();
  const Value row = spec().definition["commands"_k][Key(name)];
  if (row["workflow"_k].is_text()) {
    draft.workflow = row["workflow"_k];
    return read_command_call(draft, row);
  }
  draft.tool = row["tool"_k].is_text() ? row["tool"_k] : draft.command;
  if (auto found = catalog_.tool(catalog_.self, draft.tool.as_text()); !found) {
    const bool is_held = spec().definition["workflows"_k][Key(name)].exists();
    if (!is_held && name != "feature") {
      unknown_command(draft, name, found.error());
      return false;
    }
    draft.tool = {};
    if (is_held) draft.workflow = draft.command;
    return read_command_call(draft, row);
  }
  const uint32_t tool = use_tool(draft.tool.as_text(), draft.command);
  if (tool == none) return false;
  read_command_tool(draft, tool, row);
  return true;
}

// What is said as its input goes to the parameter that takes it; what a row says is there where the
// step says nothing.
void Parser::read_command_tool(Draft& draft, uint32_t tool, Value row) {
  const Key input = input_of(spec().tools[tool].schema->root(), row);
  const Value given = draft.input.exists() ? draft.input : draft.arguments;
  Builder b(arena_);
  b.begin_object();
  for (uint32_t i = 0; i < given.size() && given.is_object(); ++i) {
    b.set(given.key(i) == "input" ? input : Key(given.key(i)), given[i]);
  }
  if (given.exists() && !given.is_object()) b.set(input, given);
  const Value defaults = row["parameters"_k];
  for (uint32_t i = 0; i < defaults.size(); ++i) {
    const std::string_view key = defaults.key(i);
    const bool is_given =
        given.is_object() ? given[Key(key)].exists() : given.exists() && key == input.view();
    if (!is_given) b.set(Key(key), defaults[i]);
  }
  b.end_object();
  draft.arguments = b.take_value();
  draft.input = {};
}

}  // namespace weft::spec
