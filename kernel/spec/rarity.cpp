// What few steps say: steps that the kernel does itself, second ways, caches, strategies of blocks
// that failed, and the variables of a definition.
#include <algorithm>

#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "expr/template.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

bool folds(Value written, std::string_view word) {
  return base::fold_name(written.as_text()) == base::fold_name(word);
}

bool is_template(Value value) {
  return value.is_text() && expr::contains_template(value.as_text());
}

constexpr std::string_view of_wait[] = {"for",     "until",      "signal",
                                        "timeout", "on_timeout", "transient"};
constexpr std::string_view of_approval[] = {"title",    "description", "form",
                                            "people",   "roles",       "quorum",
                                            "deadline", "on_deadline", "escalate_to"};
constexpr std::string_view of_fail[] = {"code", "message", "class", "hint"};
constexpr std::string_view of_end[] = {"status", "result"};

}  // namespace

void Parser::take_own(Draft& draft, Kind kind, Value value) {
  if (draft.own.exists()) {
    problem(value, "spec.step_kind", "a step does one thing, not two", "make two steps of it");
  }
  draft.own = value;
  draft.own_kind = kind;
}

void Parser::read_own(Draft& draft) {
  draft.item.kind = draft.own_kind;
  draft.item.effect = Effect::pure;
  draft.item.arguments = draft.item.arguments_at = draft.own;
  for (const Value given : {draft.arguments, draft.input}) {
    if (!given.exists()) continue;
    problem(given, "spec.unknown_field", "only the step of a tool takes 'parameters'");
  }
  const Value own = draft.own;
  switch (draft.own_kind) {
    case Kind::wait: {
      if (own.is_text() || own.is_number()) {
        uint64_t ns = 0;
        if (!is_template(own)) read_duration(own, "wait", ns);
        return;
      }
      check_own(draft, of_wait);
      const int said = static_cast<int>(own["for"_k].exists()) +
                       static_cast<int>(own["until"_k].exists()) +
                       static_cast<int>(own["signal"_k].exists());
      if (own.is_object() && said != 1) {
        problem(own, "spec.no_alternative", "a wait is for a time, until a time or for a signal",
                "give it one of 'for', 'until' and 'signal'");
      }
      if (own["transient"_k].exists() && !own["signal"_k].exists()) {
        problem(own["transient"_k], "spec.unknown_field", "only a wait for a signal is 'transient'",
                "remove it");
      }
      return;
    }
    case Kind::approval:
      if (!own.is_text()) check_own(draft, of_approval);
      return;
    case Kind::set:
      if (!own.is_object()) return wrong_type(own, "set", "an object of variables");
      for (uint32_t i = 0; i < own.size(); ++i) check_target(own.key(i), own[i]);
      return;
    case Kind::state: return check_state(own);
    case Kind::fail:
      if (!own.is_text()) check_own(draft, of_fail);
      return;
    case Kind::end:
      if (own.is_object()) check_own(draft, of_end);
      return;
    default: return;
  }
}

// Names and the values that can be judged before the run.
void Parser::check_own(const Draft& draft, std::span<const std::string_view> known) {
  const Value own = draft.own;
  if (!own.is_object()) return wrong_type(own, "the step", "an object");
  for (uint32_t i = 0; i < own.size(); ++i) {
    const std::string_view name = own.key(i);
    const Value value = own[i];
    if (std::find(known.begin(), known.end(), name) == known.end()) {
      problem(value, "spec.unknown_field", "unknown field " + base::quoted(name),
              base::did_you_mean(name, known));
      continue;
    }
    if (!is_template(value)) check_own_field(name, value);
  }
}

namespace {

constexpr std::string_view ends[] = {"completed", "failed", "cancelled"},
                           timeouts[] = {"fail", "continue"},
                           deadlines[] = {"reject", "approve", "escalate"};
constexpr struct Choice {
  std::string_view field, text;
  std::span<const std::string_view> words;
} choices[] = {{"status", "'completed', 'failed' or 'cancelled'", ends},
               {"on_timeout", "'fail' or 'continue'", timeouts},
               {"on_deadline", "'reject', 'approve' or 'escalate'", deadlines}};

}  // namespace

