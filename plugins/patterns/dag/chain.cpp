// A chain: besides what steps say of each other, the order of writing counts wherever two of them
// touch the same thing. So the result is that of running one after another.
#include <algorithm>
#include <cstdio>
#include <map>

#include "plan.hpp"

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

// Who touched a resource since it was written last.
struct Resource {
  uint32_t writer = none;
  std::vector<uint32_t> readers;
};

class Touches final {
 public:
  explicit Touches(std::vector<Edge>& edges) : edges_(edges) {}

  void read(std::string_view name, uint32_t node) {
    Resource& resource = of(name);
    if (resource.writer != none && resource.writer != node) after(resource.writer, node);
    resource.readers.push_back(node);
  }
  void write(std::string_view name, uint32_t node) {
    Resource& resource = of(name);
    for (const uint32_t reader : resource.readers) {
      if (reader != node) after(reader, node);
    }
    if (resource.readers.empty() && resource.writer != none) after(resource.writer, node);
    resource.readers.clear();
    resource.writer = node;
  }

 private:
  Resource& of(std::string_view name) { return resources_[std::string(name)]; }
  void after(uint32_t from, uint32_t to) { edges_.push_back({from, to}); }

  std::vector<Edge>& edges_;
  std::map<std::string, Resource> resources_;
};

// What nobody has a name for, and what every step has to do with.
constexpr std::string_view world = "\1world", everything = "\1everything";

bool is_harmless(Value step) {
  const std::string_view effect = step["effect"_k].as_text();
  return effect == "pure" || effect == "read";
}

// What the kernel does itself changes variables, or ends the run; what waits for a failure wants to
// know of all that came before: they keep their place.
bool keeps_place(Value step) {
  return step["own"_k].as_bool() || step["run_if"_k].as_text() != "success";
}

double threshold_of(Value options) {
  const Value said = options["parallel_threshold"_k];
  return said.is_number() ? said.as_f64() : 0.25;
}

std::string gain_text(double gain) {
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", gain);
  return text;
}

}  // namespace

void add_chain(Value options, const Steps& steps, std::vector<Edge>& edges) {
  const bool is_parallel = options["parallel_where_possible"_k].as_bool(true);
  Touches touches(edges);
  for (uint32_t i = 0; i < steps.size(); ++i) {
    const Value step = steps[i];
    const uint32_t node = steps.node(i);
    if (!is_parallel) {
      if (i > 0) edges.push_back({steps.node(i - 1), node});
      continue;
    }
    if (keeps_place(step)) {
      touches.write(everything, node);
      continue;
    }
    touches.read(everything, node);
    for (const Value name : step["reads"_k]) touches.read(name.as_text(), node);
    for (const Value name : step["writes"_k]) touches.write(name.as_text(), node);
    const bool is_declared = step["reads"_k].size() > 0 || step["writes"_k].size() > 0;
    if (!is_declared && !is_harmless(step)) touches.write(world, node);
  }
}

// Without a history all steps count alike: running n at once leaves 1/n of the time.
void split_groups(Value options, const Steps& steps, std::vector<Edge>& edges, Made& made) {
  Graph graph = made.graph;
  lay_edges(graph, edges);
  if (order(graph).size() != graph.count) return;  // a cycle, which is told of elsewhere
  const Levels groups = levels(graph);
  const double threshold = threshold_of(options);
  std::vector<std::string> said;
  bool is_split = false;
  for (size_t i = 0; i + 1 < groups.first.size(); ++i) {
    const uint32_t size = groups.first[i + 1] - groups.first[i];
    const double gain = size > 0 ? 1.0 - 1.0 / size : 0;
    if (size < 2) {
      said.emplace_back();
      continue;
    }
    if (gain <= threshold) {
      is_split = true;
      for (uint32_t n = groups.first[i] + 1; n < groups.first[i + 1]; ++n) {
        edges.push_back({groups.nodes[n - 1], groups.nodes[n]});
      }
      continue;
    }
    bool is_stateless = true;
    for (uint32_t n = groups.first[i]; n < groups.first[i + 1]; ++n) {
      for (uint32_t k = 0; k < steps.size(); ++k) {
        if (steps.node(k) == groups.nodes[n]) is_stateless = is_stateless && is_harmless(steps[k]);
      }
    }
    said.push_back(std::string(is_stateless ? "fork_join" : "event_driven") + ", gain " +
                   gain_text(gain));
  }
  // What was split makes other groups, of which nothing is said.
  if (!is_split) made.groups_said = std::move(said);
}

}  // namespace dag
