// pattern.dag: a step runs when everything before it has ended as it needs it. All of that is in
// the node table, so the cache is only a faster form of it.
#include <weft/sdk.hpp>

#include <string>

#include "graph.hpp"

using namespace weft::lit;
using dag::Graph;
using dag::When;
using weft::Result;
using weft::Value;

namespace {

constexpr uint32_t none = UINT32_MAX;
constexpr uint32_t edges_shown_max = 5000;

void name_cycle(const std::vector<uint32_t>& cycle, Value steps, weft::Builder& out) {
  std::string names;
  for (const uint32_t n : cycle) {
    if (!names.empty()) names += " → ";
    names += steps[n]["id"_k].as_text();
  }
  out.begin_object();
  out.set("pointer"_k, std::string_view("/steps/" + std::to_string(cycle.front())));
  out.set("code"_k, "plan.cycle");
  out.set("message"_k, std::string_view("the steps wait for each other: " + names));
  out.set("hint"_k, "remove one of the dependencies or references");
  out.end_object();
}

void show(const Graph& graph, weft::Builder& out) {
  out.key("edges"_k);
  out.begin_array();
  for (uint32_t n = 0; n < graph.count; ++n) {
    for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
      out.begin_array();
      out.natural(n);
      out.natural(graph.next[e]);
      out.end_array();
    }
  }
  out.end_array();
  out.key("groups"_k);
  out.begin_array();
  const dag::Levels levels = dag::levels(graph);
  for (size_t i = 0; i + 1 < levels.first.size(); ++i) {
    out.begin_array();
    for (uint32_t n = levels.first[i]; n < levels.first[i + 1]; ++n) out.natural(levels.nodes[n]);
    out.end_array();
  }
  out.end_array();
}

// A frame on its way: which edges are still open, and what bad news came over the others.
class Walk final {
 public:
  Walk(Graph graph, uint32_t start)
      : graph_(std::move(graph)),
        open_(graph_.incoming),
        news_(graph_.count, 0),
        active_(graph_.count, false),
        start_(start) {}

  // What the table says already. Every decision that followed from it stands there too.
  void recall(const weft::sdk::Frame& frame) {
    for (uint32_t n = 0; n < graph_.count; ++n) {
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
    ready_.clear();
    has_cancelled_ = failed_ != none;
  }

  // Steps that were added may wait for nothing but what has ended long ago.
  void find_ready(const weft::sdk::Frame& frame) {
    for (uint32_t n = start_; n < graph_.count; ++n) {
      const bool waits = open_[n] != 0 || is_late(n) || frame.status(n) != WEFT_NODE_PENDING;
      if (!waits) ready_.push_back(n);
    }
  }

  void begin(weft::sdk::Commands& commands) {
    late_.clear();
    for (uint32_t n = 0; n < start_ && n < graph_.count; ++n) {
      commands.skip(n, "the run starts at a later step");
      settle(n, WEFT_NODE_SKIPPED);
    }
    for (uint32_t n = start_; n < graph_.count; ++n) {
      if (graph_.incoming[n] == 0) (is_late(n) ? late_ : ready_).push_back(n);
    }
  }

  // Takes in that a node has ended; whoever waited for nothing else becomes ready.
  void settle(uint32_t node, uint32_t status) {
    ++ended_;
    if (active_[node]) --running_;
    active_[node] = false;
    uint8_t news = 0;
    switch (status) {
      case WEFT_NODE_SUCCEEDED:
        if (succeeded_ == none || is_later(node, succeeded_)) succeeded_ = node;
        break;
      case WEFT_NODE_FAILED:
      case WEFT_NODE_CANCELLED:
        // The first in the order of writing, so that it is the same however facts arrive.
        if (node < (status == WEFT_NODE_FAILED ? failed_ : cancelled_)) {
          (status == WEFT_NODE_FAILED ? failed_ : cancelled_) = node;
        }
        news = saw_failure;
        break;
      case WEFT_NODE_CONTINUED: news = saw_failure; break;
      default: news = node < start_ ? 0 : saw_skip; break;
    }
    for (uint32_t e = graph_.first[node]; e < graph_.first[node + 1]; ++e) {
      const uint32_t after = graph_.next[e];
      news_[after] |= news;
      if (--open_[after] == 0 && after >= start_) ready_.push_back(after);
    }
  }

  // Starts or skips what became ready; ends the block when everything has ended.
  void go_on(weft::sdk::Commands& commands) {
    if (failed_ != none && !has_cancelled_) cancel_running(commands);
    do {
      // Skipping makes further steps ready, which join the list at its end.
      for (size_t i = 0; i < ready_.size(); ++i) decide(ready_[i], commands);
      ready_.clear();
      if (running_ == 0) ready_.swap(late_);
    } while (!ready_.empty());
    if (ended_ != graph_.count) return;
    if (failed_ != none || cancelled_ != none) {
      return commands.fail_node(failed_ != none ? failed_ : cancelled_);
    }
    if (succeeded_ == none) return commands.return_value(weft::null_value());
    commands.return_node(succeeded_);
  }

 private:
  enum News : uint8_t { saw_failure = 1, saw_skip = 2 };

  // Where several have succeeded, the result is that of one which nothing waits for; among those,
  // of the last in the order of writing. So it is the same however facts arrive.
  bool is_later(uint32_t a, uint32_t b) const {
    const bool a_is_end = graph_.first[a] == graph_.first[a + 1];
    const bool b_is_end = graph_.first[b] == graph_.first[b + 1];
    return a_is_end != b_is_end ? a_is_end : a > b;
  }

  // What waits for a failure and depends on nothing waits until nothing else can run.
  bool is_late(uint32_t node) const {
    return graph_.incoming[node] == 0 && graph_.when[node] == When::failure;
  }

  void decide(uint32_t node, weft::sdk::Commands& commands) {
    const uint8_t news = news_[node];
    const bool failure = is_late(node) ? failed_ != none : (news & saw_failure) != 0;
    const When when = graph_.when[node];
    const bool runs = when == When::always || (when == When::failure && failure) ||
                      (when == When::success && news == 0 && failed_ == none);
    if (runs) {
      active_[node] = true;
      ++running_;
      return commands.start(node);
    }
    commands.skip(node, when == When::failure       ? "nothing failed"
                        : (news & saw_failure) != 0 ? "dependency_failed"
                        : news != 0                 ? "dependency_skipped"
                                                    : "another step failed");
    settle(node, WEFT_NODE_SKIPPED);
  }

  // Of what was told, not of the table, which may be ahead.
  void cancel_running(weft::sdk::Commands& commands) {
    has_cancelled_ = true;
    for (uint32_t n = 0; n < graph_.count; ++n) {
      if (active_[n] && graph_.when[n] == When::success) commands.cancel(n, "another step failed");
    }
  }

  Graph graph_;
  std::vector<uint32_t> open_;
  std::vector<uint8_t> news_;
  std::vector<bool> active_;  // started and not ended
  std::vector<uint32_t> ready_, late_;
  uint32_t start_;
  uint32_t ended_ = 0, running_ = 0;
  uint32_t failed_ = none, cancelled_ = none, succeeded_ = none;
  bool has_cancelled_ = false;
};

Graph graph_in(const weft::sdk::Frame& frame) {
  return dag::unpack(frame.plan()["graph"_k].as_bytes());
}

}  // namespace