void Parser::check_own_field(std::string_view name, Value value) {
  uint64_t ns = 0;
  if (name == "for" || name == "timeout" || name == "deadline") read_duration(value, name, ns);
  if (name == "until" && value.tag() != Tag::time) {
    if (!value.is_text()) return wrong_type(value, "until", "a time");
    const auto time = base::parse_time(value.as_text());
    if (!time) {
      problem(value, "spec.range", "'until' must be a time, not " + base::quoted(value.as_text()),
              "write it as \"2026-03-01T12:00:00Z\"; a time from now on is 'for'");
    }
  }
  if (name == "signal" && (!value.is_text() || value.as_text().empty())) {
    wrong_type(value, "signal", "the name of a signal");
  }
  if (name == "transient" && !value.is_boolean()) wrong_type(value, "transient", "true or false");
  for (const Choice& choice : choices) {
    const auto is_said = [value](std::string_view word) { return folds(value, word); };
    if (choice.field != name || std::any_of(choice.words.begin(), choice.words.end(), is_said)) {
      continue;
    }
    problem(value, "spec.unknown_value",
            base::quoted(name) + " must be " + std::string(choice.text),
            base::did_you_mean(value.as_text(), choice.words));
  }
  if (name == "quorum" &&
      (!value.is_integer() || value.as_i64() < 1 || value.as_i64() > limits::quorum)) {
    problem(value, "spec.range",
            "'quorum' must be between 1 and " + std::to_string(limits::quorum));
  }
  if (name == "people" || name == "roles" || name == "escalate_to") {
    const bool is_list = value.is_array() && value.size() != 0;
    if (!is_list) wrong_type(value, name, "a list of names");
  }
  if (name == "form") {
    auto schema = Schema::compile(value);
    if (!schema) {
      out_.problems.push_back({value, schema.error().where.pointer, "spec.schema",
                               schema.error().message, schema.error().hint});
    }
  }
}

void Parser::read_rarity(Draft& draft, const Strategy& strategy) {
  const bool is_flag = !draft.detached.exists() || draft.detached.is_boolean();
  if (!is_flag) wrong_type(draft.detached, "detached", "true or false");
  if (draft.detached.exists() && !draft.workflow.exists()) {
    problem(draft.detached, "spec.unknown_field", "only a step with 'workflow' can be detached",
            "put what it does into 'workflows', and call it");
  }
  const bool is_plain = !draft.alternative.exists() && !draft.compensate.exists() &&
                        !draft.cache.exists() && !draft.mutex.exists() &&
                        !draft.semaphore.exists() && !draft.priority.exists() && !draft.is_pivot &&
                        !draft.when_enabled.exists() && !strategy.recovers;
  if (is_plain) return;
  Rarity rarity;
  rarity.is_pivot = draft.is_pivot;
  rarity.recovers = strategy.recovers;
  if (strategy.ladder.exists()) read_ladder(strategy.ladder, rarity);
  if (draft.when_enabled.exists()) read_milestone(draft.when_enabled, rarity);
  const auto only_tools = [&](Value value, std::string_view what) {
    if (!value.exists() || draft.item.tool != none) return value.exists();
    problem(value, "spec.unknown_field", "only the step of a tool has " + base::quoted(what));
    return false;
  };
  if (only_tools(draft.alternative, "alternative")) {
    rarity.alternative = read_way(draft.alternative, "alternative", draft);
  }
  if (draft.compensate.exists()) {
    rarity.compensation = read_way(draft.compensate, "compensate", draft);
    const bool is_read = rarity.compensation != none;
    if (is_read && spec().ways[rarity.compensation].effect > Effect::idempotent) {
      problem(draft.compensate, "spec.retry_forbidden",
              "a compensation must be repeatable, and this call is not",
              "choose an operation that is pure, reads or is idempotent");
    }
  }
  if (only_tools(draft.cache, "cache")) read_cache(draft.cache, draft, rarity);
  bool takes_part = false;
  for (const auto& [value, what] : {std::pair{draft.mutex, "mutex"},
                                    {draft.semaphore, "semaphore"},
                                    {draft.priority, "priority"}}) {
    takes_part = only_tools(value, what) || takes_part;
  }
  if (takes_part) read_needs(draft, rarity);
  draft.item.rarity = static_cast<uint32_t>(spec().rarities.size());
  spec().rarities.push_back(rarity);
}

// {default?, required?, escalate?}: the lower rungs of the strategy 'recover'.
void Parser::read_ladder(Value ladder, Rarity& rarity) {
  if (!ladder.is_object()) return wrong_type(ladder, "recover", "an object");
  static constexpr std::string_view known[] = {"default", "required", "escalate"};
  for (uint32_t i = 0; i < ladder.size(); ++i) {
    const std::string_view name = ladder.key(i);
    if (name == "default") {
      rarity.fallback = ladder[i];
    } else if (name == "required") {
      if (!ladder[i].is_boolean()) wrong_type(ladder[i], name, "true or false");
      rarity.is_required = ladder[i].as_bool(true);
    } else if (name == "escalate") {
      if (!ladder[i].is_boolean() && !ladder[i].is_array()) {
        wrong_type(ladder[i], name, "true or a list of people");
      }
      if (!ladder[i].is_boolean() || ladder[i].as_bool()) rarity.escalation = ladder[i];
    } else {
      problem(ladder[i], "spec.unknown_field", "unknown field " + base::quoted(name),
              base::did_you_mean(name, known));
    }
  }
}

