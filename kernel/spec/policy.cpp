// Retries, strategies and times, as steps and definitions say them.
#include <algorithm>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/number.hpp"
#include "base/text.hpp"
#include "base/units.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;
namespace limits = base::limits;

namespace {

bool folds(std::string_view written, std::string_view word) {
  return written == word || base::fold_name(written) == base::fold_name(word);
}

}  // namespace

uint32_t Parser::add_policy(const Policy& policy) {
  std::vector<Policy>& all = spec().policies;
  // Steps alike stand together: the latest fit best, and a long tail is not worth a search.
  const size_t end = all.size() > 64 ? all.size() - 64 : 0;
  for (size_t i = all.size(); i > end; --i) {
    if (all[i - 1] == policy) return static_cast<uint32_t>(i - 1);
  }
  if (all.front() == policy) return 0;
  all.push_back(policy);
  return static_cast<uint32_t>(all.size() - 1);
}

// What a command of a chain does takes longer than a step as a rule.
Policy Parser::policy_of(const Draft& draft) const {
  Policy policy = policy_;
  const uint32_t form = out_.spec.blocks[block_].form;
  const bool is_of_chain = form != none && out_.spec.forms[form].form->name == "chain";
  if (draft.command.exists() && is_of_chain) policy.timeout_ns = limits::command_timeout_ns;
  return policy;
}

void Parser::read_policy(Draft& draft) {
  if (!draft.timeout.exists() && !draft.retry.exists() && !draft.on_error.exists()) {
    draft.item.on_error = strategy_.on_error;
    read_rarity(draft, strategy_);
    Policy policy = policy_of(draft);
    if (draft.item.effect > Effect::idempotent) policy.attempts_max = 1;
    draft.item.policy = policy == spec().policies.front() ? 0 : add_policy(policy);
    return;
  }
  const size_t before = out_.problems.size();
  Policy policy = policy_of(draft);
  Strategy strategy = strategy_;
  if (draft.on_error.exists()) {
    if (const auto read = read_strategy(draft.on_error)) strategy = *read;
  }
  policy.attempts_max = strategy.attempts_max;
  if (draft.retry.exists()) read_retry(draft.retry, policy);
  if (draft.timeout.exists()) read_duration(draft.timeout, "timeout", policy.timeout_ns);
  const bool asked = draft.retry.exists() || draft.on_error.exists();
  if (draft.item.effect > Effect::idempotent && policy.attempts_max > 1) {
    const bool is_ladder = strategy.recovers && !draft.retry.exists();
    if (asked && !is_ladder && draft.item.tool != none) {
      const bool is_undone = draft.item.effect == Effect::compensable;
      problem(draft.retry.exists() ? draft.retry : draft.on_error, "spec.retry_forbidden",
              "the tool " + base::quoted(spec().tools[draft.item.tool].tool->id) +
                  (is_undone ? " must be undone before it is called again"
                             : " must not be called twice") +
                  ", so the step cannot be retried",
              "remove the retry, or choose an operation that may be repeated");
    }
    policy.attempts_max = 1;
  }
  draft.item.on_error = strategy.on_error;
  draft.item.policy = add_policy(policy);
  harmless_ += out_.problems.size() - before;
  read_rarity(draft, strategy);
}

bool Parser::read_duration(Value value, std::string_view what, uint64_t& ns) {
  if (folds(value.as_text(), "none")) {
    ns = 0;
    return true;
  }
  const auto read = base::parse_duration(value);
  if (!read) {
    problem(value, value.is_text() || value.is_number() ? "spec.range" : "spec.wrong_type",
            base::quoted(what) + " must be a duration, not " +
                (value.is_text() ? base::quoted(value.as_text()) : base::json_text(value)),
            read.error().hint);
    return false;
  }
  ns = static_cast<uint64_t>(*read);
  return true;
}

bool Parser::read_attempts(Value value, std::string_view what, uint32_t extra, uint32_t& attempts) {
  const uint64_t n = value.as_u64(UINT64_MAX);
  const uint64_t low = 1 - extra;
  if (!value.is_integer()) {
    wrong_type(value, what, "an integer");
    return false;
  }
  if (n < low || n > limits::attempts - extra) {
    problem(value, "spec.range",
            base::quoted(what) + " must be between " + std::to_string(low) + " and " +
                std::to_string(limits::attempts - extra));
    return false;
  }
  attempts = static_cast<uint32_t>(n) + extra;
  return true;
}

bool Parser::read_retry(Value value, Policy& policy) {
  if (!value.is_object()) return read_attempts(value, "retry", 1, policy.attempts_max);
  bool ok = true;
  for (uint32_t i = 0; i < value.size(); ++i) {
    ok = retry_field(value.key(i), value[i], policy) && ok;
  }
  if (ok && policy.cap_ns < policy.initial_ns && !value["cap"_k].exists()) {
    policy.cap_ns = policy.initial_ns;
  }
  return ok;
}

