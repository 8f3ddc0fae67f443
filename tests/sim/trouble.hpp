// Trouble: everything that goes wrong around a run, and the facts and the answer that come of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flow.hpp"
#include "sim_tools.hpp"

namespace weft::tests {

// The end of a process: behind a commit, before or after what waited for it; or at a time.
struct Crash {
  enum class When : uint8_t { at_commit, after_turn, commit_fails, at_time } when{};
  uint64_t commit = 1;   // of this life
  int64_t after_ns = 0;  // since it began, for at_time
  int64_t down_ns = 0;   // until the next process
};

struct Trouble {
  uint64_t seed = 1;  // of the order in which threads get on
  bool has_threads = true;
  SimTable table;
  std::vector<Crash> crashes;
  std::vector<std::pair<int64_t, int64_t>> wall_jumps;  // after so long, by so much
  std::optional<int64_t> cancel_after_ns;
  bool calls_again = true;  // what a person says of a step in doubt; else it is given up
};

struct Trial {
  Flow flow;
  Trouble trouble;
};

std::string to_text(const Trouble& trouble);

// What the journal says, as far as it decides between things that are equally right.
struct Fact {
  enum class Kind : uint8_t {
    other,
    accepted,
    resumed,
    stopping,
    started,
    succeeded,
    failed,
    retried,
    waiting,
    diverted,
    skipped,
    cancelled,
  } kind{};
  std::string step;
  uint32_t attempt = 0;  // of an alternative: and of_alternative
  int64_t tick = 0;
  int64_t due = 0;  // of retried and waiting

  static constexpr uint32_t of_alternative = 1000;
};

// One process: what it was told and which facts it left. Times are ticks of its engine.
struct Life {
  int64_t began = 0, ended = 0;
  size_t first = 0, last = 0;  // facts[first, last)
  bool is_cut = false;         // else it ended because nothing was left to happen
  bool settles = false;
  bool calls_again = true;
  std::optional<int64_t> cancel_at;
};

struct StepAnswer {
  std::string status;
  std::string said;  // the output as JSON, or the code and class of the error
  uint32_t attempts = 0;
  // It was not begun in a block that was asked to end: it may be told as skipped or not at all.
  bool is_left_out = false;
};

struct Answer {
  std::string status;
  std::string outcome;  // the result as JSON, or code, class and step of the error
  std::map<std::string, StepAnswer> steps;
};

// A call of a tool; may_be_missing where it is free whether it was made.
struct ToolCall {
  std::string step;
  uint32_t attempt = 0;
  int64_t tick = 0;
  bool may_be_missing = false;
};

}  // namespace weft::tests