// An expression, or {condition, timeout?}: the step waits until it holds.
void Parser::read_milestone(Value value, Rarity& rarity) {
  const Value condition = value.is_object() ? value["condition"_k] : value;
  uint64_t timeout_ns = 0;
  static constexpr std::string_view known[] = {"condition", "timeout"};
  for (uint32_t i = 0; value.is_object() && i < value.size(); ++i) {
    const std::string_view name = value.key(i);
    if (name == "timeout") read_duration(value[i], "when_enabled.timeout", timeout_ns);
    if (name == "timeout" || name == "condition") continue;
    problem(value[i], "spec.unknown_field", "unknown field " + base::quoted(name),
            base::did_you_mean(name, known));
  }
  if (condition.is_text()) {
    rarity.enabled = value;
    return;
  }
  wrong_type(value, "when_enabled", "an expression or an object with 'condition' and 'timeout'");
}

// The name of a tool, which then gets the arguments of the step; or {tool, parameters?, retry?,
// timeout?}. A compensation is tried again by itself, for it must succeed in the end.
uint32_t Parser::read_way(Value written, std::string_view what, const Draft& of) {
  Draft draft;
  draft.at = written;
  Way way;
  Policy policy;
  policy.attempts_max = what == "compensate" ? recover_attempts : 1;
  if (written.is_text()) {
    draft.tool = written;
    draft.arguments = of.item.arguments_at.exists() ? of.arguments : Value();
    draft.input = of.input;
  } else if (written.is_object()) {
    static constexpr std::string_view known[] = {"tool", "parameters", "input", "retry", "timeout"};
    for (uint32_t i = 0; i < written.size(); ++i) {
      const std::string_view name = written.key(i);
      if (name == "tool")
        draft.tool = written[i];
      else if (name == "parameters")
        draft.arguments = written[i];
      else if (name == "input")
        draft.input = written[i];
      else if (name == "retry")
        read_retry(written[i], policy);
      else if (name == "timeout")
        read_duration(written[i], name, policy.timeout_ns);
      else
        problem(written[i], "spec.unknown_field", "unknown field " + base::quoted(name),
                base::did_you_mean(name, known));
    }
  } else {
    wrong_type(written, what, "the name of a tool or an object with 'tool'");
    return none;
  }
  if (!draft.tool.exists()) {
    problem(written, "spec.missing_field", "'tool' is missing", "name the tool to call");
    return none;
  }
  read_tool(draft);
  if (draft.item.tool == none) return none;
  way.tool = draft.item.tool;
  way.effect = draft.item.effect;
  way.arguments = draft.item.arguments;
  way.arguments_at = draft.item.arguments_at;
  way.is_input_alone = draft.item.is_input_alone;
  if (way.effect > Effect::idempotent) policy.attempts_max = 1;
  way.policy = add_policy(policy);
  spec().ways.push_back(way);
  return static_cast<uint32_t>(spec().ways.size() - 1);
}

// true, a duration, or {ttl}.
void Parser::read_cache(Value value, const Draft& draft, Rarity& rarity) {
  if (value.is_boolean()) {
    rarity.cache_ns = value.as_bool() ? UINT64_MAX : 0;
  } else {
    const Value ttl = value.is_object() ? value["ttl"_k] : value;
    if (!ttl.exists()) return wrong_type(value, "cache", "true, a duration or {ttl}");
    read_duration(ttl, "cache", rarity.cache_ns);
  }
  if (rarity.cache_ns != 0 && draft.item.effect > Effect::read) {
    problem(value, "spec.cache_forbidden",
            "the tool " + base::quoted(spec().tools[draft.item.tool].tool->id) +
                " has an effect, which a cached result would not have",
            "remove 'cache', or choose an operation that is pure or only reads");
  }
}

OnFailure Parser::read_on_failure(Value value) {
  if (!value.exists()) return OnFailure::unsaid;
  if (folds(value, "keep")) return OnFailure::keep;
  if (folds(value, "rollback")) return OnFailure::rollback;
  if (folds(value, "compensate")) return OnFailure::compensate;
  problem(value, value.is_text() ? "spec.unknown_value" : "spec.wrong_type",
          "'on_failure' must be 'keep', 'rollback' or 'compensate'");
  return OnFailure::unsaid;
}

// {name: JSON Schema}; a schema may have a default, which then fits it.
void Parser::read_variables(Value value) {
  if (!value.is_object()) return wrong_type(value, "variables", "an object of JSON Schemas");
  spec().variables = value;
  for (const Value one : value) {
    auto schema = Schema::compile(one);
    if (!schema) {
      out_.problems.push_back({one, schema.error().where.pointer, "spec.schema",
                               schema.error().message, schema.error().hint});
      continue;
    }
    const Value given = one["default"_k];
    if (!given.exists()) continue;
    const size_t before = out_.problems.size();
    schema->check(given, {}, out_.problems);
    for (size_t k = before; k < out_.problems.size(); ++k) out_.problems[k].at = given;
  }
}

}  // namespace weft::spec
