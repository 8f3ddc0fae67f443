// The groups of a chain: what may run at once, what is gained by it, and what holds it together.
#include <algorithm>
#include <cstdio>

#include "plan.hpp"

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

double threshold_of(Value options) {
  const Value said = options["parallel_threshold"_k];
  return said.is_number() ? said.as_f64() : 0.25;
}

// Without a history all steps count alike: running n at once leaves 1/n of the time.
double gain_of(size_t size) { return size > 0 ? 1.0 - 1.0 / static_cast<double>(size) : 0; }

bool holds(Value list, uint32_t node) {
  for (const Value one : list) {
    if (one.as_u64(none) == node) return true;
  }
  return false;
}

bool shares_a_name(Value some, Value others) {
  for (const Value a : some) {
    for (const Value b : others) {
      if (a.as_text() == b.as_text()) return true;
    }
  }
  return false;
}

class Group final {
 public:
  Group(const Graph& graph, const Steps& steps, std::span<const uint32_t> nodes)
      : graph_(graph), steps_(steps), nodes_(nodes) {}

  std::string_view coordination() const {
    if (all([&](uint32_t n) { return is_harmless(steps_.of(n)); })) return "fork_join";
    if (is_awaited()) return "barrier";
    if (feeds()) return "pipeline";
    return "event_driven";
  }

 private:
  template <class Test>
  bool all(Test test) const {
    return std::all_of(nodes_.begin(), nodes_.end(), test);
  }

  // A step that keeps its place, or that depends on all of the group, waits for all of it.
  bool is_awaited() const {
    const uint32_t first = nodes_.front();
    for (uint32_t e = graph_.first[first]; e < graph_.first[first + 1]; ++e) {
      const uint32_t after = graph_.next[e];
      const Value step = steps_.of(after);
      if (keeps_place(step) && all([&](uint32_t n) { return leads_to(n, after); })) return true;
      if (all([&](uint32_t n) { return holds(step["depends_on"_k], n); })) return true;
    }
    return false;
  }

  bool leads_to(uint32_t node, uint32_t after) const {
    const auto from = graph_.next.begin() + graph_.first[node];
    const auto to = graph_.next.begin() + graph_.first[node + 1];
    return std::find(from, to, after) != to;
  }

  // A step behind the group uses what one of the group made.
  bool feeds() const {
    for (const uint32_t n : nodes_) {
      for (uint32_t e = graph_.first[n]; e < graph_.first[n + 1]; ++e) {
        const Value after = steps_.of(graph_.next[e]);
        if (holds(after["refs"_k], n)) return true;
        if (shares_a_name(steps_.of(n)["writes"_k], after["reads"_k])) return true;
      }
    }
    return false;
  }

  const Graph& graph_;
  const Steps& steps_;
  std::span<const uint32_t> nodes_;
};

}  // namespace

void split_groups(Value options, const Steps& steps, std::vector<Edge>& edges, Made& made) {
  Graph graph = made.graph;
  lay_edges(graph, edges);
  if (order(graph).size() != graph.count) return;  // a cycle, which is told of elsewhere
  const Levels groups = levels(graph);
  const double threshold = threshold_of(options);
  std::vector<std::string> said;
  bool is_split = false;
  for (size_t i = 0; i + 1 < groups.first.size(); ++i) {
    const std::span<const uint32_t> nodes(groups.nodes.data() + groups.first[i],
                                          groups.first[i + 1] - groups.first[i]);
    const double gain = gain_of(nodes.size());
    said.emplace_back();
    if (nodes.size() < 2) continue;
    if (gain <= threshold) {
      is_split = true;
      for (size_t n = 1; n < nodes.size(); ++n) edges.push_back({nodes[n - 1], nodes[n]});
      continue;
    }
    char text[32];
    std::snprintf(text, sizeof text, ", gain %.2f", gain);
    said.back() = std::string(Group(graph, steps, nodes).coordination()) + text;
  }
  // What was split makes other groups, of which nothing is said.
  if (!is_split) made.groups_said = std::move(said);
}

}  // namespace dag
