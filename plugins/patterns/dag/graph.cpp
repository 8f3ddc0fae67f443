#include "graph.hpp"

#include <algorithm>
#include <cstring>

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

struct Edge {
  uint32_t from, to;
  auto operator<=>(const Edge&) const = default;
};

When when_of(Value run_if) {
  const std::string_view text = run_if.as_text();
  return text == "always" ? When::always : text == "failure" ? When::failure : When::success;
}

// In topological order as far as it goes; what is missing lies on a cycle or behind one.
std::vector<uint32_t> order(const Graph& graph) {
  std::vector<uint32_t> open = graph.incoming;
  std::vector<uint32_t> done;
  done.reserve(graph.count);
  for (uint32_t n = 0; n < graph.count; ++n) {
    if (open[n] == 0) done.push_back(n);
  }
  for (size_t i = 0; i < done.size(); ++i) {
    for (uint32_t e = graph.first[done[i]]; e < graph.first[done[i] + 1]; ++e) {
      if (--open[graph.next[e]] == 0) done.push_back(graph.next[e]);
    }
  }
  return done;
}

void append(std::string& to, const std::vector<uint32_t>& numbers) {
  to.append(reinterpret_cast<const char*>(numbers.data()), numbers.size() * sizeof(uint32_t));
}

std::vector<uint32_t> take(std::string_view& from, size_t n) {
  std::vector<uint32_t> numbers(n);
  if (n != 0) std::memcpy(numbers.data(), from.data(), n * sizeof(uint32_t));
  from.remove_prefix(n * sizeof(uint32_t));
  return numbers;
}

}  // namespace

Graph graph_of(Value steps) {
  Graph graph;
  graph.count = steps.size();
  graph.when.reserve(graph.count);
  std::vector<Edge> edges;
  edges.reserve(graph.count);
  for (const Value step : steps) {
    const auto own = static_cast<uint32_t>(step["node"_k].as_i64());
    for (const Value list : {step["depends_on"_k], step["refs"_k]}) {
      for (const Value n : list) edges.push_back({static_cast<uint32_t>(n.as_i64()), own});
    }
    graph.when.push_back(when_of(step["run_if"_k]));
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  graph.first.assign(graph.count + 1, 0);
  graph.incoming.assign(graph.count, 0);
  graph.next.reserve(edges.size());
  for (const Edge& edge : edges) {
    ++graph.first[edge.from + 1];
    ++graph.incoming[edge.to];
    graph.next.push_back(edge.to);
  }
  for (uint32_t n = 0; n < graph.count; ++n) graph.first[n + 1] += graph.first[n];
  return graph;
}

std::vector<uint32_t> find_cycle(const Graph& graph) {
  const std::vector<uint32_t> done = order(graph);
  if (done.size() == graph.count) return {};
  std::vector<bool> is_done(graph.count, false);
  for (const uint32_t n : done) is_done[n] = true;
  // Each of the others has one of the others before it, so walking back must meet itself.
  std::vector<uint32_t> before(graph.count, UINT32_MAX);
  for (uint32_t n = graph.count; n > 0; --n) {
    if (is_done[n - 1]) continue;
    for (uint32_t e = graph.first[n - 1]; e < graph.first[n]; ++e) before[graph.next[e]] = n - 1;
  }
  uint32_t at = 0;
  while (is_done[at]) ++at;
  std::vector<uint32_t> seen(graph.count, 0);
  while (++seen[at] < 2) at = before[at];
  std::vector<uint32_t> cycle{at};
  for (uint32_t n = before[at]; n != at; n = before[n]) cycle.push_back(n);
  std::reverse(cycle.begin() + 1, cycle.end());
  // Told from its first step in the order of writing.
  std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
  cycle.push_back(cycle.front());
  return cycle;
}

Levels levels(const Graph& graph) {
  std::vector<uint32_t> level(graph.count, 0);
  Levels made;
  made.nodes = order(graph);
  for (const uint32_t n : made.nodes) {
    for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
      level[graph.next[e]] = std::max(level[graph.next[e]], level[n] + 1);
    }
  }
  std::sort(made.nodes.begin(), made.nodes.end(), [&](uint32_t a, uint32_t b) {
    return level[a] != level[b] ? level[a] < level[b] : a < b;
  });
  for (uint32_t i = 0; i < made.nodes.size(); ++i) {
    if (made.first.size() == level[made.nodes[i]]) made.first.push_back(i);
  }
  made.first.push_back(static_cast<uint32_t>(made.nodes.size()));
  return made;
}

std::string pack(const Graph& graph) {
  std::string bytes;
  append(bytes, {graph.count});
  append(bytes, graph.first);
  append(bytes, graph.next);
  append(bytes, graph.incoming);
  for (const When when : graph.when) bytes.push_back(static_cast<char>(when));
  return bytes;
}

Graph unpack(std::string_view bytes) {
  Graph graph;
  graph.count = take(bytes, 1)[0];
  graph.first = take(bytes, size_t{graph.count} + 1);
  graph.next = take(bytes, graph.first.back());
  graph.incoming = take(bytes, graph.count);
  graph.when.resize(graph.count);
  if (graph.count != 0) std::memcpy(graph.when.data(), bytes.data(), graph.count);
  return graph;
}

}  // namespace dag
