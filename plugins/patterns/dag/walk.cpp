#include "walk.hpp"

#include <algorithm>

namespace dag {

uint64_t anew(const weft::sdk::Frame& frame, uint32_t node) {
  const bool was_seen = frame.status(node) != WEFT_NODE_PENDING;
  return weft::sdk::at_visit(node, was_seen ? frame.visit(node) + 1 : 0);
}

Walk::Walk(Graph graph, uint32_t start)
    : graph_(std::move(graph)),
      is_plain_(graph_.is_plain()),
      open_(graph_.incoming),
      news_(graph_.count, 0),
      active_(graph_.count, false),
      start_(start) {
  if (is_plain_) return;
  alive_.assign(graph_.count, 0);
  fired_.assign(graph_.count, false);
  settled_.assign(graph_.count, false);
  edge_of_.assign(graph_.condition.empty() ? 0 : graph_.count, none);
  for (uint32_t e = 0; e < graph_.condition.size(); ++e) {
    if (graph_.condition[e] < edge_of_.size()) edge_of_[graph_.condition[e]] = e;
  }
  passes_.resize(graph_.loops.size());
}

void Walk::recall(const weft::sdk::Frame& frame) {
  for (uint32_t n = 0; n < graph_.count; ++n) {
    if (!is_plain_ && (number_of_loop(n) != none || graph_.when[n] == When::never)) continue;
    const uint32_t status = frame.status(n);
    if (status == WEFT_NODE_PENDING) {
      if (is_late(n)) late_.push_back(n);
    } else if (status >= WEFT_NODE_SUCCEEDED && status != WEFT_NODE_UNKNOWN) {
      settle(n, status);
    } else {
      active_[n] = true;
      ++running_;
    }
  }
  for (uint32_t n = 0; n < edge_of_.size(); ++n) {
    const uint32_t status = frame.status(n);
    if (edge_of_[n] == none || status == WEFT_NODE_PENDING) continue;
    ++asking_;
    if (status >= WEFT_NODE_SUCCEEDED) condition_ended(n, status, frame);
  }
  for (uint32_t i = 0; i < passes_.size(); ++i) recall_loop(i, frame);
  ready_.clear();
  asks_.clear();
  has_cancelled_ = failed_ != none;
  if (graph_.is_single) recall_ready(frame);
}

// Of steps that go one at a time, some have waited for their turn since.
void Walk::recall_ready(const weft::sdk::Frame& frame) {
  for (uint32_t n = 0; n < graph_.count; ++n) {
    const bool is_free = is_plain_ ? open_[n] == 0 : fired_[n] || graph_.incoming[n] == 0;
    const bool is_step = graph_.when[n] != When::never && n >= start_ && !is_late(n);
    if (is_free && is_step && frame.status(n) == WEFT_NODE_PENDING) ready_.push_back(n);
  }
}

void Walk::begin(weft::sdk::Commands& commands) {
  late_.clear();
  ready_.clear();
  for (uint32_t n = 0; n < graph_.count; ++n) {
    const bool is_root = graph_.incoming[n] == 0 && graph_.when[n] != When::never;
    // What else a loop is made of follows its validator.
    const uint32_t loop = number_of_loop(n);
    if (loop != none && graph_.loops[loop].validator != n) continue;
    if (is_passed_over(n)) {
      commands.skip(n, "the run starts at a later step");
      settle(n, WEFT_NODE_SKIPPED);
    } else if (n >= start_ && is_root) {
      (is_late(n) ? late_ : ready_).push_back(n);
    }
  }
}

// Where edges are decided one by one, only what nothing leads to is surely ready.
void Walk::find_ready(const weft::sdk::Frame& frame) {
  ready_.clear();
  for (uint32_t n = start_; n < graph_.count; ++n) {
    const bool is_free = is_plain_ ? open_[n] == 0 : graph_.incoming[n] == 0;
    const bool is_of_loop = number_of_loop(n) != none || graph_.when[n] == When::never;
    if (!is_free || is_of_loop || is_late(n) || frame.status(n) != WEFT_NODE_PENDING) continue;
    ready_.push_back(n);
  }
}

void Walk::take(uint32_t node, uint32_t status, const weft::sdk::Frame& frame,
                weft::sdk::Commands& commands) {
  if (is_plain_) return settle(node, status);
  const Told told{frame, commands};
  if (node < edge_of_.size() && edge_of_[node] != none) {
    return condition_ended(node, status, frame);
  }
  const uint32_t loop = number_of_loop(node);
  if (loop != none) return loop_ended(loop, node, status, told);
  settle(node, status);
  for (const Cancel& one : graph_.cancels) {
    if (one.from == node && status == WEFT_NODE_SUCCEEDED) {
      drop(one.to, "another step cancels it", told);
    }
  }
}

void Walk::stop_counting(uint32_t node) {
  if (active_[node]) --running_;
  active_[node] = false;
}

// Takes in that a node has ended; whoever waited for nothing else becomes ready.
void Walk::settle(uint32_t node, uint32_t status) {
  ++ended_;
  stop_counting(node);
  const uint8_t news = news_of(node, status);
  if (!is_plain_) return settle_edges(node, status, news);
  for (uint32_t e = graph_.first[node]; e < graph_.first[node + 1]; ++e) {
    const uint32_t after = graph_.next[e];
    news_[after] |= news;
    if (--open_[after] == 0 && after >= start_) ready_.push_back(after);
  }
}

uint8_t Walk::news_of(uint32_t node, uint32_t status) {
  switch (status) {
    case WEFT_NODE_SUCCEEDED:
      if (!passes_.empty() && number_of_loop(node) != none &&
          graph_.loop_of(node)->reviser != node) {
        return 0;
      }
      if (succeeded_ == none || is_later(node, succeeded_)) succeeded_ = node;
      return 0;
    case WEFT_NODE_CANCELLED:
      if (may_be_dropped(node)) return saw_skip;
      if (node < cancelled_) cancelled_ = node;
      return saw_failure;
    // The first in the order of writing, so that it is the same however facts arrive.
    case WEFT_NODE_FAILED: fail_by(node); return saw_failure;
    case WEFT_NODE_CONTINUED: return saw_failure;
    default: return is_passed_over(node) ? 0 : saw_skip;
  }
}

void Walk::settle_edges(uint32_t node, uint32_t status, uint8_t news) {
  settled_[node] = true;
  for (uint32_t e = graph_.first[node]; e < graph_.first[node + 1]; ++e) {
    const uint32_t after = graph_.next[e];
    const uint32_t condition = graph_.condition.empty() ? none : graph_.condition[e];
    if (condition == order_only) {
      decide_edge(after, true, 0);
      continue;
    }
    if (status == WEFT_NODE_SUCCEEDED && condition != none) {
      asks_.emplace_back(node, e);
      continue;
    }
    const When when = graph_.when[after];
    const bool is_alive = news == 0 || (news == saw_failure && when != When::success) ||
                          (news == saw_skip && when == When::always);
    decide_edge(after, is_alive, news);
  }
}

void Walk::decide_edge(uint32_t after, bool is_alive, uint8_t news) {
  if (!is_alive && news == 0) news = saw_false;
  news_[after] |= news;
  if (is_alive) ++alive_[after];
  --open_[after];
  const bool is_some = !graph_.join.empty() && graph_.join[after].kind == Join::Kind::some;
  const bool is_decided =
      open_[after] == 0 || (is_some && alive_[after] >= graph_.join[after].needed);
  if (!is_decided || fired_[after]) return;
  fired_[after] = true;
  if (after >= start_ || graph_.when[after] == When::never) ready_.push_back(after);
}

void Walk::condition_ended(uint32_t node, uint32_t status, const weft::sdk::Frame& frame) {
  --asking_;
  const uint32_t after = graph_.next[edge_of_[node]];
  if (status == WEFT_NODE_SUCCEEDED) {
    return decide_edge(after, frame.result(node).as_bool(), 0);
  }
  fail_by(node);  // a condition that cannot be had is never taken for false
  decide_edge(after, false, saw_failure);
}

void Walk::go_on(const weft::sdk::Frame& frame, weft::sdk::Commands& commands) {
  const Told told{frame, commands};
  if (failed_ != none && !has_cancelled_) cancel_running(commands);
  do {
    for (const auto& [node, edge] : asks_) ask(node, edge, told);
    asks_.clear();
    decide_ready(told);
    if (running_ == 0 && asking_ == 0 && asks_.empty() && ready_.empty()) take_late();
  } while ((!ready_.empty() && may_go_on()) || !asks_.empty());
  if (ended_ == graph_.steps) finish(told);
}

void Walk::take_late() {
  if (!graph_.is_single) return ready_.swap(late_);
  // What the first of them makes ready goes before the others.
  if (late_.empty()) return;
  ready_.push_back(late_.front());
  late_.erase(late_.begin());
}

// One at a time, it is the turn of the first in the order of writing.
void Walk::decide_ready(const Told& told) {
  if (graph_.is_single) {
    while (!ready_.empty() && may_go_on()) {
      const auto first = std::min_element(ready_.begin(), ready_.end());
      const uint32_t node = *first;
      ready_.erase(first);
      decide(node, told);
    }
    return;
  }
  // Skipping makes further steps ready, which join the list at its end.
  for (size_t next = 0; next < ready_.size();) decide(ready_[next++], told);
  ready_.clear();
}

// What a condition of an edge from a loop may speak of is the draft that was approved.
void Walk::ask(uint32_t node, uint32_t edge, const Told& told) {
  const uint32_t loop = number_of_loop(node);
  ++asking_;
  told.commands.evaluate(graph_.condition[edge],
                         loop != none ? passes_[loop].approved : told.frame.result(node));
}

void Walk::finish(const Told& told) {
  if (failed_ != none || cancelled_ != none) {
    const uint32_t node = failed_ != none ? failed_ : cancelled_;
    const uint32_t loop = number_of_loop(node);
    if (loop != none && graph_.loops[loop].record == node) return fail_exhausted(loop, told);
    return told.commands.fail_node(node);
  }
  if (succeeded_ == none) return told.commands.return_value(weft::null_value());
  told.commands.return_node(succeeded_);
}

// Where several have succeeded, the result is that of one which nothing waits for; among those,
// of the last in the order of writing. So it is the same however facts arrive.
bool Walk::is_later(uint32_t a, uint32_t b) const {
  if (graph_.is_ordered) return a > b;
  const bool a_is_end = graph_.first[a] == graph_.first[a + 1];
  const bool b_is_end = graph_.first[b] == graph_.first[b + 1];
  return a_is_end != b_is_end ? a_is_end : a > b;
}

// What waits for a failure and depends on nothing waits until nothing else can run.
bool Walk::is_late(uint32_t node) const {
  return graph_.incoming[node] == 0 && graph_.when[node] == When::failure;
}

// Left out on purpose, because the run starts at a later step; it holds nobody up.
bool Walk::is_passed_over(uint32_t node) const {
  if (start_ == 0) return false;
  const uint32_t loop = number_of_loop(node);
  if (loop != none) return graph_.loops[loop].validator < start_;
  return node < start_ && graph_.when[node] != When::never;
}

// It may have been asked to end by another step, or by a join that needs no more; that is no
// failure.
bool Walk::may_be_dropped(uint32_t node) const {
  for (const Cancel& one : graph_.cancels) {
    if (one.to == node) return true;
  }
  for (uint32_t e = graph_.first[node]; !graph_.join.empty() && e < graph_.first[node + 1]; ++e) {
    if (graph_.join[graph_.next[e]].cancels_rest) return true;
  }
  return false;
}

bool Walk::has_enough(uint32_t node) const {
  if (graph_.join.empty() || graph_.incoming[node] == 0) return (news_[node]) == 0;
  const Join& join = graph_.join[node];
  switch (join.kind) {
    case Join::Kind::all: return alive_[node] == graph_.incoming[node];
    case Join::Kind::all_activated: return alive_[node] > 0;
    case Join::Kind::some: return alive_[node] >= join.needed;
  }
  return false;
}

bool Walk::runs(uint32_t node) const {
  const bool is_all = graph_.join.empty() || graph_.join[node].kind == Join::Kind::all;
  if (graph_.is_ordered && graph_.when[node] != When::always) {
    return (graph_.when[node] == When::failure) == (failed_ != none);
  }
  switch (graph_.when[node]) {
    case When::success: return has_enough(node) && failed_ == none;
    case When::always: return is_all ? (news_[node] & saw_false) == 0 : has_enough(node);
    case When::failure:
      if (is_late(node)) return failed_ != none;
      return (news_[node] & saw_failure) != 0 && (is_all || has_enough(node));
    default: return false;
  }
}

void Walk::decide(uint32_t node, const Told& told) {
  if (!is_plain_ && settled_[node]) return;  // a join needed no more of it
  const uint32_t loop = number_of_loop(node);
  if (loop != none && graph_.loops[loop].record == node) return decide_record(loop, told);
  if (runs(node)) return start(node, told);
  const uint8_t news = news_[node];
  told.commands.skip(node, graph_.when[node] == When::failure ? "nothing failed"
                           : (news & saw_failure) != 0        ? "dependency_failed"
                           : (news & saw_skip) != 0           ? "dependency_skipped"
                           : (news & saw_false) != 0          ? "no condition leads to it"
                                                              : "another step failed");
  settle(node, WEFT_NODE_SKIPPED);
}

void Walk::start(uint32_t node, const Told& told) {
  const uint32_t loop = number_of_loop(node);
  if (loop != none) {
    start_validator(loop, told);
  } else {
    told.commands.start(node);
  }
  active_[node] = true;
  ++running_;
  if (!graph_.join.empty() && graph_.join[node].cancels_rest) drop_rest(node, told);
}

// The steps right before a join that needs no more of them.
void Walk::drop_rest(uint32_t join, const Told& told) {
  for (uint32_t n = 0; n < graph_.count; ++n) {
    const auto from = graph_.next.begin() + graph_.first[n];
    const auto to = graph_.next.begin() + graph_.first[n + 1];
    if (settled_[n] || std::find(from, to, join) == to) continue;
    if (active_[n] || !fired_[n]) drop(n, "the step after it needs no more", told);
  }
}

// Asks a step to end, or keeps it from beginning.
void Walk::drop(uint32_t node, std::string_view reason, const Told& told) {
  if (settled_[node]) return;
  if (active_[node]) return told.commands.cancel(node, reason);
  if (number_of_loop(node) != none || node < start_) return;
  fired_[node] = true;
  told.commands.skip(node, reason);
  settle(node, WEFT_NODE_SKIPPED);
}

// Of what was told, not of the table, which may be ahead.
void Walk::cancel_running(weft::sdk::Commands& commands) {
  has_cancelled_ = true;
  for (uint32_t n = 0; n < graph_.count; ++n) {
    const bool is_rescue = graph_.when[n] == When::failure || graph_.when[n] == When::always;
    if (active_[n] && !is_rescue) commands.cancel(n, "another step failed");
  }
}

}  // namespace dag
