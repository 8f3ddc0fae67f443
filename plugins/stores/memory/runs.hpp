// What the memory store holds: runs and values by key, and the commit that changes them as one.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/store.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::memory {

struct Record {
  uint64_t first = 0, last = 0;
  std::string bytes;
};

struct Snapshot {
  uint64_t seq = 0;
  std::string bytes;
};

// What commits check against, and all that a commit which is refused has to put back.
struct Standing {
  uint64_t last_seq = 0, owner = 0, snapshot = 0;  // snapshot: the sequence of the latest, or 0
  bool is_there = false, has_ended = false;
};

struct Run {
  Standing standing;
  uint64_t truncated = 0;
  std::vector<Record> records;
  std::vector<Snapshot> snapshots;  // a chain, in order
  std::vector<weft_slot> summary;   // flat
  std::map<uint64_t, int64_t> timers;
};

class Runs final {
 public:
  using Map = std::map<std::string, Run, std::less<>>;
  using Entries = std::map<std::string, std::string, std::less<>>;

  // All of ops, or none.
  Result<void> commit(uint64_t epoch, std::span<const weft_sop* const> ops);

  Run* find(std::string_view run);
  Map& all() { return runs_; }
  const Entries& entries() const { return entries_; }

 private:
  struct Undo {
    Map::iterator run;
    Standing before;
  };
  Result<void> admit(const weft_sop& op, uint64_t epoch);
  Result<void> admit_entry(const weft_sop& op);
  void drop_absent();
  void apply(const weft_sop& op);
  void apply_to(Run& run, const weft_sop& op);

  Map runs_;
  Entries entries_;
  // Of the commit under way: how runs stood, and whether there is an entry as it leaves it so far.
  std::vector<Undo> undo_;
  std::map<std::string, bool, std::less<>> asked_;
  std::string flat_;
};

}  // namespace weft::memory
