// SimEnv: an Env whose time, randomness and threads a seed decides, for an engine driven by a test.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <vector>

#include "engine/env.hpp"

namespace weft::tests {

// One thread does everything. What is handed off waits until run_one() and is taken in an order
// that the seed draws; time stands still until advance_to().
class SimEnv final {
 public:
  explicit SimEnv(uint64_t seed) : random_(seed) {}
  SimEnv(const SimEnv&) = delete;
  SimEnv& operator=(const SimEnv&) = delete;

  engine::Env env() { return {this, wall_ns, mono_ns, fill, hand_off}; }
  // In [0, below).
  uint64_t draw(uint64_t below) { return random_() % below; }

  int64_t now() const { return now_; }
  // Calls fn when the time has come.
  void at(int64_t tick, std::function<void()> fn) { due_.emplace(tick, std::move(fn)); }
  int64_t next_due() const { return due_.empty() ? INT64_MAX : due_.begin()->first; }
  void advance_to(int64_t tick);
  // Somebody sets the clock on the wall; the time that passes is the same.
  void set_wall_clock(int64_t by) { wall_offset_ += by; }
  int64_t wall_offset() const { return wall_offset_; }

  // One of the works that were handed off. False when there is none.
  bool run_one();
  // Nothing that was to happen will: the process is dead.
  void forget();

  bool has_threads = true;  // else whoever asks must do the work itself
  // So many works at once, first come first served; 0: all, in an order that the seed draws.
  uint32_t cores = 0;
  // What the work of now does takes its core so long.
  void occupy_until(int64_t tick);

 private:
  struct Work {
    void (*fn)(void*);
    void* arg;
  };
  static SimEnv& of(void* self) { return *static_cast<SimEnv*>(self); }
  static int64_t wall_ns(void* self) { return of(self).now_ + of(self).wall_offset_; }
  static uint64_t mono_ns(void* self) { return static_cast<uint64_t>(of(self).now_ - began); }
  static void fill(void* self, void* to, size_t bytes);
  static bool hand_off(void* self, void (*fn)(void*), void* arg);

  static constexpr int64_t began = 1'700'000'000'000'000'000;
  int64_t now_ = began;
  int64_t wall_offset_ = 0;
  std::mt19937_64 random_;
  std::multimap<int64_t, std::function<void()>> due_;
  std::deque<Work> works_;
  uint32_t busy_ = 0;  // cores
};

}  // namespace weft::tests