bool Parser::retry_field(std::string_view key, Value value, Policy& policy) {
  if (key == "max_attempts") return read_attempts(value, key, 0, policy.attempts_max);
  if (key == "initial") return read_duration(value, key, policy.initial_ns);
  if (key == "cap") return read_duration(value, key, policy.cap_ns);
  const bool is_multiplier = key == "multiplier";
  if (is_multiplier || key == "jitter") {
    const double most = is_multiplier ? 100 : 1;
    if (!value.is_number()) {
      wrong_type(value, key, "a number");
      return false;
    }
    if (!(value.as_f64() >= 0 && value.as_f64() <= most)) {
      problem(value, "spec.range",
              base::quoted(key) + " must be between 0 and " + (is_multiplier ? "100" : "1"));
      return false;
    }
    (is_multiplier ? policy.multiplier : policy.jitter) = value.as_f64();
    return true;
  }
  static constexpr std::string_view known[] = {"max_attempts", "initial", "multiplier", "cap",
                                               "jitter"};
  std::string hint = base::did_you_mean(key, known);
  if (hint.empty()) hint = "known are 'max_attempts', 'initial', 'multiplier', 'cap' and 'jitter'";
  problem(value, "spec.unknown_field", "unknown field " + base::quoted(key), std::move(hint));
  return false;
}

std::optional<Strategy> Parser::read_strategy(Value value) {
  if (value.is_object() && value.size() == 1 && folds(value.key(0), "retry")) {
    Policy policy;
    if (!read_retry(value[0], policy)) return {};
    spec().is_canonical = false;
    return Strategy{OnError::fail, policy.attempts_max, false, {}};
  }
  if (value.is_object() && value.size() == 1 && folds(value.key(0), "recover")) {
    return Strategy{OnError::fail, recover_attempts, true, value[0]};
  }
  const std::string_view word = value.as_text();
  if (word != "fail" && word != "continue") spec().is_canonical = false;
  if (folds(word, "fail") || folds(word, "fail_fast")) return Strategy{};
  if (folds(word, "continue") || folds(word, "continue_on_failure")) {
    return Strategy{OnError::proceed, 1, false, {}};
  }
  if (folds(word, "recover") || folds(word, "intelligent_recovery")) {
    return Strategy{OnError::fail, recover_attempts, true, {}};
  }
  const size_t open = word.find('(');
  if (open != std::string_view::npos && word.ends_with(')') &&
      folds(word.substr(0, open), "retry")) {
    const auto n = base::to_u64(word.substr(open + 1, word.size() - open - 2));
    if (n && *n < limits::attempts) {
      return Strategy{OnError::fail, static_cast<uint32_t>(*n) + 1, false, {}};
    }
    problem(value, "spec.range",
            "a retry must be between 0 and " + std::to_string(limits::attempts - 1));
    return {};
  }
  static constexpr std::string_view known[] = {"fail", "continue", "retry(3)", "recover"};
  std::string hint = base::did_you_mean(word, known);
  if (hint.empty()) hint = "strategies are 'fail', 'continue', 'retry(n)' and 'recover'";
  problem(value, value.is_text() ? "spec.unknown_value" : "spec.wrong_type",
          "unknown error strategy" + (value.is_text() ? " " + base::quoted(word) : ""),
          std::move(hint));
  return {};
}

// What a form says for its whole block; steps that said something themselves keep it.
void Parser::apply_strategy(uint32_t number, const Strategy& strategy) {
  const Block& block = spec().blocks[number];
  for (uint32_t i = block.first; i < block.first + block.count; ++i) {
    Item& item = spec().items[i];
    if (item.has_strategy) continue;
    item.on_error = strategy.on_error;
    Policy policy = spec().policies[item.policy];
    policy.attempts_max = item.effect > Effect::idempotent ? 1 : strategy.attempts_max;
    item.policy = add_policy(policy);
    if (!strategy.recovers) continue;
    if (item.rarity == none) {
      item.rarity = static_cast<uint32_t>(spec().rarities.size());
      spec().rarities.emplace_back();
    }
    Rarity& rarity = spec().rarities[item.rarity];
    rarity.recovers = true;
    if (strategy.ladder.exists()) read_ladder(strategy.ladder, rarity);
  }
}

RunIf Parser::read_run_if(Value value) {
  static constexpr std::pair<std::string_view, RunIf> words[] = {
      {"success", RunIf::success}, {"failure", RunIf::failure}, {"always", RunIf::always}};
  for (const auto& [word, meant] : words) {
    if (base::fold_name(value.as_text()) != word) continue;
    if (value.as_text() != word) spec().is_canonical = false;
    return meant;
  }
  spec().is_canonical = false;
  problem(value, "spec.unknown_value", "'run_if' must be 'success', 'failure' or 'always'");
  return RunIf::success;
}

}  // namespace weft::spec
