// From a block to its graph: edges of every kind, joins and loops, and what is wrong with them.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <weft/sdk.hpp>

#include "graph.hpp"
#include "net.hpp"

namespace dag {

// Something to say of a definition; pointer goes into the block. What is certain stays true
// whatever more is known of the block.
struct Remark {
  std::string pointer, code, message, hint;
  bool is_certain = false;
};

struct Made {
  Graph graph;             // of a net, without what leads back
  std::optional<Net> net;  // where steps may run more than once
  std::vector<Remark> problems, notes;
  std::vector<std::string> groups_said;  // of a chain: how each group is run
};

// Of a block of the form dag or chain.
Made make(weft::Value block);

// The steps and what surrounds them, by node. Nodes that are no steps have no entry.
class Steps final {
 public:
  explicit Steps(weft::Value block);

  uint32_t nodes() const { return nodes_; }  // all of the block
  uint32_t size() const { return static_cast<uint32_t>(all_.size()); }
  weft::Value operator[](uint32_t index) const { return all_[index]; }
  uint32_t node(uint32_t index) const;
  weft::Value of(uint32_t node) const { return has(node) ? all_[index_[node]] : weft::Value(); }
  bool has(uint32_t node) const { return node < index_.size() && index_[node] != none; }
  std::string id(uint32_t node) const;
  // Where it stands, as a pointer into the block.
  std::string pointer(uint32_t node) const;

 private:
  std::vector<weft::Value> all_;
  std::vector<uint32_t> index_;  // by node
  std::string_view field_;       // where they stand
  uint32_t nodes_ = 0;
};

bool is_harmless(weft::Value step);
bool keeps_place(weft::Value step);  // all before it has ended, and nothing behind it has begun

// The parts of make: what each adds.
void add_dependencies(const Steps& steps, std::vector<Edge>& edges);
void add_line(const Steps& steps, std::vector<Edge>& edges);
void add_transitions(weft::Value block, const Steps& steps, std::vector<Edge>& edges, Made& made);
void add_loops(weft::Value block, const Steps& steps, std::vector<Edge>& edges, Made& made);
void add_chain(weft::Value options, const Steps& steps, std::vector<Edge>& edges);
void add_joins(const Steps& steps, Graph& graph, std::vector<Remark>& problems);
// All cycles that are found; whether they stay when more edges are known is for the caller to say.
void name_cycles(const Steps& steps, Made& made, bool is_certain);
void check_conditions(weft::Value block, const Steps& steps, Made& made);
// Of groups that are not worth running at once, edges that keep the order of writing.
void split_groups(weft::Value options, const Steps& steps, std::vector<Edge>& edges, Made& made);

// Whether steps count arrivals; and all of such a block in place of the parts above.
bool is_net(weft::Value block, const Steps& steps);
void make_net(weft::Value block, const Steps& steps, Made& made);

}  // namespace dag