struct Dag {
  static constexpr std::string_view id = "dag";
  using Cache = Walk;

  Result<Value> compile(Value block, weft::Builder& out) {
    const Value steps = block["steps"_k];
    const Graph graph = dag::graph_of(steps);
    const std::vector<uint32_t> cycle = dag::find_cycle(graph);
    out.begin_object();
    out.key("plan"_k);
    out.begin_object();
    out.key("graph"_k);
    out.bytes(dag::pack(graph));
    if (cycle.empty() && graph.next.size() <= edges_shown_max) show(graph, out);
    out.end_object();
    out.key("problems"_k);
    out.begin_array();
    if (!cycle.empty()) name_cycle(cycle, steps, out);
    out.end_array();
    out.end_object();
    return out.take_value();
  }

  Result<Walk> open(const weft::sdk::Frame& frame) {
    const uint64_t start = frame.memo()["start"_k].as_u64();
    if (start > frame.size()) return weft::sdk::failure("bug", "the memo is not one of this block");
    Walk walk(graph_in(frame), static_cast<uint32_t>(start));
    walk.recall(frame);
    return walk;
  }

  Result<void> step(Walk& walk, const weft::sdk::Frame& frame, std::span<const weft_fact> facts,
                    weft::sdk::Commands& commands) {
    for (const weft_fact& fact : facts) {
      if (fact.kind == WEFT_FACT_BEGIN) {
        if ((fact.flags & 1U) != 0) start_later(walk, fact, frame, commands);
        walk.begin(commands);
      } else if (fact.kind == WEFT_FACT_ENDED) {
        walk.settle(weft::sdk::node_of(fact.node), static_cast<uint32_t>(fact.a));
      } else if (fact.kind == WEFT_FACT_MOVED) {
        walk.find_ready(frame);
      }
      walk.go_on(commands);  // after each, so that it does not matter how they are batched
    }
    return {};
  }

 private:
  // Which steps were left out on purpose is not in the table, so it is remembered.
  static void start_later(Walk& walk, const weft_fact& fact, const weft::sdk::Frame& frame,
                          weft::sdk::Commands& commands) {
    weft::Builder b = frame.builder();
    b.begin_object();
    b.set("start"_k, fact.node);
    b.end_object();
    commands.memo(b.take_value());
    walk = Walk(graph_in(frame), weft::sdk::node_of(fact.node));
  }
};

WEFT_PLUGIN(Dag);
