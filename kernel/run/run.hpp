// Run: one run as the deciding thread holds it, its state beside the caches of its patterns.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "state/state.hpp"

namespace weft::run {

struct Run {
  Run(uint32_t the_number, std::string the_id, std::shared_ptr<const plan::Plan> plan,
      state::Pages& pages)
      : number(the_number), id(std::move(the_id)), state(std::move(plan), pages) {}
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  ~Run() { close_caches(); }

  // The decoded form of a frame that its pattern keeps; made again whenever it is not there.
  struct Cache {
    void* decoded = nullptr;
    uint64_t seed = 0;
    bool open = false;
  };
  const spec::BoundPattern& pattern(const state::Frame& frame) const {
    return state.plan->bound[state.block(frame).pattern];
  }
  void close_cache(const state::Frame& frame);
  void close_caches();

  uint32_t number;
  std::string id;
  state::State state;
  std::vector<Cache> caches;  // by frame
};

}  // namespace weft::run
