#include "graph.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

namespace dag {
namespace {

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

const Loop* Graph::loop_of(uint32_t node) const {
  for (const Loop& loop : loops) {
    if (node == loop.record || node == loop.validator || node == loop.reviser) return &loop;
  }
  return nullptr;
}

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

void lay_edges(Graph& graph, std::vector<Edge> edges) {
  // Of two with the same ends the first stays.
  const auto rank = [](const Edge& edge) {
    return edge.condition == order_only ? 2 : edge.condition == none ? 1 : 0;
  };
  std::sort(edges.begin(), edges.end(), [&](const Edge& a, const Edge& b) {
    return std::tuple(a.from, a.to, rank(a), a.condition) <
           std::tuple(b.from, b.to, rank(b), b.condition);
  });
  edges.erase(
      std::unique(edges.begin(), edges.end(),
                  [](const Edge& a, const Edge& b) { return a.from == b.from && a.to == b.to; }),
      edges.end());
  const bool has_conditions = std::any_of(edges.begin(), edges.end(),
                                          [](const Edge& edge) { return edge.condition != none; });
  graph.first.assign(size_t{graph.count} + 1, 0);
  graph.incoming.assign(graph.count, 0);
  graph.next.reserve(edges.size());
  for (const Edge& edge : edges) {
    ++graph.first[edge.from + 1];
    ++graph.incoming[edge.to];
    graph.next.push_back(edge.to);
    if (has_conditions) graph.condition.push_back(edge.condition);
  }
  for (uint32_t n = 0; n < graph.count; ++n) graph.first[n + 1] += graph.first[n];
}

namespace {

constexpr size_t cycles_max = 100;  // told of one block

// What is left of a graph when nodes that wait for nothing are taken out, again and again.
class Rest final {
 public:
  explicit Rest(const Graph& graph)
      : graph_(graph), open_(graph.incoming), is_out_(graph.count, false), before_(graph.count) {
    for (uint32_t n = 0; n < graph.count; ++n) {
      if (open_[n] == 0) take_out(n);
    }
  }

  // A node that is left, or count.
  uint32_t first() {
    while (first_ < graph_.count && is_out_[first_]) ++first_;
    return first_;
  }

  // Each that is left has another one before it, so walking back must meet itself.
  std::vector<uint32_t> cycle(uint32_t at) {
    for (uint32_t n = graph_.count; n > 0; --n) {
      if (is_out_[n - 1]) continue;
      for (uint32_t e = graph_.first[n - 1]; e < graph_.first[n]; ++e) {
        before_[graph_.next[e]] = n - 1;
      }
    }
    std::vector<bool> seen(graph_.count, false);
    for (; !seen[at]; at = before_[at]) seen[at] = true;
    std::vector<uint32_t> found{at};
    for (uint32_t n = before_[at]; n != at; n = before_[n]) found.push_back(n);
    std::reverse(found.begin() + 1, found.end());
    return found;
  }

  void take_out(uint32_t node) {
    if (is_out_[node]) return;
    is_out_[node] = true;
    std::vector<uint32_t> done{node};
    for (size_t i = 0; i < done.size(); ++i) {
      for (uint32_t e = graph_.first[done[i]]; e < graph_.first[done[i] + 1]; ++e) {
        const uint32_t next = graph_.next[e];
        if (--open_[next] != 0 || is_out_[next]) continue;
        is_out_[next] = true;
        done.push_back(next);
      }
    }
  }

