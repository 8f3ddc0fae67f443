// pattern.conditional: conditions choose what runs. In a graph every step says where it goes on;
// else there are sides, of which one is taken. What is under way says where a block stands, so
// neither needs a memo.
#include <weft/sdk.hpp>

#include <memory>
#include <variant>

#include "graph.hpp"
#include "sides.hpp"

using namespace weft::lit;
using conditional::Graph;
using conditional::Sides;
using weft::Result;
using weft::Value;

struct Conditional {
  static constexpr std::string_view id = "conditional";
  using Cache = std::variant<Graph, Sides>;

  Result<Value> compile(Value block, weft::Builder& out) {
    if (block["form"_k].as_text() == "flow") {
      conditional::compile_flow(block, out);
    } else if (block["form"_k].as_text() == "switch" ||
               (block["branches"_k].exists() && !block["steps"_k].exists())) {
      conditional::compile_branches(block, out);
    } else {
      conditional::compile_graph(block, out);
    }
    return out.take_value();
  }

  Result<Cache> open(const weft::sdk::Frame& frame) {
    const bool is_graph = frame.plan()["form"_k].as_text() == "graph";
    Cache cache = is_graph ? Cache(Graph(frame.plan())) : Cache(Sides(frame.plan()));
    std::visit([&](auto& walk) { walk.recall(frame); }, cache);
    return cache;
  }

  Result<void> step(Cache& cache, const weft::sdk::Frame& frame, std::span<const weft_fact> facts,
                    weft::sdk::Commands& commands) {
    for (const weft_fact& fact : facts) {
      std::visit([&](auto& walk) { walk.take(fact, frame, commands); }, cache);
    }
    return {};
  }
};

WEFT_PLUGIN(Conditional);
