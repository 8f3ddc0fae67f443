// Ticket and Report: how a host holds a run, and what it hears when the run has ended.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "state/state.hpp"

namespace weft::engine {

struct Report {
  std::string run;
  state::RunStatus status = state::RunStatus::pending;
  base::Doc outcome;  // result, error or reason
  base::Doc detail;   // the result of PATTERNS §14, where it was asked for
  Error error;        // why the engine gave the run up; code is empty otherwise
};

// Shared by the host that waits and the engine that works. is_done is set last.
struct Ticket {
  std::string run;
  bool wants_detail = false;
  bool stays = false;      // in memory, although it waits for somebody outside
  bool came_back = false;  // by itself, so that perhaps nobody asks for it
  std::atomic<bool> is_accepted{false};
  std::atomic<bool> is_done{false};  // ended, parked or given up
  std::atomic<uint32_t> number{UINT32_MAX};
  std::atomic<uint32_t> drivers{0};              // who wait for it to end
  std::atomic<int64_t> parked_until{INT64_MAX};  // when it comes back by itself
  Report report;
};

}  // namespace weft::engine
