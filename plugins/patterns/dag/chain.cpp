// A chain: besides what steps say of each other, the order of writing counts wherever two of them
// touch the same thing. So the result is that of running one after another.
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
    const bool is_another = resource.writer != none && resource.writer != node;
    if (resource.readers.empty() && is_another) after(resource.writer, node);
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

}  // namespace

bool is_harmless(Value step) {
  const std::string_view effect = step["effect"_k].as_text();
  return effect == "pure" || effect == "read";
}

// What the kernel does itself changes variables, or ends the run; what waits for a failure wants to
// know of all that came before.
bool keeps_place(Value step) {
  return step["own"_k].as_bool() || step["run_if"_k].as_text() != "success";
}

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
    const bool is_undeclared = step["undeclared"_k].as_bool() || !is_declared;
    if (is_undeclared && !is_harmless(step)) touches.write(world, node);
  }
}

}  // namespace dag
