// HostEnv: the clock, randomness and threads of the machine, as an Env.
#pragma once

#include <memory>

#include "engine/env.hpp"

namespace weft::engine {

// No thread is started unless threads is above 0. The pool is bounded by limits::worker_queue.
class HostEnv final {
 public:
  explicit HostEnv(unsigned threads);
  ~HostEnv();  // waits for what was handed off
  HostEnv(const HostEnv&) = delete;
  HostEnv& operator=(const HostEnv&) = delete;

  Env env();
  void join();

 private:
  struct Pool;
  std::unique_ptr<Pool> pool_;
};

}  // namespace weft::engine
