// From a block to the plan of a graph: what is wrong with it, and how people see it.
#include <algorithm>
#include <string>

#include "graph.hpp"

using namespace weft::lit;
using weft::Value;

namespace conditional {
namespace {

// Beyond this, references are left to the run: an unfinished step is an error there too.
constexpr uint64_t looked_at_max = 50'000'000;
constexpr uint32_t path_shown_max = 20;  // steps; who reads more?

struct Step {
  uint32_t node = none;
  Value written;
};

class Compiler final {
 public:
  Compiler(Value block, weft::Builder& out);

  void plan();
  void problems();
  void notes();

 private:
  // Steps that may come next, and whether the graph may end here.
  struct Ways {
    std::vector<uint32_t> next;
    bool may_end = false;
  };
  Ways ways(uint32_t index) const;
  std::vector<bool> lived() const;
  void no_end(const std::vector<bool>& lived);
  void edges();
  void unreachable();
  void references();
  void reference(uint32_t from, uint32_t to, uint32_t speaker);
  void targets(uint32_t index, std::vector<uint32_t>& found) const;
  std::vector<bool> reached_from(uint32_t index) const;
  std::string id(uint32_t index) const {
    return std::string(steps_[index].written["id"_k].as_text());
  }
  uint32_t index_of(uint64_t node) const { return node < index_.size() ? index_[node] : none; }
  void problem(uint32_t index, std::string_view code, const std::string& message,
               const std::string& hint);

  Value block_;
  weft::Builder& out_;
  std::vector<Step> steps_;
  std::vector<uint32_t> index_;  // by node: its place among the steps
  uint32_t initial_ = none;
};

Compiler::Compiler(Value block, weft::Builder& out) : block_(block), out_(out) {
  for (const Value step : block["steps"_k]) {
    const auto node = static_cast<uint32_t>(step["node"_k].as_u64());
    if (index_.size() <= node) index_.resize(size_t{node} + 1, none);
    index_[node] = static_cast<uint32_t>(steps_.size());
    steps_.push_back({node, step});
  }
  if (!steps_.empty()) {
    initial_ = static_cast<uint32_t>(block["initial_step"_k].as_u64(steps_.front().node));
  }
}

void Compiler::plan() {
  out_.set("form"_k, "graph");
  if (initial_ != none) out_.set("initial"_k, initial_);
  out_.set("transitions"_k, block_["max_transitions"_k].as_u64(1000));
  out_.key("steps"_k);
  out_.begin_array();
  for (const Step& step : steps_) {
    out_.begin_array();
    out_.natural(step.node);
    const Value fallback = step.written["default"_k];
    fallback.exists() ? out_.add(fallback) : out_.null();
    out_.begin_array();
    for (const Value branch : step.written["branches"_k]) {
      out_.begin_array();
      out_.add(branch["condition"_k]["node"_k]);
      const Value next = branch["next_step"_k];
      next.exists() ? out_.add(next) : out_.null();
      out_.end_array();
    }
    out_.end_array();
    out_.end_array();
  }
  out_.end_array();
  edges();
}

void Compiler::edges() {
  out_.key("edges"_k);
  out_.begin_array();
  for (const Step& step : steps_) {
    for (const Value branch : step.written["branches"_k]) {
      if (!branch["next_step"_k].exists()) continue;
      out_.begin_array();
      out_.natural(step.node);
      out_.add(branch["next_step"_k]);
      out_.add(branch["condition"_k]["node"_k]);
      out_.end_array();
    }
    const Value fallback = step.written["default"_k];
    if (!fallback.exists()) continue;
    out_.begin_array();
    out_.natural(step.node);
    out_.add(fallback);
    if (step.written["branches"_k].size() > 0) out_.text("nothing else is true");
    out_.end_array();
  }
  out_.end_array();
  out_.key("remarks"_k);
  out_.begin_array();
  const uint32_t first = index_of(initial_);
  if (first != none) out_.text("begins at " + id(first));
  out_.end_array();
}

void Compiler::problems() {
  if (block_["branches"_k].exists()) {
    out_.begin_object();
    out_.set("pointer"_k, "/branches");
    out_.set("code"_k, "plan.two_forms");
    out_.set("message"_k,
             "a conditional has 'steps' that lead to each other, or 'branches', not both");
    out_.set("hint"_k, "nest one of them as a step of the other");
    out_.end_object();
  }
  unreachable();
  references();
}

// What is always true is taken, so what is asked after it is not; what is never true is passed by.
Compiler::Ways Compiler::ways(uint32_t index) const {
  const Value step = steps_[index].written;
  Ways found;
  found.may_end = step["ends"_k].as_bool() || step["may_end"_k].as_bool();
  if (step["ends"_k].as_bool()) return found;
  for (const Value branch : step["branches"_k]) {
    const Value constant = branch["condition"_k]["constant"_k];
    if (constant.exists() && !constant.as_bool()) continue;
    const uint32_t next = index_of(branch["next_step"_k].as_u64(none));
    next != none ? found.next.push_back(next) : void(found.may_end = true);
    if (constant.as_bool()) return found;
  }
  const uint32_t fallback = index_of(step["default"_k].as_u64(none));
  fallback != none ? found.next.push_back(fallback) : void(found.may_end = true);
  return found;
}

// Steps that a run may come to which begins with the initial one.
std::vector<bool> Compiler::lived() const {
  std::vector<bool> seen(steps_.size(), false);
  std::vector<uint32_t> open{index_of(initial_)};
  seen[open.front()] = true;
  while (!open.empty()) {
    const uint32_t from = open.back();
    open.pop_back();
    for (const uint32_t to : ways(from).next) {
      if (!seen[to]) open.push_back(to);
      seen[to] = true;
    }
  }
  return seen;
}

// All that is taken goes on, so walking on comes back to where it was. It is legal: the limit ends
// it, and a run that ends so has failed.
void Compiler::no_end(const std::vector<bool>& lived) {
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    if (lived[i] && ways(i).may_end) return;
  }
  std::vector<bool> walked(steps_.size(), false);
  uint32_t at = index_of(initial_), shown = 0;
  std::string path = id(at);
  for (; !walked[at]; ++shown) {
    walked[at] = true;
    at = ways(at).next.front();
    if (shown < path_shown_max) path += " → " + id(at);
  }
  if (shown > path_shown_max) path += " → … → " + id(at);
  problem(at, "plan.no_end", "only the limit of transitions ends this graph: " + path,
          "give one of these steps a branch that ends the block or leads out of the circle");
}

// Branches lead there, but none that can be taken.
void Compiler::notes() {
  const uint32_t first = index_of(initial_);
  if (first == none) return;
  const std::vector<bool> named = reached_from(first), seen = lived();
  no_end(seen);
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    if (seen[i] || !named[i]) continue;
    problem(i, "plan.dead_step", "no branch that can be taken leads to the step '" + id(i) + "'",
            "correct the conditions before it, or remove it");
  }
}

