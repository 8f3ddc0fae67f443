// What the memory store holds: runs and values by key, and the commit that changes them as one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/draft/store.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::memory {

struct Record {
  uint64_t first = 0, last = 0;
  std::string bytes;
};

struct Run {
  uint64_t last_seq = 0, owner = 0, truncated = 0;
  std::vector<Record> records;
  std::optional<std::pair<uint64_t, std::string>> snapshot;
  std::vector<weft_slot> summary;  // flat
  std::map<uint64_t, int64_t> timers;

  Value value() const { return summary.empty() ? null_value() : Value(summary.data()); }
  bool is_ended() const;
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
    uint64_t last_seq, owner;
    bool is_new;
  };
  Result<void> admit(const weft_sop& op, uint64_t epoch);
  void take_back();
  void apply(const weft_sop& op);
  void apply_to(Run& run, const weft_sop& op);

  Map runs_;
  Entries entries_;
  std::vector<Undo> undo_;  // of the commit under way
  std::string flat_;
};

}  // namespace weft::memory
