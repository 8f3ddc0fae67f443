// History: all that a store keeps of a run, its own records behind those of the run it was forked
// from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "event/record.hpp"
#include "journal/store.hpp"
#include "plan/plan.hpp"

namespace weft::travel {

// Where a fork left its base: the last record that both share.
struct Branch {
  std::string run;
  uint64_t seq = 0;
};

// One run as the store has it.
struct Chapter {
  std::string run;
  base::Doc summary;
  std::vector<std::string> records;  // pieces in order, each of whole records
  std::optional<Branch> base;        // of a fork
};

struct History {
  std::string run;
  base::Doc summary;
  std::vector<std::string> records;  // from sequence 1 on
  base::Doc acceptance;
  event::Fetch fetch;    // what reads values that lie under keys of their own
  plan::PlanOf plan_of;  // what finds the definitions that the run was moved to
};

// The run and its bases, the oldest first. A run that kept no events is one chapter without
// records; damage is left for whoever reads the records.
Result<std::vector<Chapter>> load_chapters(journal::Store& store, std::string_view run);

// Each chapter up to where the next one left it.
Result<History> join(std::vector<Chapter> chapters, event::Fetch fetch);

Result<History> load_history(journal::Store& store, std::string_view run);

// Leaves the records up to a sequence. What is damaged stays, for a reader to name it.
void cut_behind(std::vector<std::string>& records, uint64_t seq);

// The sequence of the first record; 0 when there is none that is good.
uint64_t first_seq(const std::vector<std::string>& records);

// The base that the first record names; nothing when it is not that of a fork.
Result<std::optional<Branch>> base_of(const std::vector<std::string>& records,
                                      const event::Fetch& fetch);

Error no_history(std::string_view run);

}  // namespace weft::travel
