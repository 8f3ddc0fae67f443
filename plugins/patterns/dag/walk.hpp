// Walk: a frame on its way through a graph. All of it is in the node table, so it is only a faster
// form of that.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/sdk.hpp>

#include "graph.hpp"

namespace dag {

class Walk final {
 public:
  Walk(Graph graph, uint32_t start);

  // What the table says already. Every decision that followed from it stands there too.
  void recall(const weft::sdk::Frame& frame);
  void begin(weft::sdk::Commands& commands);
  // Steps that were added may wait for nothing but what has ended long ago.
  void find_ready(const weft::sdk::Frame& frame);
  // Takes in that a node has ended.
  void take(uint32_t node, uint32_t status, const weft::sdk::Frame& frame,
            weft::sdk::Commands& commands);
  // Starts or skips what became ready; ends the block when everything has ended.
  void go_on(const weft::sdk::Frame& frame, weft::sdk::Commands& commands);

 private:
  enum News : uint8_t { saw_failure = 1, saw_skip = 2, saw_false = 4 };
  // How far a loop is. A draft was judged as often as 'validations' says; between a validation and
  // the next lies one revision.
  struct Pass {
    uint32_t validations = 0;
    bool is_closed = false, is_exhausted = false, is_reviser_done = false;
    weft::Value approved;  // in the call in which it closes
  };
  struct Told {
    const weft::sdk::Frame& frame;
    weft::sdk::Commands& commands;
  };

  void recall_ready(const weft::sdk::Frame& frame);
  void settle(uint32_t node, uint32_t status);
  uint8_t news_of(uint32_t node, uint32_t status);
  void settle_edges(uint32_t node, uint32_t status, uint8_t news);
  void decide_edge(uint32_t after, bool is_alive, uint8_t news);
  void condition_ended(uint32_t node, uint32_t status, const weft::sdk::Frame& frame);
  void decide(uint32_t node, const Told& told);
  bool runs(uint32_t node) const;
  bool has_enough(uint32_t node) const;
  void start(uint32_t node, const Told& told);
  void ask(uint32_t node, uint32_t edge, const Told& told);
  void drop_rest(uint32_t join, const Told& told);
  void drop(uint32_t node, std::string_view reason, const Told& told);
  void decide_ready(const Told& told);
  void take_late();
  bool may_go_on() const { return !graph_.is_single || running_ == 0; }
  void cancel_running(weft::sdk::Commands& commands);
  void finish(const Told& told);
  void stop_counting(uint32_t node);
  bool is_later(uint32_t a, uint32_t b) const;
  bool is_late(uint32_t node) const;
  bool is_passed_over(uint32_t node) const;
  bool may_be_dropped(uint32_t node) const;
  void fail_by(uint32_t node) { failed_ = node < failed_ ? node : failed_; }

  // loop.cpp
  void recall_loop(uint32_t number, const weft::sdk::Frame& frame);
  uint32_t number_of_loop(uint32_t node) const;
  void loop_ended(uint32_t number, uint32_t node, uint32_t status, const Told& told);
  void judge(uint32_t number, const Told& told);
  weft::Value write_record(uint32_t number, const Told& told, weft::Value draft,
                           weft::Value judged);
  void escalate(uint32_t number, const Told& told, weft::Value judged);
  void people_decided(uint32_t number, uint32_t status, const Told& told);
  void close_loop(uint32_t number);
  void decide_record(uint32_t number, const Told& told);
  void abandon(uint32_t number, uint8_t news);
  void start_validator(uint32_t number, const Told& told);
  void start_reviser(uint32_t number, const Told& told);
  weft::Value draft_of(uint32_t number, const weft::sdk::Frame& frame) const;
  void fail_exhausted(uint32_t number, const Told& told) const;

  Graph graph_;
  bool is_plain_;
  std::vector<uint32_t> open_;
  std::vector<uint8_t> news_;
  std::vector<bool> active_;  // started and not ended
  std::vector<uint32_t> ready_, late_;
  // Only where the graph is not plain:
  std::vector<uint32_t> alive_;                      // edges into a node that are
  std::vector<bool> fired_, settled_;                // its join is decided; it has ended
  std::vector<uint32_t> edge_of_;                    // by condition
  std::vector<std::pair<uint32_t, uint32_t>> asks_;  // a node and an edge from it
  std::vector<Pass> passes_;                         // by loop
  uint32_t start_;
  uint32_t ended_ = 0, running_ = 0;
  uint32_t asking_ = 0;  // conditions that are not answered yet
  uint32_t failed_ = none, cancelled_ = none, succeeded_ = none;
  bool has_cancelled_ = false;
};

// The next visit of a node.
uint64_t anew(const weft::sdk::Frame& frame, uint32_t node);

}  // namespace dag
