#include "graph.hpp"

#include <string>

using namespace weft::lit;
using weft::Value;

namespace conditional {
namespace {

uint32_t node_in(Value written) { return static_cast<uint32_t>(written.as_u64(none)); }

// The next visit of a node.
uint64_t anew(const weft::sdk::Frame& frame, uint32_t node) {
  const bool was_seen = frame.status(node) != WEFT_NODE_PENDING;
  return weft::sdk::at_visit(node, was_seen ? frame.visit(node) + 1 : 0);
}

}  // namespace

Graph::Graph(Value plan)
    : initial_(node_in(plan["initial"_k])),
      transitions_max_(static_cast<uint32_t>(plan["transitions"_k].as_u64())) {
  for (const Value step : plan["steps"_k]) {
    const uint32_t node = node_in(step[0U]);
    const auto last = static_cast<size_t>(node) + step[2U].size() + 1;
    if (places_.size() < last) places_.resize(last);
    places_[node] = {true,
                     none,
                     static_cast<uint32_t>(branches_.size()),
                     step[2U].size(),
                     node_in(step[1U]),
                     step[1U].exists() && !step[1U].is_null()};
    for (const Value branch : step[2U]) {
      const uint32_t condition = node_in(branch[0U]);
      if (places_.size() <= condition) places_.resize(size_t{condition} + 1);
      places_[condition].owner = node;
      branches_.push_back({condition, node_in(branch[1U])});
    }
  }
}

// One thing is under way at a time, so what is active says where the block stands; every visit of a
// step but the first was a transition.
void Graph::recall(const weft::sdk::Frame& frame) {
  uint64_t begun = 0;
  for (uint32_t n = 0; n < places_.size() && n < frame.size(); ++n) {
    const uint32_t status = frame.status(n);
    if (status == WEFT_NODE_PENDING) continue;
    const bool is_active = status < WEFT_NODE_SUCCEEDED || status == WEFT_NODE_UNKNOWN;
    if (places_[n].is_step) {
      begun += uint64_t{frame.visit(n)} + 1;
      if (is_active) at_ = n;
    } else if (is_active && places_[n].owner != none) {
      at_ = places_[n].owner;
      const Place& owner = places_[at_];
      while (branch_ < owner.count && branches_[owner.first + branch_].condition != n) ++branch_;
    }
  }
  transitions_ = begun > 0 ? begun - 1 : 0;
}

void Graph::take(const weft_fact& fact, const weft::sdk::Frame& frame,
                 weft::sdk::Commands& commands) {
  const Told told{frame, commands};
  const uint32_t node = weft::sdk::node_of(fact.node);
  switch (fact.kind) {
    case WEFT_FACT_BEGIN: {
      const Place* start = (fact.flags & 1U) != 0 ? place(node) : nullptr;
      const uint32_t first = start != nullptr && start->is_step ? node : initial_;
      if (place(first) == nullptr) return commands.return_value(weft::null_value());
      at_ = first;
      return commands.start(anew(frame, first));
    }
    case WEFT_FACT_ENDED: return ended(node, static_cast<uint32_t>(fact.a), told);
    case WEFT_FACT_SELECTED: {
      const Place* next = place(fact.a);
      return next != nullptr && next->is_step ? go_to(static_cast<uint32_t>(fact.a), told)
                                              : end(told);
    }
    default: return;
  }
}

void Graph::ended(uint32_t node, uint32_t status, const Told& told) {
  const Place* of = place(node);
  if (of == nullptr) return;
  if (status == WEFT_NODE_FAILED || status == WEFT_NODE_CANCELLED) {
    // The condition or the step that could not be had fails the block.
    skip_rest(told);
    return told.commands.fail_node(node);
  }
  if (of->is_step) {
    at_ = node;
    branch_ = 0;
    return ask(told);
  }
  if (of->owner != at_) return;
  const Place& step = places_[at_];
  if (told.frame.result(node).as_bool()) {
    return select(branches_[step.first + branch_].next, told);
  }
  ++branch_;
  ask(told);
}

// The next condition; when there is none left, where the step goes without one.
void Graph::ask(const Told& told) {
  const Place& step = places_[at_];
  if (branch_ < step.count) {
    const uint32_t condition = branches_[step.first + branch_].condition;
    return told.commands.evaluate(anew(told.frame, condition), told.frame.result(at_));
  }
  if (step.count == 0 && !step.has_fallback) return end(told);
  select(step.has_fallback ? step.fallback : none, told);
}

void Graph::select(uint32_t next, const Told& told) {
  const Place& step = places_[at_];
  weft::Builder b = told.frame.builder();
  b.begin_object();
  b.key("taken"_k);
  next != none ? b.natural(next) : b.null();
  if (branch_ < step.count) b.set("condition"_k, branches_[step.first + branch_].condition);
  b.key("alternatives"_k);
  b.begin_array();
  for (uint32_t i = 0; i < step.count; ++i) {
    const uint32_t other = branches_[step.first + i].next;
    if (i != branch_ && other != none) b.natural(other);
  }
  if (step.has_fallback && branch_ < step.count) b.natural(step.fallback);
  b.end_array();
  b.end_object();
  told.commands.select(weft::sdk::at_visit(at_, told.frame.visit(at_)), b.take_value());
}

void Graph::go_to(uint32_t step, const Told& told) {
  if (++transitions_ > transitions_max_) {
    const std::string message = "the graph has gone on to a next step " +
                                std::to_string(transitions_max_) +
                                " times, which is as often as 'max_transitions' allows";
    skip_rest(told);
    return told.commands.fail("conditional.transition_limit", message, step);
  }
  at_ = step;
  told.commands.start(anew(told.frame, step));
}

void Graph::end(const Told& told) {
  skip_rest(told);
  told.commands.return_last();
}

void Graph::skip_rest(const Told& told) {
  for (uint32_t n = 0; n < places_.size(); ++n) {
    if (places_[n].is_step && told.frame.status(n) == WEFT_NODE_PENDING) {
      told.commands.skip(n, "not on the way that was taken");
    }
  }
}

}  // namespace conditional
