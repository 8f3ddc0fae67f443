// The edges of revision loops: the reviser leaves the ordinary order, and what waited for it or for
// the validator waits for the loop.
#include <algorithm>

#include "plan.hpp"

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

uint32_t node_in(Value written) { return static_cast<uint32_t>(written.as_u64(none)); }

class Loops final {
 public:
  Loops(const Steps& steps, std::vector<Edge>& edges, Made& made)
      : steps_(steps), edges_(edges), made_(made) {}

  void add(Value written, std::string pointer) {
    at_ = std::move(pointer);
    Loop loop;
    loop.record = node_in(written["node"_k]);
    loop.generator = node_in(written["generator"_k]);
    loop.validator = node_in(written["validator"_k]);
    loop.reviser = node_in(written["reviser"_k]);
    if (written["verdict"_k].exists()) loop.verdict = node_in(written["verdict"_k]["node"_k]);
    loop.revisions_max = static_cast<uint32_t>(written["max_iterations"_k].as_u64(3));
    loop.has_threshold = written["threshold"_k].is_number();
    loop.threshold = written["threshold"_k].as_f64();
    const std::string_view how = written["on_exhausted"_k].as_text();
    loop.on_exhausted = how == "accept_best"   ? Exhausted::accept_best
                        : how == "accept_last" ? Exhausted::accept_last
                        : how == "escalate"    ? Exhausted::escalate
                                               : Exhausted::fail;
    const Value escalation = written["escalation"_k];
    if (escalation.exists()) loop.approval = node_in(escalation[0]["node"_k]);
    if (!may_escalate(loop, escalation) || !is_sound(loop)) return;
    if (loop.generator == none) find_generator(loop);
    if (loop.generator == none) return;
    rewire(loop);
    made_.graph.loops.push_back(loop);
    ++made_.graph.steps;
    made_.graph.when[loop.reviser] = When::never;  // but for the loop
  }

 private:
  void problem(std::string code, std::string message, std::string hint) {
    made_.problems.push_back({at_, std::move(code), std::move(message), std::move(hint)});
  }

  bool may_escalate(const Loop& loop, Value escalation) {
    const bool escalates = loop.on_exhausted == Exhausted::escalate;
    if (escalates == (escalation.size() == 1)) return true;
    if (escalates) {
      problem("plan.escalation",
              "a revision loop that escalates needs exactly one step that asks people",
              "add escalation: [{id: ask, approval: {title: \"{{feedback}}\"}}]");
    } else {
      problem("plan.escalation", "the revision loop has an 'escalation' and never escalates",
              "say on_exhausted: escalate, or remove the step");
    }
    return false;
  }

  bool is_sound(const Loop& loop) {
    const bool is_same = loop.validator == loop.reviser || loop.generator == loop.validator ||
                         loop.generator == loop.reviser;
    if (is_same) {
      problem("plan.revision_roles",
              "generator, validator and reviser of a revision loop must be different steps",
              "give each role a step of its own");
      return false;
    }
    for (const Loop& other : made_.graph.loops) {
      for (const uint32_t role : {loop.validator, loop.reviser}) {
        if (role != other.validator && role != other.reviser) continue;
        problem("plan.revision_roles",
                "the step '" + steps_.id(role) + "' already belongs to another revision loop",
                "give each loop a validator and a reviser of its own");
        return false;
      }
    }
    return true;
  }

  // The one step that the validator waits for.
  void find_generator(Loop& loop) {
    for (const Edge& edge : edges_) {
      if (edge.to != loop.validator || edge.from == loop.reviser) continue;
      if (loop.generator != none && loop.generator != edge.from) {
        loop.generator = none;
        break;
      }
      loop.generator = edge.from;
    }
    if (loop.generator != none) return;
    problem("plan.no_generator",
            "it cannot be seen which step makes the draft that '" + steps_.id(loop.validator) +
                "' judges",
            "say 'generator'");
  }

  void rewire(const Loop& loop) {
    const auto is_role = [&](uint32_t n) { return n == loop.validator || n == loop.reviser; };
    std::vector<Edge> kept;
    for (Edge edge : edges_) {
      if (edge.to == loop.reviser) continue;
      if (is_role(edge.from) && edge.to == loop.validator) continue;
      if (is_role(edge.from)) edge.from = loop.record;
      if (edge.to != edge.from) kept.push_back(edge);
    }
    kept.push_back({loop.generator, loop.validator});
    kept.push_back({loop.validator, loop.record});
    edges_ = std::move(kept);
  }

  const Steps& steps_;
  std::vector<Edge>& edges_;
  Made& made_;
  std::string at_;
};

}  // namespace

void add_loops(Value block, const Steps& steps, std::vector<Edge>& edges, Made& made) {
  Loops loops(steps, edges, made);
  uint32_t number = 0;
  for (const Value one : block["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    if (one["validator"_k].exists()) loops.add(one, pointer);
  }
  if (block["revision_loop"_k].exists()) loops.add(block["revision_loop"_k], "/revision_loop");
}

}  // namespace dag
