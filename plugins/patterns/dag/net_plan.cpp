// From a block to its net: which edges count arrivals, and what cannot stand in a graph that leads
// back.
#include <algorithm>

#include "plan.hpp"

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

constexpr size_t links_max = 600;  // what is on its way along them fits into a memo

uint32_t node_in(Value written) { return static_cast<uint32_t>(written.as_u64(none)); }

Value kind_of(Value join) {
  return join.is_object() ? (join["n"_k].exists() ? join["n"_k] : join["kind"_k]) : join;
}

bool counts(Value join) {
  const std::string_view kind = kind_of(join).as_text();
  return kind == "counting" || kind == "each" || kind == "general";
}

bool is_goto(Value transition) { return transition["type"_k].as_text() == "goto"; }
bool is_rest(Value transition) { return transition["type"_k].as_text() == "otherwise"; }

class Nets final {
 public:
  Nets(Value block, const Steps& steps, Made& made) : block_(block), steps_(steps), made_(made) {}

  void add_edges();
  void add_links();
  void refuse_others();
  void read_joins();

 private:
  void problem(std::string pointer, std::string message, std::string hint) {
    made_.problems.push_back({std::move(pointer), "plan.net", std::move(message), std::move(hint)});
  }
  bool leads_to(uint32_t from, uint32_t to) const;
  void add_goto(Value written, const std::string& pointer);
  void mark_rest(Value written, const std::string& pointer);
  uint32_t edges_into(uint32_t node, bool with_conditions) const;

  Value block_;
  const Steps& steps_;
  Made& made_;
  Net net_;
};

// A reference says what is needed, not when to go on; so it is an edge only where there is no
// other.
void Nets::add_edges() {
  std::vector<Edge> edges;
  add_transitions(block_, steps_, edges, made_);
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    const uint32_t node = steps_.node(i);
    for (const Value n : steps_[i]["depends_on"_k]) edges.push_back({node_in(n), node});
    const bool has_one = std::any_of(edges.begin(), edges.end(),
                                     [node](const Edge& edge) { return edge.to == node; });
    if (has_one) continue;
    for (const Value n : steps_[i]["refs"_k]) edges.push_back({node_in(n), node});
  }
  lay_edges(made_.graph, std::move(edges));
}

bool Nets::leads_to(uint32_t from, uint32_t to) const {
  const Graph& graph = made_.graph;
  std::vector<bool> seen(graph.count, false);
  std::vector<uint32_t> open{from};
  while (!open.empty()) {
    const uint32_t n = open.back();
    open.pop_back();
    if (n == to) return true;
    if (n >= graph.count || seen[n]) continue;
    seen[n] = true;
    open.insert(open.end(), graph.next.begin() + graph.first[n],
                graph.next.begin() + graph.first[n + 1]);
  }
  return false;
}

void Nets::add_goto(Value written, const std::string& pointer) {
  const Link link{
      node_in(written["from"_k]), node_in(written["to"_k]),
      written["condition"_k].exists() ? node_in(written["condition"_k]["node"_k]) : none, true};
  const std::string from = "'" + steps_.id(link.from) + "'", to = "'" + steps_.id(link.to) + "'";
  if (!leads_to(link.to, link.from)) {
    return problem(pointer, "a goto leads back, and " + to + " does not come before " + from,
                   "leave 'type' out: then " + to + " follows " + from);
  }
  const bool is_known = std::any_of(net_.links.begin(), net_.links.end(), [&](const Link& one) {
    return one.from == link.from && one.to == link.to;
  });
  if (is_known) {
    return problem(pointer, "from " + from + " to " + to + " lead two gotos",
                   "join their conditions with 'or'");
  }
  net_.links.push_back(link);
}

// Where none of the conditions behind the step is true.
void Nets::mark_rest(Value written, const std::string& pointer) {
  const uint32_t from = node_in(written["from"_k]), to = node_in(written["to"_k]);
  bool has_condition = false;
  for (Link& link : net_.links) {
    if (link.from != from) continue;
    has_condition = has_condition || link.condition != none;
    if (link.to == to && !link.leads_back) link.is_rest = true;
  }
  if (has_condition) return;
  problem(pointer, "no condition is asked behind '" + steps_.id(from) + "'",
          "leave 'type' out: then '" + steps_.id(to) + "' follows '" + steps_.id(from) + "'");
}

