// pattern.dag: a step runs when everything before it has ended as it needs it.
#include <weft/sdk.hpp>

#include <string>
#include <variant>

#include "plan.hpp"
#include "walk.hpp"

using namespace weft::lit;
using dag::Graph;
using dag::NetWalk;
using dag::Walk;
using weft::Result;
using weft::Value;

namespace {

constexpr uint32_t edges_shown_max = 10'000;

void show_links(const dag::Net& net, weft::Builder& out) {
  for (const dag::Link& link : net.links) {
    out.begin_array();
    out.natural(link.from);
    out.natural(link.to);
    if (link.condition != dag::none) {
      out.natural(link.condition);
    } else if (link.leads_back || link.is_rest) {
      out.text(link.leads_back ? "it goes back" : "nothing else is true");
    }
    out.end_array();
  }
}

void show_edges(const dag::Made& made, weft::Builder& out) {
  const Graph& graph = made.graph;
  out.key("edges"_k);
  out.begin_array();
  for (uint32_t n = 0; !made.net && n < graph.count; ++n) {
    for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
      out.begin_array();
      out.natural(n);
      out.natural(graph.next[e]);
      const uint32_t condition = graph.condition.empty() ? dag::none : graph.condition[e];
      if (condition != dag::none && condition != dag::order_only) out.natural(condition);
      out.end_array();
    }
  }
  for (const dag::Cancel& one : graph.cancels) {
    out.begin_array();
    out.natural(one.from);
    out.natural(one.to);
    out.text("it is cancelled");
    out.end_array();
  }
  // Those of a loop lead back, so they are no edges of the graph.
  for (const dag::Loop& loop : graph.loops) {
    const std::pair<uint32_t, uint32_t> edges[] = {{loop.validator, loop.reviser},
                                                   {loop.reviser, loop.validator}};
    for (const auto& [from, to] : edges) {
      out.begin_array();
      out.natural(from);
      out.natural(to);
      out.text(from == loop.validator ? "it does not pass" : "it is judged again");
      out.end_array();
    }
  }
  if (made.net) show_links(*made.net, out);
  out.end_array();
}

void show(const dag::Made& made, weft::Builder& out) {
  const Graph& graph = made.graph;
  show_edges(made, out);
  out.key("groups"_k);
  out.begin_array();
  const dag::Levels levels = dag::levels(graph);
  for (size_t i = 0; i + 1 < levels.first.size(); ++i) {
    out.begin_array();
    for (uint32_t n = levels.first[i]; n < levels.first[i + 1]; ++n) out.natural(levels.nodes[n]);
    out.end_array();
  }
  out.end_array();
  out.key("groups_said"_k);
  out.begin_array();
  for (const std::string& said : made.groups_said) out.text(said);
  out.end_array();
  out.key("critical"_k);
  out.begin_array();
  for (const uint32_t n : dag::critical_path(graph)) out.natural(n);
  out.end_array();
}

void say(weft::Key as, const std::vector<dag::Remark>& remarks, weft::Builder& out) {
  out.key(as);
  out.begin_array();
  for (const dag::Remark& one : remarks) {
    out.begin_object();
    out.set("pointer"_k, std::string_view(one.pointer));
    out.set("code"_k, std::string_view(one.code));
    out.set("message"_k, std::string_view(one.message));
    out.set("hint"_k, std::string_view(one.hint));
    if (one.is_certain) out.set("certain"_k, true);
    out.end_object();
  }
  out.end_array();
}

Graph graph_in(const weft::sdk::Frame& frame) {
  return dag::unpack(frame.plan()["graph"_k].as_bytes());
}

}  // namespace

struct Dag {
  static constexpr std::string_view id = "dag";
  using Cache = std::variant<Walk, NetWalk>;

  Result<Value> compile(Value block, weft::Builder& out) {
    const dag::Made made = dag::make(block);
    out.begin_object();
    out.key("plan"_k);
    out.begin_object();
    if (made.net) {
      write(*made.net, out);
    } else {
      out.key("graph"_k);
      out.bytes(dag::pack(made.graph));
    }
    if (made.problems.empty() && made.graph.next.size() <= edges_shown_max) show(made, out);
    out.end_object();
    say("problems"_k, made.problems, out);
    say("notes"_k, made.notes, out);
    out.end_object();
    return out.take_value();
  }

  Result<Cache> open(const weft::sdk::Frame& frame) {
    if (frame.plan()["net"_k].exists()) {
      NetWalk walk(dag::read_net(frame.plan()["net"_k]));
      walk.recall(frame);
      return Cache(std::move(walk));
    }
    const uint64_t start = frame.memo()["start"_k].as_u64();
    if (start > frame.size()) return weft::sdk::failure("bug", "the memo is not one of this block");
    Walk walk(graph_in(frame), static_cast<uint32_t>(start));
    walk.recall(frame);
    return Cache(std::move(walk));
  }

  Result<void> step(Cache& cache, const weft::sdk::Frame& frame, std::span<const weft_fact> facts,
                    weft::sdk::Commands& commands) {
    if (auto* net = std::get_if<NetWalk>(&cache)) {
      net->step(facts, frame, commands);
      return {};
    }
    Walk& walk = std::get<Walk>(cache);
    for (const weft_fact& fact : facts) {
      if (fact.kind == WEFT_FACT_BEGIN) {
        if ((fact.flags & 1U) != 0) start_later(walk, fact, frame, commands);
        walk.begin(commands);
      } else if (fact.kind == WEFT_FACT_ENDED) {
        walk.take(weft::sdk::node_of(fact.node), static_cast<uint32_t>(fact.a), frame, commands);
      } else if (fact.kind == WEFT_FACT_MOVED) {
        walk.find_ready(frame);
      }
      walk.go_on(frame, commands);  // after each, so that it does not matter how they are batched
    }
    return {};
  }

 private:
  // Which steps were left out on purpose is not in the table, so it is remembered.
  static void start_later(Walk& walk, const weft_fact& fact, const weft::sdk::Frame& frame,
                          weft::sdk::Commands& commands) {
    Graph graph = graph_in(frame);
    uint32_t start = weft::sdk::node_of(fact.node);
    // A reviser has nothing to revise before its validator has spoken.
    const dag::Loop* loop = graph.loop_of(start);
    if (loop != nullptr) start = loop->validator;
    weft::Builder b = frame.builder();
    b.begin_object();
    b.set("start"_k, start);
    b.end_object();
    commands.memo(b.take_value());
    walk = Walk(std::move(graph), start);
  }
};

WEFT_PLUGIN(Dag);
