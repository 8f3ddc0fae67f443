// Move: a run goes on under another plan, its tables laid out anew.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <weft/result.hpp>

#include "state/state.hpp"

namespace weft::state {

// Which step of one plan is which of another: the one of the same path, or the one that it was
// renamed to.
class Mapping final {
 public:
  // renamed is a list of {from, to}: the path of a step, and the id or the path of the step of the
  // same block that it is now. Both plans outlive the mapping.
  Mapping(const plan::Plan& from, const plan::Plan& to, Value renamed);

  // plan::none when there is none.
  uint32_t block(uint32_t of_from) const { return blocks_[of_from]; }
  uint32_t node(uint32_t of_block, uint32_t n) const {
    return nodes_[from_->blocks[of_block].first + n];
  }
  // Of the names in renamed: those that name no step.
  const std::vector<Error>& problems() const { return problems_; }

 private:
  void match(uint32_t block, uint32_t with, const std::string& path);
  void match_places(uint32_t block, uint32_t with, const std::string& path);
  std::string_view name_of(const std::string& path, std::string_view id);
  void check_all_used();

  const plan::Plan* from_;
  const plan::Plan* to_;
  Value renamed_;
  std::vector<bool> used_;  // parallel to renamed
  std::vector<uint32_t> blocks_, nodes_;
  std::vector<Error> problems_;
};

// All that keeps a run from the move: steps that have ended or wait and are not there any more, or
// that are something else now. Empty when it may move.
std::vector<Error> objections(const State& state, const plan::Plan& to, const Mapping& mapping);

// Requires: there are no objections.
void move_to(State& state, std::shared_ptr<const plan::Plan> to, const Mapping& mapping);

}  // namespace weft::state
