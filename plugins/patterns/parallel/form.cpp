#include "form.hpp"

#include <charconv>
#include <string>

using namespace weft::lit;
using weft::Value;

namespace parallel {
namespace {

// More could not be remembered one by one when they are too late.
constexpr uint32_t limited_branches_max = 16'384;

struct Complaint {
  std::string pointer;
  std::string_view code;
  std::string message, hint;
};

void write(const std::vector<Complaint>& complaints, weft::Builder& out) {
  out.begin_array();
  for (const Complaint& one : complaints) {
    out.begin_object();
    out.set("pointer"_k, std::string_view(one.pointer));
    out.set("code"_k, one.code);
    out.set("message"_k, std::string_view(one.message));
    if (!one.hint.empty()) out.set("hint"_k, std::string_view(one.hint));
    // A weight or an aggregation that is wrong is left out.
    const bool depends = one.code == "parallel.weights" || one.code == "parallel.partial";
    if (!depends) out.set("certain"_k, true);
    out.end_object();
  }
  out.end_array();
}

std::string quoted(std::string_view id) {
  std::string text("'");
  return text.append(id).append("'");
}

// Branches run beside each other, so none may speak of another.
void check_apart(Value branch, Value branches, std::string_view field,
                 std::vector<Complaint>& problems) {
  const auto first = branches[0]["node"_k].as_u64();
  const uint64_t own = branch["node"_k].as_u64() - first;
  for (const Value other : branch[weft::Key(field)]) {
    const uint64_t at = other.as_u64() - first;
    if (at >= branches.size()) continue;
    const std::string id = quoted(branches[static_cast<uint32_t>(at)]["id"_k].as_text());
    problems.push_back({"/branches/" + std::to_string(own), "plan.not_finished",
                        "the branch " + quoted(branch["id"_k].as_text()) +
                            (field == "refs" ? " uses the result of " : " depends on ") + id +
                            ", which runs beside it",
                        "put both into one branch, one after the other"});
  }
}

uint32_t needed_by(Value aggregation) {
  const Value said = aggregation["partial_success"_k];
  if (said.exists()) return static_cast<uint32_t>(std::min<uint64_t>(said.as_u64(), UINT32_MAX));
  const std::string_view text = aggregation.as_text();
  const size_t open = text.find('(');
  uint32_t n = 0;
  if (open != std::string_view::npos) {
    std::from_chars(text.data() + open + 1, text.data() + text.size(), n);
  }
  return n;
}

std::string_view goal_of(Value aggregation) {
  if (aggregation["custom"_k].exists()) return "custom";
  return needed_by(aggregation) > 0 ? "some" : aggregation.as_text("all_success");
}

void check_sums(Value block, std::vector<Complaint>& problems) {
  const Value branches = block["branches"_k];
  const Value aggregation = block["aggregation"_k];
  const std::string_view goal = goal_of(aggregation);
  double sum = 0;
  uint32_t limited = 0;
  for (const Value branch : branches) {
    sum += branch["weight"_k].as_f64(1);
    limited += static_cast<uint32_t>(branch["timeout"_k].exists());
  }
  if (branches.size() == 0) {
    problems.push_back({"/branches", "parallel.no_branch", "there is no branch", "add one"});
  }
  if (goal == "weighted" && branches.size() != 0 && !(sum > 0 && sum < 1e300)) {
    problems.push_back({"/branches", "parallel.weights",
                        "the weights of the branches have no usable sum",
                        "give a branch a 'weight' above 0"});
  }
  if (goal == "some" && needed_by(aggregation) > branches.size()) {
    problems.push_back({"/aggregation", "parallel.too_few_branches",
                        "there are fewer branches than must succeed", "ask for fewer"});
  }
  if (limited > 0 && branches.size() > limited_branches_max) {
    problems.push_back({"/branches", "parallel.too_many_branches",
                        "with a 'timeout' of a branch there may be 16,384 branches",
                        "give the block a 'timeout' instead"});
  }
}

void write_branches(Value branches, weft::Builder& out) {
  bool has_weights = false, has_timeouts = false;
  for (const Value branch : branches) {
    has_weights = has_weights || branch["weight"_k].as_f64(1) != 1;
    has_timeouts = has_timeouts || branch["timeout"_k].as_i64() > 0;
  }
  const auto list = [&](weft::Key name, auto one) {
    out.key(name);
    out.begin_array();
    for (const Value branch : branches) one(branch);
    out.end_array();
  };
  list("ids"_k, [&](Value branch) { out.add(branch["id"_k]); });
  list("required"_k, [&](Value branch) {
    if (branch["required"_k].as_bool()) out.natural(branch["node"_k].as_u64());
  });
  if (has_weights) list("weights"_k, [&](Value b) { out.number(b["weight"_k].as_f64(1)); });
  if (has_timeouts) list("timeouts"_k, [&](Value b) { out.integer(b["timeout"_k].as_i64()); });
}

}  // namespace

Value compile(Value block, weft::Builder& out) {
  const Value branches = block["branches"_k];
  const Value aggregation = block["aggregation"_k];
  const bool spares =
      block["error_mode"_k].as_text() == "best_effort" && goal_of(aggregation) == "all_success";
  out.begin_object();
  out.key("plan"_k);
  out.begin_object();
  out.set("first"_k, branches[0]["node"_k].as_u64());
  write_branches(branches, out);
  out.key("edges"_k);  // there are none: branches are beside each other
  out.begin_array();
  out.end_array();
  out.set("goal"_k, goal_of(aggregation));
  out.set("needed"_k, needed_by(aggregation));
  if (aggregation["custom"_k].exists()) out.set("custom"_k, aggregation["custom"_k]);
  for (const weft::Key field : {"error_mode"_k, "max_concurrency"_k, "as"_k, "timeout"_k}) {
    if (block[field].exists()) out.set(field, block[field]);
  }
  out.end_object();

  std::vector<Complaint> problems, notes;
  check_sums(block, problems);
  for (const Value branch : branches) {
    check_apart(branch, branches, "depends_on", problems);
    check_apart(branch, branches, "refs", problems);
  }
  if (spares) {
    notes.push_back({"/error_mode",
                     "parallel.partial",
                     "'best_effort' with 'all_success' means: all required branches and whichever "
                     "others succeed",
                     {}});
  }
  out.key("problems"_k);
  write(problems, out);
  out.key("notes"_k);
  write(notes, out);
  // What one writes, the others do not see.
  out.key("branches"_k);
  out.begin_array();
  for (uint64_t n = 0; n < branches[0]["node"_k].as_u64(); ++n) out.null();
  for (uint32_t i = 0; i < branches.size(); ++i) out.natural(i);
  out.end_array();
  out.key("spared"_k);
  out.begin_array();
  for (const Value branch : branches) {
    if (spares && !branch["required"_k].as_bool()) out.add(branch["node"_k]);
  }
  out.end_array();
  out.end_object();
  return out.take_value();
}

Form read(Value plan) {
  Form form;
  form.ids = plan["ids"_k];
  form.first = static_cast<uint32_t>(plan["first"_k].as_u64());
  form.count = form.ids.size();
  form.at_once =
      static_cast<uint32_t>(std::min<uint64_t>(plan["max_concurrency"_k].as_u64(10), UINT32_MAX));
  const std::string_view mode = plan["error_mode"_k].as_text();
  if (mode == "fail_slow") form.mode = Mode::fail_slow;
  if (mode == "best_effort") form.mode = Mode::best_effort;
  const std::string_view goal = plan["goal"_k].as_text();
  if (goal == "first_success") form.goal = Goal::first;
  if (goal == "some") form.goal = Goal::some;
  if (goal == "weighted") form.goal = Goal::weighted;
  if (goal == "custom") form.goal = Goal::custom;
  form.needed = static_cast<uint32_t>(plan["needed"_k].as_u64());
  form.custom = plan["custom"_k];
  form.judge = static_cast<uint32_t>(form.custom["node"_k].as_u64(UINT32_MAX));
  form.is_map = plan["as"_k].as_text() == "map";
  form.timeout_ns = plan["timeout"_k].as_i64();
  form.required.assign(form.count, false);
  for (const Value node : plan["required"_k]) form.required[node.as_u64() - form.first] = true;
  for (const Value weight : plan["weights"_k]) form.weights.push_back(weight.as_f64());
  for (const Value ns : plan["timeouts"_k]) form.timeouts.push_back(ns.as_i64());
  return form;
}

}  // namespace parallel
