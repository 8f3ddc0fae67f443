#include "net.hpp"

#include <algorithm>
#include <cstring>

using namespace weft::lit;
using weft::Value;

namespace dag {
namespace {

constexpr uint64_t fnv_start = 0xcbf29ce484222325U, fnv_prime = 0x100000001b3U;

bool is_of_join(const Link& link) { return !link.leads_back; }

}  // namespace

void Net::connect() {
  in.assign(nodes(), {});
  out.assign(nodes(), {});
  for (uint32_t i = 0; i < links.size(); ++i) {
    out[links[i].from].push_back(i);
    in[links[i].to].push_back(i);
  }
}

bool Net::begins(uint32_t node) const {
  return is_step[node] && std::none_of(in[node].begin(), in[node].end(),
                                       [this](uint32_t i) { return is_of_join(links[i]); });
}

bool use_arrivals(const Net& net, uint32_t node, Arrivals& arrivals) {
  uint32_t edges = 0, reached = 0;
  for (const uint32_t i : net.in[node]) {
    if (!is_of_join(net.links[i])) {
      if (arrivals[i] == 0) continue;
      --arrivals[i];
      return true;
    }
    ++edges;
    if (arrivals[i] > 0) ++reached;
  }
  const bool is_each = net.use[node] == Use::each;
  const bool is_enough = is_each ? reached > 0 : edges > 0 && reached == edges;
  if (net.use[node] == Use::general || !is_enough) return false;
  for (const uint32_t i : net.in[node]) {
    if (!is_of_join(net.links[i]) || arrivals[i] == 0) continue;
    --arrivals[i];
    if (is_each) break;
  }
  return true;
}

bool is_reached(const Net& net, uint32_t node, const Arrivals& arrivals) {
  return net.use[node] == Use::general &&
         std::any_of(net.in[node].begin(), net.in[node].end(),
                     [&](uint32_t i) { return is_of_join(net.links[i]) && arrivals[i] > 0; });
}

void use_reached(const Net& net, uint32_t node, Arrivals& arrivals) {
  for (const uint32_t i : net.in[node]) {
    if (is_of_join(net.links[i]) && arrivals[i] > 0) --arrivals[i];
  }
}

uint64_t ripe_key(uint32_t node, const Arrivals& arrivals, const std::vector<bool>& active) {
  uint64_t key = fnv_start;
  const auto add = [&](uint64_t number) { key = (key ^ number) * fnv_prime; };
  add(node);
  for (const uint16_t n : arrivals) add(n);
  for (const bool is_active : active) add(is_active ? 2 : 1);
  return key;
}

void write(const Net& net, weft::Builder& out) {
  out.key("net"_k);
  out.begin_object();
  out.set("visits"_k, net.visits_max);
  out.set("binds"_k, net.binds);
  out.key("links"_k);
  out.begin_array();
  for (const Link& link : net.links) {
    out.begin_array();
    out.natural(link.from);
    out.natural(link.to);
    out.natural(link.condition);
    out.boolean(link.leads_back);
    out.boolean(link.is_rest);
    out.end_array();
  }
  out.end_array();
  out.key("nodes"_k);
  out.begin_array();
  for (uint32_t n = 0; n < net.nodes(); ++n) {
    out.begin_array();
    out.natural(static_cast<uint64_t>(net.use[n]));
    out.boolean(net.is_step[n]);
    out.text(net.name[n]);
    out.end_array();
  }
  out.end_array();
  out.key("ripe"_k);
  out.bytes({reinterpret_cast<const char*>(net.ripe.data()), net.ripe.size() * sizeof(uint64_t)});
  out.end_object();
}

Net read_net(Value plan) {
  Net net;
  net.visits_max = static_cast<uint32_t>(plan["visits"_k].as_u64(net.visits_max));
  net.binds = plan["binds"_k].as_bool();
  for (const Value one : plan["links"_k]) {
    net.links.push_back(
        {static_cast<uint32_t>(one[0U].as_u64()), static_cast<uint32_t>(one[1U].as_u64()),
         static_cast<uint32_t>(one[2U].as_u64(none)), one[3U].as_bool(), one[4U].as_bool()});
  }
  for (const Value one : plan["nodes"_k]) {
    net.use.push_back(static_cast<Use>(std::min<uint64_t>(one[0U].as_u64(), 2)));
    net.is_step.push_back(one[1U].as_bool());
    net.name.emplace_back(one[2U].as_text());
  }
  const std::string_view ripe = plan["ripe"_k].as_bytes();
  net.ripe.resize(ripe.size() / sizeof(uint64_t));
  if (!net.ripe.empty()) std::memcpy(net.ripe.data(), ripe.data(), ripe.size());
  net.connect();
  return net;
}

}  // namespace dag