 private:
  const Graph& graph_;
  std::vector<uint32_t> open_;
  std::vector<bool> is_out_;
  std::vector<uint32_t> before_;
  uint32_t first_ = 0;
};

}  // namespace

std::vector<std::vector<uint32_t>> find_cycles(const Graph& graph) {
  std::vector<std::vector<uint32_t>> cycles;
  if (order(graph).size() == graph.count) return cycles;
  Rest rest(graph);
  while (cycles.size() < cycles_max && rest.first() != graph.count) {
    std::vector<uint32_t> cycle = rest.cycle(rest.first());
    for (const uint32_t n : cycle) rest.take_out(n);
    // Told from its first step in the order of writing.
    std::rotate(cycle.begin(), std::min_element(cycle.begin(), cycle.end()), cycle.end());
    cycle.push_back(cycle.front());
    cycles.push_back(std::move(cycle));
  }
  return cycles;
}

Levels levels(const Graph& graph) {
  std::vector<uint32_t> level(graph.count, 0);
  Levels made;
  made.nodes = order(graph);
  // Conditions have no edges of their own and are no steps.
  std::erase_if(made.nodes, [&](uint32_t n) {
    const Loop* loop = graph.when[n] == When::never ? graph.loop_of(n) : nullptr;
    return graph.when[n] == When::never && (loop == nullptr || loop->record != n);
  });
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

std::vector<uint32_t> critical_path(const Graph& graph) {
  // From the end on, so that of equally long ways the first in the order of writing is taken.
  const std::vector<uint32_t> done = order(graph);
  std::vector<uint32_t> length(graph.count, 1), after(graph.count, none);
  for (size_t i = done.size(); i > 0; --i) {
    const uint32_t n = done[i - 1];
    for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
      const uint32_t next = graph.next[e];
      const bool is_longer = length[next] + 1 > length[n];
      const bool is_earlier = length[next] + 1 == length[n] && next < after[n];
      if (!is_longer && !is_earlier) continue;
      length[n] = length[next] + 1;
      after[n] = next;
    }
  }
  uint32_t at = none;
  for (uint32_t n = 0; n < graph.count; ++n) {
    const bool is_step = graph.when[n] != When::never;
    if (is_step && (at == none || length[n] > length[at])) at = n;
  }
  std::vector<uint32_t> path;
  for (; at != none; at = after[at]) path.push_back(at);
  return path;
}

std::string pack(const Graph& graph) {
  std::string bytes;
  const auto flags = static_cast<uint32_t>(graph.is_ordered) |
                     static_cast<uint32_t>(!graph.condition.empty()) << 1U |
                     static_cast<uint32_t>(!graph.join.empty()) << 2U |
                     static_cast<uint32_t>(graph.is_single) << 3U;
  append(bytes, {graph.count, graph.steps, flags, static_cast<uint32_t>(graph.loops.size()),
                 static_cast<uint32_t>(graph.cancels.size())});
  append(bytes, graph.first);
  append(bytes, graph.next);
  append(bytes, graph.incoming);
  append(bytes, graph.condition);
  for (const Join& join : graph.join) {
    append(bytes,
           {static_cast<uint32_t>(join.kind) | static_cast<uint32_t>(join.cancels_rest) << 8U,
            join.needed});
  }
  for (const Loop& loop : graph.loops) {
    const auto how =
        static_cast<uint32_t>(loop.on_exhausted) | static_cast<uint32_t>(loop.has_threshold) << 8U;
    const auto bits = std::bit_cast<uint64_t>(loop.threshold);
    append(bytes, {loop.record, loop.generator, loop.validator, loop.reviser, loop.verdict,
                   loop.revisions_max, how, static_cast<uint32_t>(bits),
                   static_cast<uint32_t>(bits >> 32U), loop.approval});
  }
  for (const Cancel& one : graph.cancels) append(bytes, {one.from, one.to});
  for (const When when : graph.when) bytes.push_back(static_cast<char>(when));
  return bytes;
}

Graph unpack(std::string_view bytes) {
  Graph graph;
  const std::vector<uint32_t> head = take(bytes, 5);
  graph.count = head[0];
  graph.steps = head[1];
  graph.is_ordered = (head[2] & 1U) != 0;
  graph.is_single = (head[2] & 8U) != 0;
  graph.first = take(bytes, size_t{graph.count} + 1);
  graph.next = take(bytes, graph.first.back());
  graph.incoming = take(bytes, graph.count);
  if ((head[2] & 2U) != 0) graph.condition = take(bytes, graph.next.size());
  for (uint32_t n = 0; (head[2] & 4U) != 0 && n < graph.count; ++n) {
    const std::vector<uint32_t> join = take(bytes, 2);
    graph.join.push_back(
        {static_cast<Join::Kind>(join[0] & 0xffU), (join[0] & 0x100U) != 0, join[1]});
  }
  for (uint32_t i = 0; i < head[3]; ++i) {
    const std::vector<uint32_t> l = take(bytes, 10);
    graph.loops.push_back({l[0], l[1], l[2], l[3], l[4], l[9], l[5],
                           static_cast<Exhausted>(l[6] & 0xffU), (l[6] & 0x100U) != 0,
                           std::bit_cast<double>(uint64_t{l[8]} << 32U | l[7])});
  }
  for (uint32_t i = 0; i < head[4]; ++i) {
    const std::vector<uint32_t> one = take(bytes, 2);
    graph.cancels.push_back({one[0], one[1]});
  }
  graph.when.resize(graph.count);
  if (graph.count != 0) std::memcpy(graph.when.data(), bytes.data(), graph.count);
  return graph;
}

}  // namespace dag
