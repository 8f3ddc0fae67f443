// Learned: what the flows that say 'learning' have decided, and how they could decide better.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/kernel.hpp>

namespace weft {

// What became of the side that a condition led to. Each number is defined in
// kernel/travel/LEARNED.md.
struct SideLearned {
  uint64_t count = 0;
  uint64_t succeeded = 0, failed = 0;  // the others were cancelled, redirected, or are empty
  std::optional<int64_t> mean_ns, p95_ns;
};

struct ConditionLearned {
  std::string at;                  // JSON Pointer in the canonical definition
  std::string text;                // as an expression
  uint64_t count = 0, errors = 0;  // decisions; and how often it could not be had
  SideLearned when_true, when_false;

  double hit_rate() const {
    return count != 0 ? static_cast<double>(when_true.count) / static_cast<double>(count) : 0;
  }
};

struct Learned {
  std::string workflow;
  int64_t reset_ns = 0;  // runs that ended before do not count; 0: it was never reset
  uint64_t runs = 0;     // with decisions
  uint64_t dropped = 0;  // decisions that were too many in one run
  uint64_t unread = 0;   // runs whose journal or definition cannot be read here
  std::vector<ConditionLearned> conditions;  // by place
};

// A change of one condition that the records speak for.
struct Proposal {
  std::string id;
  std::string kind;                // reorder or threshold
  std::string at;                  // JSON Pointer of the condition in the canonical definition
  std::string condition, becomes;  // as they are written, in JSON where they are no text
  std::string reason;              // in numbers
  Document patch;                  // of RFC 6902, for the canonical definition
  uint64_t records = 0;            // decisions that speak for it
  uint64_t other_way = 0;          // of those, which would have gone the other way
  std::string objection;           // why it cannot be accepted; or empty
  std::string by;                  // who has accepted it; or empty
  int64_t accepted_ns = 0;
};

// How a proposal is accepted.
struct Acceptance {
  std::string_view by{};   // a person
  uint64_t other_way = 0;  // so many decisions would have gone the other way, and they know it
};

// Nothing here changes a run: what was accepted counts for runs that are started afterwards, of a
// definition that says 'adaptive'. A definition stands for all that differ from it in the words
// 'learning' and 'adaptive' alone.
class Learning final {
 public:
  // The kernel outlives it.
  explicit Learning(Kernel& kernel) : kernel_(&kernel) {}

  // Of all runs of a workflow that have ended since the latest reset, the forgotten ones included.
  Result<Learned> statistics(std::string_view workflow);
  // Forgets all that was learned of it, and what of it was kept of forgotten runs. What was
  // accepted stays.
  Result<void> reset(std::string_view workflow);

  // What its records speak for, and what was accepted, by place.
  Result<std::vector<Proposal>> proposals(const Workflow& workflow);
  // CONFLICT when a recorded decision speaks against it, or it would change others than are known.
  Result<Proposal> accept(const Workflow& workflow, std::string_view id, const Acceptance& how);
  Result<void> withdraw(const Workflow& workflow, std::string_view id);
  // Whether it says 'adaptive', so that what was accepted counts.
  static bool adapts(const Workflow& workflow);
  // What a run of it that is started now would run: itself, where nothing is to be changed.
  Result<Workflow> adapted(const Workflow& workflow);

 private:
  Kernel* kernel_;
};

}  // namespace weft
