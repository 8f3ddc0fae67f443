// Env: everything outside the process that the engine touches, in one struct that a test can
// replace.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::engine {

struct Env {
  void* self;
  int64_t (*wall_ns)(void* self);   // since 1970; read once, when an engine begins
  uint64_t (*mono_ns)(void* self);  // never goes back
  void (*random)(void* self, void* to, size_t bytes);
  // Runs fn(arg) on a thread that may block. False when there is none or no room: then whoever asks
  // runs it itself.
  bool (*hand_off)(void* self, void (*fn)(void*), void* arg);
};

// The time of turns: wall time as it was when the engine began, moved on by the monotonic clock, so
// that a jump of the wall clock changes no duration.
class Ticks final {
 public:
  explicit Ticks(const Env& env)
      : env_(&env), wall_(env.wall_ns(env.self)), mono_(env.mono_ns(env.self)) {}
  int64_t now() const { return wall_ + static_cast<int64_t>(env_->mono_ns(env_->self) - mono_); }
  uint64_t mono_of(int64_t tick) const { return mono_ + static_cast<uint64_t>(tick - wall_); }

 private:
  const Env* env_;
  int64_t wall_;
  uint64_t mono_;
};

}  // namespace weft::engine
