// Time travel: what Kernel answers about the past of a run, and what it makes of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <weft/kernel.hpp>

namespace weft {

// A point of a run that one can go back to: its start, or the end of a decision that ended a step.
struct Checkpoint {
  uint64_t seq = 0;  // of its last event; its name
  int64_t time_ns = 0;
  std::string step;    // the path of the step whose end led to it; empty at the start
  std::string status;  // how that step ended
  RunState state = RunState::pending;  // of the run
};

// Where two accounts first differ. A side that lacks what the other has is empty.
struct Divergence {
  std::string step;     // path with visits; empty for the run itself
  std::string field;    // status, output, error, reason, arguments, input, params, result, ...
  std::string pointer;  // within the field, to the first member that differs
  std::optional<Document> first, second;
  uint64_t seq = 0;  // of the event on the first side; 0 when it has none
};

// Two runs held against each other, step by step and not by time.
struct Comparison {
  // Of the input, of the first step that differs, of the end of the run; none when they are equal.
  std::vector<Divergence> differences;
  uint64_t same = 0, different = 0;                  // steps that both have
  std::vector<std::string> only_first, only_second;  // paths of steps that one has
  bool has_same_definition = true;
};

// What reading a run back has shown.
struct Verified {
  std::string run;
  uint64_t records = 0;       // how many of them are good, from the first one on
  std::vector<Error> damage;  // what is wrong behind them; one at most
};

// A run decided again from its recorded answers.
struct Replayed {
  uint64_t events = 0;                  // how many came as they are recorded
  std::vector<Divergence> differences;  // from the record, as far as it was decided
  RunState state = RunState::pending;   // where it ended
  Document result;                      // then, or the error or reason
  // Under another definition, which is asked for more than the first difference:
  std::vector<Comparison> steps;        // the record against what it would have been; one
  std::vector<std::string> unanswered;  // steps that it would call, and no answer is recorded
  std::vector<std::string> unused;      // steps whose recorded answer it would not ask for
};

// Where a fork begins and what is other there. Values are copied.
struct ForkOptions {
  // A checkpoint, or the end of another decision; 0 is the latest of a run that has not ended, the
  // step that failed of one that did, and otherwise the start.
  uint64_t seq = 0;
  std::string_view step{};  // instead: where this step was started first, to start it anew
  Value input{};            // instead of that of the run
  Value changes{};          // or laid over it, member by member
  bool with_detail = false;
  bool stays = false;  // as of RunOptions
};

// How a run comes to another definition. Values are copied.
struct MoveOptions {
  struct Renamed {
    std::string from;  // path of a step of the run, such as outer/inner
    std::string to;    // the id of the step of the same block that it is now
  };
  std::vector<Renamed> renamed;
  bool only_look = false;  // nothing is written
};

struct Moved {
  std::string from, to;              // hashes of the definitions
  std::vector<Error> objections;     // why it cannot be; then nothing was written
  std::vector<std::string> kept;     // steps that have ended or wait, by their new paths
  std::vector<std::string> started;  // steps that begin at once
};

struct Exported {
  std::vector<std::string> runs;  // the bases of a fork first
  uint64_t records = 0, blobs = 0;
  std::string head;  // of the hash chain, in hexadecimal
};

struct Imported {
  std::string run;
  std::vector<std::string> added, present;  // runs; present ones are identical
  uint64_t records = 0, blobs = 0;          // added
  std::string head;
};

}  // namespace weft
