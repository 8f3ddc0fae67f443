// Alarms: what a loop waits for by the clock, of which one timer wakes it at a time.
#pragma once

#include <cstdint>
#include <vector>

#include <weft/sdk.hpp>

namespace loop {

struct Alarm {
  // late: an iteration that was asked to end because its time was up.
  enum class Kind : uint8_t { timeout, limit, iteration, delay, late };
  Kind kind = Kind::timeout;
  uint32_t index = 0;  // of the iteration
  uint64_t due = 0;
};

class Alarms final {
 public:
  void recall(weft::Value written);
  void write(weft::Builder& out) const;

  bool empty() const { return all_.empty(); }
  void add(Alarm alarm) { all_.push_back(alarm); }
  void remove(Alarm::Kind kind, uint32_t index);
  bool has(Alarm::Kind kind, uint32_t index) const;
  uint32_t count(Alarm::Kind kind) const;
  // Those that are due, the first added first; they are gone then.
  std::vector<Alarm> take_due(uint64_t now);
  // Sets a timer if the next alarm comes before the one that is set.
  void arm(weft::sdk::Commands& commands);
  void fired() { armed_ = 0; }

 private:
  std::vector<Alarm> all_;
  uint64_t armed_ = 0;  // when the timer that is set wakes; 0 is none
};

}  // namespace loop
