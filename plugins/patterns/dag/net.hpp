// Net: a graph that leads back. Its steps run as often as arrivals let them, so what is on its way
// is counted by edge.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/sdk.hpp>

#include "graph.hpp"

namespace dag {

// How a step uses the arrivals at it. One that a goto brings runs the step by itself.
enum class Use : uint8_t {
  every,    // one of each edge together; what is left over stays for the next time
  each,     // every single one
  general,  // one of each edge that has any, once none can come where there is none
};

struct Link {
  uint32_t from = 0, to = 0;
  uint32_t condition = none;
  bool leads_back = false;  // a goto
  bool is_rest = false;     // for when no condition behind the step is true
};

using Arrivals = std::vector<uint16_t>;  // by link

struct Net {
  std::vector<Link> links;
  std::vector<Use> use;           // by node
  std::vector<bool> is_step;      // by node
  std::vector<std::string> name;  // by node
  uint32_t visits_max = 1'000;    // of one step
  bool binds = false;             // something speaks of what came with an arrival
  std::vector<uint64_t> ripe;     // sorted: where general joins go on, as ripe_key says
  std::vector<std::vector<uint32_t>> in, out;  // links, by node

  uint32_t nodes() const { return static_cast<uint32_t>(use.size()); }
  void connect();
  bool begins(uint32_t node) const;  // nothing but a goto leads to it
};

// Uses the arrivals that let a step run; false when they do not. A general join is not decided here
// but for what a goto brings.
bool use_arrivals(const Net& net, uint32_t node, Arrivals& arrivals);
// Whether something has arrived at a general join; and uses one of each edge that has any.
bool is_reached(const Net& net, uint32_t node, const Arrivals& arrivals);
void use_reached(const Net& net, uint32_t node, Arrivals& arrivals);

// Stands for one general join and all that is on its way.
uint64_t ripe_key(uint32_t node, const Arrivals& arrivals, const std::vector<bool>& active);

// All that can be on its way, for general joins: fills in where they are ripe, or says in one
// sentence why that cannot be known.
std::string explore(Net& net);

void write(const Net& net, weft::Builder& out);
Net read_net(weft::Value plan);

// A frame on its way through a net. What is on its way stands in the memo, all else in the table.
class NetWalk final {
 public:
  explicit NetWalk(Net net);

  void recall(const weft::sdk::Frame& frame);
  void step(std::span<const weft_fact> facts, const weft::sdk::Frame& frame,
            weft::sdk::Commands& commands);

 private:
  struct Told {
    const weft::sdk::Frame& frame;
    weft::sdk::Commands& commands;
  };

  void take(const weft_fact& fact, const Told& told);
  void begin(const weft_fact& fact, const Told& told);
  void arrive(uint32_t link, const Told& told);
  void ended(uint32_t node, uint32_t status, const Told& told);
  void answered(uint32_t condition, uint32_t status, const Told& told);
  void recall_asked(uint32_t node, const weft::sdk::Frame& frame);
  void go_otherwise(uint32_t node, const Told& told);
  void go_on(const Told& told);
  bool run_general(const Told& told);
  bool is_free(uint32_t node) const { return !active_[node] && asked_[node] == 0; }
  void run(uint32_t node, const Arrivals& before, const Told& told);
  void start(uint32_t node, const Told& told, weft::Value bindings = {});
  void fail(const Told& told);
  void fail_with(std::string_view code, const std::string& message, const Told& told);
  void skip_rest(std::string_view reason, const Told& told) const;
  void finish(const Told& told);
  weft::Value left_over(const Told& told) const;
  void remember(const Told& told);
  bool is_failing() const { return failed_ != none; }

  Net net_;
  std::vector<uint32_t> link_of_;  // by condition
  Arrivals arrivals_, remembered_;
  std::vector<std::vector<weft::Value>> brought_;  // by link, the oldest first; for one call
  std::vector<bool> active_;                       // by step
  std::vector<uint32_t> asked_;  // by step: conditions behind it that are not answered yet
  std::vector<bool> went_;       // by step: one of those that are is true
  uint32_t running_ = 0, asking_ = 0;
  uint32_t failed_ = none;  // of several the first in the order of writing
  bool has_cancelled_ = false, is_closed_ = false;
};

}  // namespace dag
