#include "engine/added.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "engine/course.hpp"
#include "engine/sides.hpp"
#include "run/scope.hpp"
#include "state/shown.hpp"

namespace weft::engine {

using namespace weft::lit;
using state::Frame;
using state::State;

namespace {

bool has_failed(uint8_t status) {
  return status == WEFT_NODE_FAILED || status == WEFT_NODE_CONTINUED;
}

// Names that a pattern cannot give what it says about its result.
bool is_of_every_result(std::string_view name) {
  constexpr std::array<std::string_view, 22> names{"run_id",          "workflow",
                                                   "caused_by",       "status",
                                                   "final_result",    "final_output",
                                                   "error",           "reason",
                                                   "diagnosis",       "rollback_applied",
                                                   "compensated",     "recovery_plan",
                                                   "started_at",      "duration_ms",
                                                   "step_results",    "execution_path",
                                                   "partial_results", "checkpoints",
                                                   "metrics",         "warnings",
                                                   "decision_path",   "conditions_evaluated"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The outermost block, and where what is hidden of it is written anew.
struct Told {
  const State& state;
  const Frame& f;
  Arena arena;

  std::string_view id(uint32_t n) const { return state.node(f, n).id; }
  Value result(uint32_t n) const { return state::shown(state, run::result_of(f, n), arena); }
};

// Of the steps of a block, each by its path; of those that succeeded.
void add_partial(Builder& b, const Told& told) {
  b.key("partial_results"_k);
  b.begin_object();
  for (uint32_t n = 0; n < told.f.count; ++n) {
    if (told.id(n).empty() || told.f.status[n] != WEFT_NODE_SUCCEEDED) continue;
    b.key(Key(state::step_path(told.state, told.f.number, n)));
    b.add(told.result(n));
  }
  b.end_object();
}

void add_branches(Builder& b, const Told& told) {
  b.key("branches"_k);
  b.begin_array();
  for (uint32_t n = 0; n < told.f.count; ++n) {
    const uint8_t status = told.f.status[n];
    if (told.id(n).empty() || status == WEFT_NODE_PENDING) continue;
    b.begin_object();
    b.set("branch_id"_k, told.id(n));
    b.set("success"_k, status == WEFT_NODE_SUCCEEDED);
    if (status == WEFT_NODE_SUCCEEDED) {
      b.set("result"_k, told.result(n));
    } else if (has_failed(status)) {
      b.set("error"_k, state::shown(told.state, Value(told.f.value[n]), told.arena));
    } else {
      b.set("status"_k, state::node_status_text(status));
    }
    if (state::is_node_ended(status)) {
      b.set("duration_ms"_k, static_cast<double>(told.f.ended[n] - told.f.began[n]) / 1e6);
    }
    b.end_object();
  }
  b.end_array();
}

// Sides in their order with the result of each; of a graph the steps in the order of its way.
void add_decision_path(Builder& b, const Told& told) {
  const std::vector<Taken> sides = Sides(told.state, told.f).all();
  b.key("decision_path"_k);
  b.begin_array();
  for (const Taken& side : sides) b.text(side.label);
  const bool is_graph = !told.state.block(told.f).compiled["sides"_k].exists();
  for (const Ran& ran : is_graph ? course_of(told.state) : std::vector<Ran>()) {
    if (!ran.has_run || ran.frame != told.f.number) continue;
    b.text(state::step_path(told.state, ran.frame, ran.node, ran.visit));
  }
  b.end_array();
  if (is_graph) return;
  b.key("branch_results"_k);
  b.begin_object();
  for (const Taken& side : sides) {
    Value latest;
    for (const Value step : side.steps) {
      const auto n = static_cast<uint32_t>(step.as_u64(told.f.count));
      if (n < told.f.count && told.f.status[n] == WEFT_NODE_SUCCEEDED)
        latest = run::result_of(told.f, n);
    }
    b.key(Key(side.label));
    latest.exists() ? b.add(state::shown(told.state, latest, told.arena)) : b.null();
  }
  b.end_object();
}

void add_groups(Builder& b, const Told& told) {
  b.key("parallel_groups"_k);
  b.begin_array();
  for (const Value group : told.state.block(told.f).compiled["groups"_k]) {
    b.begin_array();
    for (const Value node : group) {
      const auto n = static_cast<uint32_t>(node.as_u64(told.f.count));
      if (n < told.f.count) b.text(told.id(n));
    }
    b.end_array();
  }
  b.end_array();
}

// How long its steps took one by one, and how long from the first beginning to the last end.
void add_overlap(Builder& b, const Told& told) {
  int64_t work = 0, first = state::never, last = 0;
  for (uint32_t n = 0; n < told.f.count; ++n) {
    const bool has_run = told.f.status[n] != WEFT_NODE_SKIPPED && !told.id(n).empty();
    if (!has_run || !state::is_node_ended(told.f.status[n])) continue;
    work += told.f.ended[n] - told.f.began[n];
    first = std::min(first, told.f.began[n]);
    last = std::max(last, told.f.ended[n]);
  }
  b.key("execution_metrics"_k);
  b.begin_object();
  b.set("work_ms"_k, static_cast<double>(work) / 1e6);
  const int64_t took = std::max<int64_t>(last - first, 0);
  b.set("duration_ms"_k, static_cast<double>(took) / 1e6);
  if (took > 0) b.set("overlap"_k, static_cast<double>(work) / static_cast<double>(took));
  b.end_object();
}

// What revision loops say of their drafts, by the name of the loop.
void add_revisions(Builder& b, const Told& told) {
  bool has_some = false;
  for (uint32_t n = 0; n < told.f.count; ++n) {
    const bool is_loop = told.state.node(told.f, n).kind == plan::Kind::record;
    if (!is_loop || told.f.status[n] != WEFT_NODE_SUCCEEDED) continue;
    if (!has_some) {
      b.key("revisions"_k);
      b.begin_object();
      has_some = true;
    }
    b.key(Key(told.id(n)));
    b.add(told.result(n));
  }
  if (has_some) b.end_object();
}

}  // namespace

void add_decisions(Builder& b, const State& state, Arena arena) {
  std::vector<std::pair<const Frame*, uint32_t>> asked;
  for (const Frame& f : state.frames) {
    for (uint32_t n = 0; n < f.count; ++n) {
      const bool is_asked = state.node(f, n).is_condition && f.status[n] == WEFT_NODE_SUCCEEDED;
      if (is_asked) asked.emplace_back(&f, n);
    }
  }
  if (asked.empty()) return;
  std::stable_sort(asked.begin(), asked.end(), [](const auto& a, const auto& c) {
    return a.first->ended[a.second] < c.first->ended[c.second];
  });
  b.key("conditions_evaluated"_k);
  b.begin_array();
  for (const auto& [f, n] : asked) {
    b.begin_object();
    const bool is_outermost = f->parent == event::no_frame;
    if (!is_outermost) {
      b.set("in"_k, std::string_view(state::step_path(state, f->parent, f->parent_node)));
    }
    const Value about = Value(f->value[n])["metadata"_k];
    b.set("condition"_k, about["condition"_k]);
    b.set("value"_k, run::result_of(*f, n));
    b.set("read"_k, state::shown(state, about["read"_k], arena));
    const std::string_view side = Sides(state, *f).taken(n);
    if (!side.empty()) b.set("side"_k, side);
    b.end_object();
  }
  b.end_array();
}

void add_of_pattern(Builder& b, const State& state, Arena arena) {
  if (state.frames.empty()) return;
  const Frame& f = state.frames.front();
  const Told told{state, f, arena};
  const std::string_view pattern = state.plan->patterns[state.block(f).pattern].id;
  const Value about = state::shown(state, run::about_closed(f), arena);
  for (uint32_t i = 0; i < about.size(); ++i) {
    if (!is_of_every_result(about.key(i))) b.set(Key(about.key(i)), about[i]);
  }
  if (pattern == "parallel" && !about["branches"_k].exists()) add_branches(b, told);
  if (pattern == "conditional") add_decision_path(b, told);
  if (pattern == "dag") {
    if (state.block(f).compiled["groups"_k].size() > 0) add_groups(b, told);
    add_overlap(b, told);
    add_revisions(b, told);
  }
  const bool is_in_part =
      state.status == state::RunStatus::failed || state.status == state::RunStatus::cancelled;
  if (is_in_part) add_partial(b, told);
}

}  // namespace weft::engine
