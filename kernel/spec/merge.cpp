// How branches bring together what they wrote, and what a definition wants hidden.
#include <array>

#include "base/path.hpp"
#include "base/text.hpp"
#include "expr/redact.hpp"
#include "spec/parser.hpp"

namespace weft::spec {

using namespace lit;

namespace {

struct PolicyName {
  std::string_view name;
  MergePolicy policy;
};
constexpr std::array<PolicyName, 4> policies{{{"error", MergePolicy::error},
                                              {"last_writer", MergePolicy::last_writer},
                                              {"first_writer", MergePolicy::first_writer},
                                              {"discard", MergePolicy::discard}}};
constexpr std::array<std::string_view, 4> policy_words{"error", "last_writer", "first_writer",
                                                       "discard"};
// In the order of Reducer.
constexpr std::array<std::string_view, 7> reducer_words{"append", "union",      "sum",   "min",
                                                        "max",    "merge_deep", "custom"};

}  // namespace

// A policy, or {policy?, reduce?: {PATH: REDUCER or {custom: EXPRESSION}}}.
bool Parser::read_merge(Value value, Merge& merge) {
  if (value.is_object()) {
    static constexpr std::string_view known[] = {"policy", "reduce"};
    for (uint32_t i = 0; i < value.size(); ++i) {
      const std::string_view name = value.key(i);
      if (name == known[0]) {
        if (!read_merge(value[i], merge)) return false;
      } else if (name != known[1]) {
        std::string hint = base::did_you_mean(name, known);
        if (hint.empty()) hint = "a merge has a 'policy' and 'reduce'";
        problem(value[i], "spec.unknown_field", "unknown field " + base::quoted(name),
                std::move(hint));
      } else if (!value[i].is_object()) {
        wrong_type(value[i], "reduce", "an object of paths");
      } else {
        for (uint32_t k = 0; k < value[i].size(); ++k) {
          read_reduce(value[i].key(k), value[i][k], merge);
        }
      }
    }
    return true;
  }
  const std::string word = base::fold_name(value.as_text());
  for (const PolicyName& one : policies) {
    if (word != base::fold_name(one.name)) continue;
    merge.policy = one.policy;
    return true;
  }
  std::string hint = base::did_you_mean(value.as_text(), policy_words);
  if (hint.empty()) {
    hint =
        "policies are 'error', 'last_writer', 'first_writer' and 'discard'; "
        "{reduce: {PATH: sum}} says it for a path";
  }
  problem(value, value.is_text() ? "spec.unknown_value" : "spec.wrong_type",
          "'merge' is none of its policies", std::move(hint));
  return false;
}

void Parser::read_reduce(std::string_view path, Value value, Merge& merge) {
  if (auto segments = base::split_path(path); !segments) {
    return problem(value, "spec.pattern", segments.error().message, segments.error().hint);
  }
  const Value custom = value.is_object() && value.size() == 1 ? value["custom"_k] : Value();
  const std::string_view said = custom.exists() ? "custom" : value.as_text();
  for (size_t i = 0; i < reducer_words.size(); ++i) {
    if (base::fold_name(said) != base::fold_name(reducer_words[i])) continue;
    const auto how = static_cast<Reducer>(i);
    if ((how == Reducer::custom) != custom.is_text()) break;
    merge.reduces.push_back({value, path, how, custom});
    return;
  }
  std::string hint = base::did_you_mean(said, reducer_words);
  if (hint.empty()) {
    hint =
        "values come together by 'append', 'union', 'sum', 'min', 'max', 'merge_deep' or "
        "{custom: EXPRESSION}";
  }
  problem(value, "spec.unknown_value",
          "nothing says how values of " + base::quoted(path) + " come together", std::move(hint));
}

// {keys?: [NAME], values?: [I-Regexp]}
void Parser::read_redact(Value value) {
  if (!value.is_object()) return wrong_type(value, "redact", "an object");
  static constexpr std::string_view known[] = {"keys", "values"};
  const size_t before = out_.problems.size();
  for (uint32_t i = 0; i < value.size(); ++i) {
    const std::string_view name = value.key(i);
    std::vector<std::string_view> texts;
    if (name == known[0] || name == known[1]) {
      read_texts(value[i], name, texts);
      continue;
    }
    std::string hint = base::did_you_mean(name, known);
    if (hint.empty()) hint = "'keys' are names and 'values' patterns";
    problem(value[i], "spec.unknown_field", "unknown field " + base::quoted(name), std::move(hint));
  }
  if (out_.problems.size() != before) return;
  auto made = expr::Redactor::make(value);
  if (made) {
    spec().redact = value;
    return;
  }
  out_.problems.push_back(
      {value, made.error().where.pointer, "spec.pattern", made.error().message, made.error().hint});
}

}  // namespace weft::spec
