#include "plan.hpp"

#include <algorithm>

using namespace weft::lit;
using weft::Key;
using weft::Value;

namespace dag {
namespace {

When when_of(Value run_if) {
  const std::string_view text = run_if.as_text();
  return text == "always" ? When::always : text == "failure" ? When::failure : When::success;
}

uint32_t node_in(Value written) { return static_cast<uint32_t>(written.as_u64(none)); }

// What a step asks to end, one or several, orders nothing.
void add_cancels(Value one, Graph& graph) {
  const uint32_t from = node_in(one["from"_k]);
  if (!one["to"_k].is_array()) graph.cancels.push_back({from, node_in(one["to"_k])});
  for (const Value to : one["to"_k]) {
    if (one["to"_k].is_array()) graph.cancels.push_back({from, node_in(to)});
  }
}

void check_cancels(const Steps& steps, Made& made) {
  for (const Cancel& one : made.graph.cancels) {
    const bool is_of_loop =
        made.graph.loop_of(one.from) != nullptr || made.graph.loop_of(one.to) != nullptr;
    if (one.from != one.to && !is_of_loop) continue;
    made.problems.push_back(
        {steps.pointer(one.from), "plan.cancel",
         "'" + steps.id(one.from) + "' cannot cancel '" + steps.id(one.to) + "'",
         "name two steps that are no part of a revision loop"});
  }
}

// What only means something where steps count arrivals.
void refuse_repeats(Value block, Made& made) {
  const char* once = "each step of this graph runs once at most";
  uint32_t number = 0;
  for (const Value one : block["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    if (one["type"_k].as_text() != "otherwise") continue;
    made.problems.push_back(
        {pointer, "plan.net", once, "write the opposite condition in place of 'otherwise'"});
  }
  if (!block["max_visits"_k].exists()) return;
  made.problems.push_back({"/max_visits", "plan.net", once,
                           "remove 'max_visits', or lead back with a transition of type goto"});
}

}  // namespace

void name_cycles(const Steps& steps, Made& made, bool is_certain) {
  for (const std::vector<uint32_t>& cycle : find_cycles(made.graph)) {
    std::string names;
    for (const uint32_t n : cycle) {
      if (!names.empty()) names += " → ";
      names += steps.id(n);
    }
    made.problems.push_back({steps.pointer(cycle.front()), "plan.cycle",
                             "the steps wait for each other: " + names,
                             "remove one of the dependencies or references", is_certain});
  }
}

// What a condition speaks of must have ended when it is asked, which is when the step before its
// edge has: it is that step or one that this waited for.
void check_conditions(Value block, const Steps& steps, Made& made) {
  std::vector<std::pair<uint32_t, uint32_t>> asked;  // a step and what must have ended before it
  for (const Value one : block["transitions"_k]) {
    for (const Value node : one["condition"_k]["refs"_k]) {
      asked.emplace_back(node_in(one["from"_k]), node_in(node));
    }
  }
  const Graph& graph = made.graph;
  for (const auto& [from, speaks_of] : asked) {
    std::vector<bool> seen(graph.count, false);
    std::vector<uint32_t> open{speaks_of};
    if (speaks_of < graph.count) seen[speaks_of] = true;
    while (!open.empty()) {
      const uint32_t n = open.back();
      open.pop_back();
      for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
        if (!seen[graph.next[e]]) open.push_back(graph.next[e]);
        seen[graph.next[e]] = true;
      }
    }
    if (seen[from]) continue;
    made.problems.push_back(
        {steps.pointer(from), "plan.not_finished",
         "the condition of a transition from '" + steps.id(from) + "' speaks of '" +
             steps.id(speaks_of) + "', which may not have ended when it is asked",
         "let '" + steps.id(from) + "' depend on '" + steps.id(speaks_of) + "'"});
  }
}

Steps::Steps(Value block) {
  uint32_t last = 0;
  field_ = block["stages"_k].exists() ? "/stages" : "/steps";
  for (const Value step : block[Key(field_.substr(1))]) {
    const uint32_t node = node_in(step["node"_k]);
    if (index_.size() <= node) index_.resize(size_t{node} + 1, none);
    index_[node] = static_cast<uint32_t>(all_.size());
    all_.push_back(step);
    last = std::max(last, node + 1);
  }
  // Conditions and records stand behind or between.
  const auto beyond = [&](Value one) {
    if (one.exists()) last = std::max(last, node_in(one) + 1);
  };
  const auto beyond_all = [&](Value one) {
    beyond(one["node"_k]);
    beyond(one["condition"_k]["node"_k]);
    beyond(one["verdict"_k]["node"_k]);
    for (const Value step : one["escalation"_k]) beyond(step["node"_k]);
  };
  for (const Value one : block["transitions"_k]) beyond_all(one);
  beyond_all(block["revision_loop"_k]);
  nodes_ = last;
}

uint32_t Steps::node(uint32_t index) const { return node_in(all_[index]["node"_k]); }

std::string Steps::id(uint32_t node) const {
  return has(node) ? std::string(all_[index_[node]]["id"_k].as_text()) : "the revision loop";
}

std::string Steps::pointer(uint32_t node) const {
  const std::string pointer(field_);
  return has(node) ? pointer + "/" + std::to_string(index_[node]) : pointer;
}

void add_dependencies(const Steps& steps, std::vector<Edge>& edges) {
  for (uint32_t i = 0; i < steps.size(); ++i) {
    for (const Value list : {steps[i]["depends_on"_k], steps[i]["refs"_k]}) {
      for (const Value n : list) edges.push_back({node_in(n), steps.node(i)});
    }
  }
}

// Stages follow each other unless they say what they depend on; a failure that is continued from
// does not keep the next one from running.
void add_line(const Steps& steps, std::vector<Edge>& edges) {
  for (uint32_t i = 1; i < steps.size(); ++i) {
    if (steps[i]["depends_on"_k].size() > 0) continue;
    edges.push_back({steps.node(i - 1), steps.node(i), order_only});
  }
}

void add_transitions(Value block, const Steps& steps, std::vector<Edge>& edges, Made& made) {
  uint32_t number = 0;
  for (const Value one : block["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    if (!one["from"_k].exists()) continue;  // a loop
    const std::string_view type = one["type"_k].as_text();
    if (type == "goto") continue;
    if (type == "cancel") {
      add_cancels(one, made.graph);
      continue;
    }
    const Value condition = one["condition"_k];
    const Edge edge{node_in(one["from"_k]), node_in(one["to"_k]),
                    condition.exists() ? node_in(condition["node"_k]) : none};
    if (type == "conditional" && !condition.exists()) {
      made.problems.push_back({pointer, "spec.missing_field",
                               "a conditional transition has no 'condition'",
                               "add 'condition', or make it sequential", true});
    } else if ((type == "sequential" || type == "otherwise") && condition.exists()) {
      made.problems.push_back({pointer, "plan.condition",
                               "a " + std::string(type) + " transition has a condition",
                               "make it conditional, or remove the condition", true});
    }
    const auto same = std::find_if(edges.begin(), edges.end(), [&](const Edge& other) {
      return other.from == edge.from && other.to == edge.to && other.condition != edge.condition;
    });
    if (same != edges.end()) {
      made.notes.push_back({pointer, "plan.edge_twice",
                            "'" + steps.id(edge.to) + "' follows '" + steps.id(edge.from) +
                                "' both with and without a condition, or with two; the first "
                                "condition rules",
                            "say it once"});
    }
    edges.push_back(edge);
  }
}

void add_joins(const Steps& steps, Graph& graph, std::vector<Remark>& problems) {
  std::vector<bool> has_condition(graph.count, false);
  for (size_t e = 0; e < graph.condition.size(); ++e) {
    const bool has_one = graph.condition[e] != none && graph.condition[e] != order_only;
    if (has_one) has_condition[graph.next[e]] = true;
  }
  std::vector<Join> joins(graph.count);
  bool is_any = !graph.condition.empty();
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const uint32_t node = steps.node(i);
    Join& join = joins[node];
    if (has_condition[node]) join.kind = Join::Kind::all_activated;
    const Value said = steps[i]["join"_k];
    if (!said.exists()) continue;
    is_any = true;
    const Value kind = said.is_object() && said["n"_k].exists() ? said["n"_k]
                       : said.is_object()                       ? said["kind"_k]
                                                                : said;
    join.cancels_rest = said["cancel_rest"_k].as_bool();
    if (kind.is_integer()) {
      join.kind = Join::Kind::some;
      join.needed = static_cast<uint32_t>(kind.as_u64());
    } else if (kind.as_text() == "any" || kind.as_text() == "first") {
      join.kind = Join::Kind::some;
      join.needed = 1;
    } else if (kind.exists()) {
      join.kind = kind.as_text() == "all" ? Join::Kind::all : Join::Kind::all_activated;
    }
    if (join.kind != Join::Kind::some) continue;
    if (const Loop* loop = graph.loop_of(node); loop != nullptr && loop->validator == node) {
      problems.push_back({steps.pointer(node) + "/join", "plan.join",
                          "the validator '" + steps.id(node) + "' waits for what it judges",
                          "remove 'join', or let a step before the validator have it"});
    }
    if (join.needed <= graph.incoming[node]) continue;
    problems.push_back(
        {steps.pointer(node), "plan.join",
         "the step '" + steps.id(node) + "' waits for " + std::to_string(join.needed) + " of " +
             std::to_string(graph.incoming[node]) + " steps before it, so it can never run",
         "lower 'n', or let more steps lead to it"});
  }
  if (is_any) graph.join = std::move(joins);
}

Made make(Value block) {
  Made made;
  Graph& graph = made.graph;
  const Steps steps(block);
  const std::string_view form = block["form"_k].as_text();
  const bool is_chain = form == "chain";
  graph.count = steps.nodes();
  graph.is_ordered = is_chain;
  graph.is_single = form == "interleave";
  graph.when.assign(graph.count, When::never);
  for (uint32_t i = 0; i < steps.size(); ++i) {
    graph.when[steps.node(i)] = when_of(steps[i]["run_if"_k]);
  }
  graph.steps = steps.size();
  if (is_net(block, steps)) {
    make_net(block, steps, made);
    return made;
  }
  refuse_repeats(block, made);
  std::vector<Edge> edges;
  edges.reserve(steps.size());
  add_dependencies(steps, edges);
  if (form == "hybrid") add_line(steps, edges);
  add_transitions(block, steps, edges, made);
  add_loops(block, steps, edges, made);
  check_cancels(steps, made);
  if (is_chain) {
    add_chain(block["options"_k], steps, edges);
    split_groups(block["options"_k], steps, edges, made);
    // One after another, a step runs whatever became of those before it, unless the block fails.
    for (Edge& edge : edges) edge.condition = order_only;
  }
  lay_edges(graph, std::move(edges));
  const bool has_all_edges = made.problems.empty();
  add_joins(steps, graph, made.problems);
  // Where steps that say nothing of each other are in a line, what is wrong may be what they say.
  name_cycles(steps, made, form != "chain" && form != "hybrid");
  if (has_all_edges) check_conditions(block, steps, made);
  return made;
}

}  // namespace dag
