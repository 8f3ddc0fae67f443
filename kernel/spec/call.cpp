// Steps that call another definition, and the definitions that one holds for its steps to call.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

void Parser::read_workflows(Value value) {
  if (!value.is_object()) return wrong_type(value, "workflows", "an object of definitions");
  spec().workflows = value;
  for (uint32_t i = 0; i < value.size(); ++i) {
    if (!value[i].is_object()) wrong_type(value[i], value.key(i), "a definition");
    const size_t size = value.key(i).size();
    if (size > 0 && size <= limits::name_chars) continue;
    problem(value[i], "spec.range", "the name of a workflow must have 1 to 256 characters");
  }
}

// What it is called with is made when it begins: {input, params}, as a run is given them.
void Parser::read_call(Draft& draft) {
  if (!draft.workflow.is_text() || draft.workflow.size() == 0) {
    return wrong_type(draft.workflow, "workflow", "the name of a workflow");
  }
  if (draft.arguments.exists() && !draft.arguments.is_object()) {
    return wrong_type(draft.arguments, "parameters", "an object");
  }
  if (draft.on_failure.exists()) {
    problem(draft.on_failure, "spec.unknown_field", "a step that calls has no 'on_failure'",
            "say it in what is called, or of the block around it");
  }
  static constexpr weft_slot empty{WEFT_OBJECT, 0, 0, 0, {0}};
  Call call;
  call.name = draft.workflow;
  call.input = draft.input;
  call.params = draft.arguments;
  call.is_detached = draft.detached.as_bool();
  call.input_at = draft.input.exists() ? draft.input : draft.at;
  Builder b(arena_);
  b.begin_object();
  b.set("input"_k, call.input.exists() ? call.input : Value(&empty));
  b.set("params"_k, call.params.exists() ? call.params : Value(&empty));
  b.end_object();
  draft.item.arguments = b.take_value();
  draft.item.arguments_at = draft.at;
  // To start it is repeatable, for the run has its id before.
  call.is_undeclared = call.is_detached;
  call.effect = call.is_detached ? Effect::idempotent : Effect::pure;
  draft.item.kind = call.is_detached ? Kind::detached : Kind::block;
  draft.item.effect = call.effect;
  draft.item.call = static_cast<uint32_t>(spec().calls.size());
  spec().calls.push_back(std::move(call));
}

// Of a form with a time limit for its steps, that one keeps it.
void Parser::place_call(const Draft& draft, const Rule* extras, uint32_t item) {
  Call& call = spec().calls[draft.item.call];
  call.item = item;
  const bool is_forms = extras != nullptr &&
                        std::any_of(extras->names.begin(), extras->names.end(),
                                    [](const Name& name) { return name.key.view() == "timeout"; });
  if (!draft.timeout.exists() || is_forms) return;
  if (call.is_detached) {
    problem(draft.timeout, "spec.unknown_field", "nobody waits for a detached step, it has no time",
            "give 'timeout' to the workflow that it starts");
  }
  call.timeout_ns = spec().policies[draft.item.policy].timeout_ns;
}

// What is said as its input is the input of the workflow, or where the row names one, that member
// of it; everything else is its parameters. The input of 'feature' begins with the name of the
// workflow.
bool Parser::read_command_call(Draft& draft, Value row) {
  if (draft.input.exists() && draft.arguments.exists()) {
    problem(draft.input, "spec.duplicate_field", "'parameters' is given twice",
            "'input' is another name of it, keep one");
    return false;
  }
  const bool is_mixed = draft.arguments.is_object();
  Value given = draft.input;
  if (!given.exists()) given = is_mixed ? draft.arguments["input"_k] : draft.arguments;
  if (!draft.workflow.exists()) {
    std::string_view text = given.as_text();
    const size_t end = std::min(text.find_first_of(" \t\n"), text.size());
    const std::string_view name = text.substr(0, end);
    if (name.empty()) {
      problem(draft.command, "spec.missing_field", "'feature' names no workflow",
              "begin its input with the name of one");
      return false;
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n", end), text.size()));
    draft.workflow = text_value(name);
    given = text_value(text);
  }
  const Value member = row["input"_k];
  if (member.is_text() && given.exists()) {
    Builder b(arena_);
    b.begin_object();
    b.set(Key(member.as_text()), given);
    b.end_object();
    given = b.take_value();
  }
  Builder b(arena_);
  b.begin_object();
  for (uint32_t i = 0; is_mixed && i < draft.arguments.size(); ++i) {
    const std::string_view key = draft.arguments.key(i);
    if (key != "input") b.set(Key(key), draft.arguments[i]);
  }
  const Value defaults = row["parameters"_k];
  for (uint32_t i = 0; i < defaults.size(); ++i) {
    const Key key(defaults.key(i));
    if (!is_mixed || !draft.arguments[key].exists()) b.set(key, defaults[i]);
  }
  b.end_object();
  draft.arguments = b.take_value();
  draft.input = given;
  return true;
}

}  // namespace weft::spec
