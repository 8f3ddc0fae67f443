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
  // Instead: a step by path or name, to start it anew, or step_completion_STEP, to go on behind it.
  std::string_view step{};
  Value input{};    // instead of that of the run
  Value changes{};  // or laid over it, member by member
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

// Where time went, in ns. Each is defined in kernel/travel/REPORT.md.
struct Spent {
  int64_t run = 0;     // calls whose answer counted
  int64_t retry = 0;   // calls that were made again, and the pauses before that
  int64_t queue = 0;   // for hooks, permits and room
  int64_t wait = 0;    // for times and signals
  int64_t people = 0;  // for approvals, pauses, and steps in doubt

  int64_t all() const { return run + retry + queue + wait + people; }
};

// So many of a hundred took at most this long.
struct Percentiles {
  int64_t p50 = 0, p90 = 0, p95 = 0, p99 = 0;
};

// A step with all its visits and iterations. What is not known is absent, never zero.
struct StepReport {
  std::string step;                 // path, without visits
  uint64_t visits = 0, calls = 0;   // calls: attempts that began
  uint64_t failed = 0, cached = 0;  // calls without a result; results that took no call
  Spent spent;
  std::optional<Percentiles> latency;  // of calls that gave a result later than at once
  bool is_critical = false;            // lies on the critical path
};

// Steps of a chain that may run at once; gains are shares of what they take one after another.
struct GroupReport {
  std::vector<std::string> steps;
  std::string coordination;  // fork_join, barrier, pipeline or event_driven
  std::optional<double> predicted, reached;
};

struct Advice {
  std::string step;  // that it is about; or empty
  std::string text;
  int64_t saves_ns = 0;  // expected
  double gain = 0;       // the same as a share of the execution time
};

struct Bottleneck {
  std::string step;
  int64_t saves_ns = 0;  // when it takes 10 % less
  double gain = 0;
};

// What became of the time of a run, up to its last event.
struct RunReport {
  std::string run, workflow;
  RunState state = RunState::pending;
  int64_t wall_ns = 0;            // from its start
  int64_t execution_ns = 0;       // without what only people were waited for
  Spent spent;                    // of the wall time; what several did at once counts once
  int64_t other_ns = 0;           // all else of it
  std::vector<StepReport> steps;  // in order of their first start
  std::optional<int64_t> work_ns, critical_ns;
  std::vector<std::string> critical_path;
  std::optional<Bottleneck> bottleneck;
  std::optional<double> parallel_efficiency;
  std::optional<double> gain_predicted, gain_reached;  // against one step after another
  std::optional<double> unused;  // share of the execution time that more overlapping would save
  std::vector<GroupReport> groups;
  uint64_t cached_calls = 0, kept_calls = 0;  // not made: in the cache, or made before a return
  std::optional<int64_t> cached_ns;           // what the former would have taken
  std::vector<Advice> advice;                 // the most gain first
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
