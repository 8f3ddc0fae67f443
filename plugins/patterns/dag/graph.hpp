// Graph: the edges of a block, as the compiled plan holds them and as a frame walks them.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

namespace dag {

enum class When : uint8_t { success, failure, always };

// Who comes after whom: the successors of node n are next[first[n]] to next[first[n + 1]].
struct Graph {
  uint32_t count = 0;
  std::vector<uint32_t> first, next, incoming;
  std::vector<When> when;
};

// From the descriptors of the steps; an edge that is said twice counts once.
Graph graph_of(weft::Value steps);

// The nodes of a cycle in order, the first one repeated at the end; empty when there is none.
std::vector<uint32_t> find_cycle(const Graph& graph);

// Nodes that may run at the same time, level by level: those of level n are nodes[first[n]] to
// nodes[first[n + 1]]. Only for people.
struct Levels {
  std::vector<uint32_t> first, nodes;
};
Levels levels(const Graph& graph);

// The compact form that is kept in a plan.
std::string pack(const Graph& graph);
Graph unpack(std::string_view bytes);

}  // namespace dag
