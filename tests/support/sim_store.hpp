// SimStore: a durable store in memory that checks what it is given and fails when it is told to.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <weft/draft/store.h>

#include "plugin/bound.hpp"

namespace weft::tests {

class SimStore final {
 public:
  SimStore();
  SimStore(const SimStore&) = delete;
  SimStore& operator=(const SimStore&) = delete;

  plugin::BoundStore bound();
  uint64_t asked() const { return asked_; }  // for commits

  struct Run {
    uint64_t last = 0;
    std::vector<std::string> records;
    std::string status;          // of the summary
    std::optional<int64_t> due;  // its timer
  };
  std::map<std::string, Run> runs;
  std::map<std::string, std::string> entries;  // by key
  std::string written;  // every byte that was committed, in order, if it is kept
  bool keeps_bytes = true;
  uint64_t commits = 0;
  uint64_t fail_at = 0;             // the number of the commit that is refused; 0 is none
  std::string broken_rule;          // what a commit did wrong, if one did
  std::function<void()> on_commit;  // after it

 private:
  static weft_status commit(void* self, const weft_call* call, const weft_owner* owner,
                            const weft_sop* const* ops, uint32_t n, weft_out* out) noexcept;
  void apply(const weft_sop& op);

  weft_store table_{};
  uint64_t asked_ = 0;
};

}  // namespace weft::tests
