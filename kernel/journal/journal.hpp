// Journal: gathers what the decisions of a turn made and commits it as one.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include <weft/result.hpp>

#include "base/blocks.hpp"
#include "base/doc.hpp"
#include "event/record.hpp"
#include "journal/store.hpp"
#include "state/state.hpp"

namespace weft::journal {

// The key of a definition in a store.
std::string definition_key(const std::array<uint8_t, 32>& hash);

// Buffers are reused, so a turn allocates nothing in steady state. A run is named by its id, which
// lives until the commit.
class Journal final {
 public:
  explicit Journal(Store& store) : store_(&store) {}

  // The events of one decision, already folded into the state. Now and then, and when the run
  // parks, a snapshot goes with them; so a state whose commit failed is dropped.
  void stage(std::string_view id, state::State& state, const std::vector<event::Event>& events);
  // A value under a key of the store, or its end, in the same commit.
  void put(std::string key, Value value);
  void erase(std::string key);
  // The definition of a plan, once, where runs that are to come will look for it.
  void define(const plan::Plan& plan);
  // Only how the run stands: for runs whose events are not kept.
  void summarise(std::string_view id, const state::State& state);

  // What was decided cannot be kept, for what it follows from could not be read: the next commit
  // fails with this.
  void refuse(Error why) { refused_ = std::move(why); }

  bool is_empty() const { return slices_.empty() && !refused_; }
  // Everything staged, or nothing of it; either way the journal is empty afterwards.
  Result<void> commit();
  uint64_t bytes_committed() const { return committed_; }

 private:
  struct Slice {  // offsets, for the buffer moves while it grows
    uint32_t kind;
    std::string_view key;
    uint64_t expect, first, last;
    uint64_t begin, end;
    Value summary;
    bool is_blob = false;  // its bytes are in blobs_
    int64_t at_ns = 0;
  };
  void set_timer(std::string_view id, const state::State& state,
                 const std::vector<event::Event>& events);
  uint64_t append(std::string_view id, const state::State& state,
                  const std::vector<event::Event>& events);
  void snapshot(std::string_view id, state::State& state);
  // The key as it lives here, when this journal has not put it yet; else null.
  const std::string* put_first(std::string key);
  static base::Digest put_blob(void* self, std::string_view bytes);
  weft_sop operation(const Slice& slice) const;

  Store* store_;
  std::vector<char> bytes_;
  std::vector<char> blobs_;  // of this turn, one behind the other
  std::vector<Slice> slices_;
  std::vector<weft_sop> ops_;
  std::vector<const weft_sop*> pointers_;
  std::unordered_set<std::string> put_;  // keys of definitions and blobs
  std::vector<const std::string*> new_;  // those of this turn
  std::deque<std::string> keys_;         // of what is put and erased
  base::Blocks scratch_;
  uint64_t committed_ = 0;
  std::optional<Error> refused_;
};

}  // namespace weft::journal
