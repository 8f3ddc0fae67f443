// The arguments of a tool: what they are when they are not written, and whether its schema takes
// them.
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;

void Parser::read_tool(Draft& draft) {
  if (!draft.tool.is_text()) return wrong_type(draft.tool, "tool", "the name of a tool");
  draft.item.tool = use_tool(draft.tool.as_text(), draft.tool);
  if (draft.item.tool == none) return;
  const UsedTool& used = spec().tools[draft.item.tool];
  if (used.tool->id != draft.tool.as_text()) spec().is_canonical = false;
  check_arguments(draft, used);
}

// The arguments as an object: 'parameters', or 'input' alone, or the result of the step before.
Value Parser::arguments_of(Draft& draft, const Rule& rule) {
  static constexpr weft_slot empty{WEFT_OBJECT, 0, 0, 0, {0}};
  Value arguments = draft.arguments;
  draft.item.arguments_at = arguments;
  if (draft.input.exists() && arguments.exists()) {
    problem(draft.input, "spec.duplicate_field", "'parameters' is given twice",
            "'input' is another name of it, keep one");
  } else if (draft.input.exists()) {
    spec().is_canonical = false;
    draft.item.arguments_at = draft.input;
    if (draft.input.is_object()) return draft.input;
    draft.item.is_input_alone = true;
    return with_input(Value(&empty), draft.input);
  }
  if (!draft.item.arguments_at.exists()) draft.item.arguments_at = draft.at;
  if (!arguments.exists()) arguments = Value(&empty);
  if (draft.before.empty() || !arguments.is_object()) return arguments;
  const std::string text = "{{steps[" + base::json_text(text_value(draft.before)) + "]}}";
  for (uint32_t i = 0; i < rule.properties.size(); ++i) {
    if (rule.properties[i].key.view() != "input" || (rule.required >> i & 1) == 0) continue;
    for (uint32_t k = 0; k < arguments.size(); ++k) {
      const Name* given = rule.find(weft_key_at(arguments.slot(), k));
      if (given != nullptr && given->property == i) return arguments;
    }
    return with_input(arguments, text_value(text));
  }
  return arguments;
}

Value Parser::text_value(std::string_view text) {
  Builder b(arena_);
  b.text(text);
  return b.take_value();
}

Value Parser::with_input(Value arguments, Value input) {
  Builder b(arena_);
  b.begin_object();
  for (uint32_t i = 0; i < arguments.size(); ++i) b.set(Key(arguments.key(i)), arguments[i]);
  b.set("input"_k, input);
  b.end_object();
  return b.take_value();
}

void Parser::check_arguments(Draft& draft, const UsedTool& used) {
  const Rule& rule = used.schema->root();
  Value arguments = arguments_of(draft, rule);
  const Verdict verdict = judge(rule, arguments, Texts::templated);
  if (!verdict.ok) {
    const size_t before = out_.problems.size();
    used.schema->check(arguments, {}, out_.problems, Texts::templated);
    for (size_t i = before; i < out_.problems.size(); ++i) {
      place(out_.problems[i], draft.item.arguments_at, draft.item.is_input_alone);
    }
    // A word that is wrong may be the operation, and with it all that the step touches.
    if (used.tool->operations.empty()) harmless_ += out_.problems.size() - before;
  }
  if (verdict.ok && !verdict.is_complete) arguments = used.schema->complete(arguments, arena_);
  draft.item.arguments = arguments;

  // What cannot be known yet counts as the most delicate of all that it may be.
  draft.item.effect = used.tool->effect;
  if (used.tool->operations.empty()) return;
  const std::string_view operation = arguments["operation"_k].as_text();
  Effect worst = Effect::pure;
  for (const Operation& one : used.tool->operations) {
    if (one.name == operation) {
      draft.item.effect = one.effect;
      return;
    }
    worst = std::max(worst, one.effect);
  }
  draft.item.effect = worst;
}

void place(Problem& problem, Value arguments_at, bool is_input_alone) {
  problem.at = arguments_at;
  constexpr std::string_view input = "/input";
  if (is_input_alone && problem.pointer.starts_with(input)) {
    problem.pointer.erase(0, input.size());
  }
}

}  // namespace weft::spec