void Compiler::targets(uint32_t index, std::vector<uint32_t>& found) const {
  const Value step = steps_[index].written;
  for (const Value branch : step["branches"_k]) {
    const uint32_t next = index_of(branch["next_step"_k].as_u64(none));
    if (next != none) found.push_back(next);
  }
  const uint32_t fallback = index_of(step["default"_k].as_u64(none));
  if (fallback != none) found.push_back(fallback);
}

// Steps that may run after this one; itself only where it lies on a cycle.
std::vector<bool> Compiler::reached_from(uint32_t index) const {
  std::vector<bool> seen(steps_.size(), false);
  std::vector<uint32_t> open{index}, next;
  while (!open.empty()) {
    const uint32_t from = open.back();
    open.pop_back();
    next.clear();
    targets(from, next);
    for (const uint32_t to : next) {
      if (!seen[to]) open.push_back(to);
      seen[to] = true;
    }
  }
  return seen;
}

void Compiler::unreachable() {
  const uint32_t first = index_of(initial_);
  if (first == none) return;
  const std::vector<bool> seen = reached_from(first);
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    if (seen[i] || i == first) continue;
    problem(i, "plan.unreachable", "no branch leads to the step '" + id(i) + "'",
            "name it as the 'next_step' of a branch, or remove it");
  }
}

// What a step or one of its conditions speaks of must be able to have run before.
void Compiler::references() {
  if (uint64_t{steps_.size()} * steps_.size() > looked_at_max) return;
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    const Value step = steps_[i].written;
    for (const Value list : {step["refs"_k], step["depends_on"_k]}) {
      for (const Value node : list) reference(index_of(node.as_u64()), i, i);
    }
    for (const Value branch : step["branches"_k]) {
      for (const Value node : branch["condition"_k]["refs"_k]) {
        const uint32_t from = index_of(node.as_u64());
        if (from != i) reference(from, i, i);
      }
    }
  }
}

void Compiler::reference(uint32_t from, uint32_t to, uint32_t speaker) {
  if (from == none || reached_from(from)[to]) return;
  problem(speaker, "plan.not_finished",
          "the step '" + id(speaker) + "' speaks of '" + id(from) +
              "', which cannot have finished before it",
          "let a branch lead from '" + id(from) + "' to it");
}

void Compiler::problem(uint32_t index, std::string_view code, const std::string& message,
                       const std::string& hint) {
  out_.begin_object();
  out_.set("pointer"_k, std::string_view("/steps/" + std::to_string(index)));
  out_.set("code"_k, code);
  out_.set("message"_k, std::string_view(message));
  out_.set("hint"_k, std::string_view(hint));
  out_.end_object();
}

}  // namespace

void compile_graph(Value block, weft::Builder& out) {
  Compiler compiler(block, out);
  out.begin_object();
  out.key("plan"_k);
  out.begin_object();
  compiler.plan();
  out.end_object();
  out.key("problems"_k);
  out.begin_array();
  compiler.problems();
  out.end_array();
  out.key("notes"_k);
  out.begin_array();
  compiler.notes();
  out.end_array();
  out.end_object();
}

}  // namespace conditional
