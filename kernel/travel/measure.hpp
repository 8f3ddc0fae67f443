// Measure: where the time of a run went, read from the ticks of its recorded events.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <weft/travel.hpp>

#include "travel/account.hpp"

namespace weft::travel {

// What a step does from one event of it to the next, in the order of the members of Spent. Where
// several do different things at once, the first of these is what the run does.
enum class Use : uint8_t { run, retry, queue, wait, people };
inline constexpr uint32_t use_count = 5;
int64_t& of(Spent& spent, Use use);

struct Span {
  int64_t from, to;
  Use use;
};

// A step with all its visits and iterations; or a block, of which only the first four are told.
struct Timed {
  std::string path;
  bool is_block = false;
  uint64_t visits = 0;
  int64_t began = 0, ended = 0;  // of the first, of the last
  uint64_t calls = 0, failed = 0, cached = 0;
  uint64_t repeated = 0;    // calls that gave a result and had arguments as one before them
  int64_t repeated_ns = 0;  // what these took
  Spent spent;
  std::vector<int64_t> latencies;  // of calls that gave a result at a later tick
};

struct Measured {
  std::shared_ptr<const plan::Plan> plan;  // that it has come to; shared with whoever loaded it
  std::vector<Timed> steps;                // in order of their first start
  std::map<std::string, size_t, std::less<>> by_path;
  RunState state = RunState::pending;
  int64_t began = 0, ended = 0;  // ended: the latest event
  Spent spent;                   // each instant once
  uint32_t beside = 0;           // so many calls at once, at most
  uint64_t kept_calls = 0;       // that gave a result before the run came back, or was forked

  const Timed* find(std::string_view path) const;
};

Result<Measured> measure(const Side& side);

}  // namespace weft::travel