void Nets::add_links() {
  const Graph& graph = made_.graph;
  for (uint32_t n = 0; n < graph.count; ++n) {
    for (uint32_t e = graph.first[n]; e < graph.first[n + 1]; ++e) {
      const uint32_t condition = graph.condition.empty() ? none : graph.condition[e];
      net_.links.push_back({n, graph.next[e], condition, false});
    }
  }
  uint32_t number = 0;
  for (const Value one : block_["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    if (is_goto(one)) add_goto(one, pointer);
  }
  number = 0;
  for (const Value one : block_["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    if (is_rest(one)) mark_rest(one, pointer);
  }
  if (net_.links.size() <= links_max) return;
  problem("", "a graph that leads back has at most " + std::to_string(links_max) + " edges",
          "put parts of it into blocks of their own");
}

void Nets::refuse_others() {
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    if (made_.graph.when[steps_.node(i)] == When::success) continue;
    problem(steps_.pointer(steps_.node(i)) + "/run_if",
            "where steps count arrivals, one runs when something arrives at it, not on a failure",
            "put what may fail and what follows from that into a block of their own");
  }
  const bool has_loop = block_["revision_loop"_k].exists();
  uint32_t number = 0;
  for (const Value one : block_["transitions"_k]) {
    const std::string pointer = "/transitions/" + std::to_string(number++);
    const std::string_view type = one["type"_k].as_text();
    if (type != "cancel" && type != "revision_loop") continue;
    problem(pointer, "a " + std::string(type) + " cannot stand where steps count arrivals",
            "put it into a block of its own, which is one step here");
  }
  if (!has_loop) return;
  problem("/revision_loop", "a revision_loop cannot stand where steps count arrivals",
          "put it into a block of its own, which is one step here");
}

uint32_t Nets::edges_into(uint32_t node, bool with_conditions) const {
  return static_cast<uint32_t>(
      std::count_if(net_.links.begin(), net_.links.end(), [&](const Link& link) {
        const bool fits = !with_conditions || link.condition != none || link.is_rest;
        return link.to == node && !link.leads_back && fits;
      }));
}

void Nets::read_joins() {
  const uint32_t nodes = made_.graph.count;
  net_.use.assign(nodes, Use::every);
  net_.is_step.assign(nodes, false);
  net_.name.assign(nodes, {});
  bool is_searched = false;
  for (uint32_t i = 0; i < steps_.size(); ++i) {
    const uint32_t node = steps_.node(i);
    const Value said = steps_[i]["join"_k];
    const std::string_view kind = kind_of(said).as_text();
    const bool is_default = !said.exists();
    net_.is_step[node] = true;
    net_.name[node] = steps_.id(node);
    const bool is_known = is_default || kind == "all" || kind == "all_activated" || counts(said);
    if (!is_known || said["cancel_rest"_k].as_bool()) {
      problem(steps_.pointer(node) + "/join",
              "where steps count arrivals, '" + steps_.id(node) + "' cannot leave some unused",
              "write 'each' (every single arrival), 'counting' (one of each edge) or 'general', or "
              "put the join and what leads to it into a block of their own");
      continue;
    }
    const bool is_general =
        kind == "general" || kind == "all_activated" || (is_default && edges_into(node, true) > 0);
    if (kind == "each") net_.use[node] = Use::each;
    // Where one edge leads to it, there is nothing else to wait for.
    if (is_general) net_.use[node] = edges_into(node, false) > 1 ? Use::general : Use::each;
    is_searched = is_searched || net_.use[node] == Use::general;
  }
  net_.visits_max = static_cast<uint32_t>(block_["max_visits"_k].as_u64(net_.visits_max));
  net_.binds = block_["binds"_k].as_bool(true);
  net_.connect();
  if (is_searched && made_.problems.empty()) {
    if (const std::string why = explore(net_); !why.empty()) {
      made_.problems.push_back(
          {"", "plan.general_join", "nobody can say when its general joins have to wait: " + why,
           "write 'each' or 'counting' at a join, or put parts into blocks of their own"});
    }
  }
  made_.net = std::move(net_);
}

}  // namespace

bool is_net(Value block, const Steps& steps) {
  for (const Value one : block["transitions"_k]) {
    if (is_goto(one)) return true;
  }
  for (uint32_t i = 0; i < steps.size(); ++i) {
    if (counts(steps[i]["join"_k])) return true;
  }
  return false;
}

void make_net(Value block, const Steps& steps, Made& made) {
  Nets nets(block, steps, made);
  nets.add_edges();
  name_cycles(steps, made, false);  // a reference is an edge where no other one is known
  if (!made.problems.empty()) return;
  nets.refuse_others();
  nets.add_links();
  check_conditions(block, steps, made);
  nets.read_joins();
}

}  // namespace dag
