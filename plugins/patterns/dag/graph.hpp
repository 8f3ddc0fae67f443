// Graph: the edges of a block, as the compiled plan holds them and as a frame walks them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

namespace dag {

inline constexpr uint32_t none = UINT32_MAX;
// In place of a condition: the edge only orders, whatever became of the step before it.
inline constexpr uint32_t order_only = UINT32_MAX - 1;

// When a node runs; never: it is no step but a condition, or the record of a loop.
enum class When : uint8_t { success, failure, always, never };

// How many of the edges into a step must be alive. Without one it is all of them; or, where some
// have conditions, at least one of those that are not dead.
struct Join {
  enum class Kind : uint8_t { all, all_activated, some };
  Kind kind = Kind::all;
  bool cancels_rest = false;
  uint32_t needed = 0;  // of some
};

enum class Exhausted : uint8_t { fail, accept_best, accept_last, escalate };

// A draft that is judged and revised until it passes.
struct Loop {
  uint32_t record = none, generator = none, validator = none, reviser = none;
  uint32_t verdict = none;   // an expression
  uint32_t approval = none;  // of escalate
  uint32_t revisions_max = 3;
  Exhausted on_exhausted = Exhausted::fail;
  bool has_threshold = false;
  double threshold = 0;
};

// A step whose success asks another one to end, or keeps it from beginning.
struct Cancel {
  uint32_t from, to;
};

// Who comes after whom: the successors of node n are next[first[n]] to next[first[n + 1]].
struct Graph {
  uint32_t count = 0;       // of nodes
  uint32_t steps = 0;       // of those that are ended one day: steps, and records of loops
  bool is_ordered = false;  // the result is that of the last step in the order of writing
  bool is_single = false;   // one step at a time
  std::vector<uint32_t> first, next, incoming;
  std::vector<When> when;
  std::vector<uint32_t> condition;  // by edge, or none; empty where there are none at all
  std::vector<Join> join;           // by node; empty where all is as it is by itself
  std::vector<Loop> loops;
  std::vector<Cancel> cancels;

  bool is_plain() const {
    return condition.empty() && join.empty() && loops.empty() && cancels.empty();
  }
  // The loop whose record, validator or reviser a node is; null when it is none of them.
  const Loop* loop_of(uint32_t node) const;
};

// An edge on its way into a graph.
struct Edge {
  uint32_t from, to;
  uint32_t condition = none;
};

// Sorts the edges and lays them into the graph; one that is said twice counts once, and one with a
// condition rules over the same without, and that over one that only orders.
void lay_edges(Graph& graph, std::vector<Edge> edges);

// The nodes in topological order as far as it goes; what is missing lies on a cycle or behind one.
std::vector<uint32_t> order(const Graph& graph);

// Cycles that have no node in common, as many as are found and people want to read: the nodes in
// order, the first one repeated at the end. Without these nodes and what is behind them no cycle is
// left.
std::vector<std::vector<uint32_t>> find_cycles(const Graph& graph);

// Nodes that may run at the same time, level by level: those of level n are nodes[first[n]] to
// nodes[first[n + 1]]. Only for people.
struct Levels {
  std::vector<uint32_t> first, nodes;
};
Levels levels(const Graph& graph);

// The longest way through the graph, of several the one that begins first in the order of writing.
std::vector<uint32_t> critical_path(const Graph& graph);

// The compact form that is kept in a plan.
std::string pack(const Graph& graph);
Graph unpack(std::string_view bytes);

}  // namespace dag
