// Hooks: who is asked at a point, in which order, and who is left alone because it misbehaved.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/mutex.hpp"
#include "plugin/bound.hpp"

namespace weft::engine {

// A hook as the host wants it asked.
struct Listener {
  plugin::BoundHook bound;
  std::string id{};
  int64_t priority = 0;       // lower is asked first; ties by id
  bool is_mandatory = false;  // what it guards fails when it cannot be asked
  bool sees_secrets = false;  // what is redacted for others
};

// How the verdicts of several hooks at one point become one.
struct Composition {
  enum class Mode : uint8_t { sequential, parallel, voting };
  // What decides a vote that nobody wins.
  enum class Ties : uint8_t { first, prefer_continue, prefer_action, by_priority };
  Mode mode = Mode::sequential;
  Ties ties = Ties::first;
  double threshold = 0.5;  // a share of the votes above it wins
};
// {mode?, threshold?, ties?}; missing means sequential.
Result<Composition> composition_of(Value said);

// The breaker of a hook lives as long as the process: 3 failures within 30 s open it for 15 s, then
// 2 successes close it. Everything but calls is the deciding thread's.
class Hooks final {
 public:
  struct Entry {
    Listener listener;
    std::unique_ptr<base::Mutex> serial;  // held by a call of a hook that is WEFT_SERIAL
    enum class Stage : uint8_t { closed, open, half_open } stage = Stage::closed;
    uint32_t calls = 0;      // to sample the time of those that do not block
    uint32_t slow = 0;       // two make a failure
    uint32_t successes = 0;  // since it is half open
    int64_t failures[3] = {INT64_MIN, INT64_MIN, INT64_MIN};  // ticks, the latest last
    int64_t opened = 0;
    bool is_told = false;  // that it is bypassed, where nobody waits for it

    bool listens(uint32_t point) const { return (listener.bound.table->points >> point & 1U) != 0; }
    bool may_block() const { return (listener.bound.flags & WEFT_BLOCKING) != 0; }
    std::string_view id() const { return listener.id; }
  };

  Hooks(std::vector<Listener> listeners, Composition composition);

  uint64_t points() const { return points_; }
  const Composition& composition() const { return composition_; }
  std::vector<Entry>& all() { return all_; }  // in the order in which they are asked

  // The bare call; on any thread.
  static weft_status call(Entry& entry, uint32_t point, const weft_call& call, weft_val subject,
                          weft_out& out);
  static bool admits(Entry& entry, int64_t tick);
  static void succeeded(Entry& entry);
  static void failed(Entry& entry, int64_t tick);
  // A call that took longer than limits::hook_slow_ns.
  static void was_slow(Entry& entry, int64_t tick);

 private:
  std::vector<Entry> all_;
  Composition composition_;
  uint64_t points_ = 0;
};

// What one of several hooks said, for those who count votes.
struct Vote {
  uint32_t result = WEFT_VERDICT_CONTINUE;
  uint32_t answered = 0;  // its place in the order of answers
};
// The number of the vote that stands for all, in the order of priority; SIZE_MAX: go on.
size_t winner(const std::vector<Vote>& votes, const Composition& composition);

}  // namespace weft::engine
