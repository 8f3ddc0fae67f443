// Snapshot: the state of a run as bytes, whole or as what is new since the one before; FORMAT.md
// gives the grammar.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/result.hpp>

#include "base/doc.hpp"
#include "state/payloads.hpp"
#include "state/state.hpp"

namespace weft::state {

inline constexpr uint32_t snapshot_version = 6;

// Appends the state to out: all of it, or what changed since its latest snapshot. Afterwards
// nothing is dirty and state.saved speaks of this one, so whoever does not store it drops the
// state. Payloads above limits::inline_bytes are handed to blobs, if there are some.
void write_snapshot(State& state, bool whole, const event::Blobs* blobs, std::vector<char>& out);

// Whether the next one had better be whole: there is none, or its chain has grown long.
bool wants_whole(const Saved& saved);

// Whether bytes of a store are a snapshot; else they are records.
bool is_snapshot(std::string_view bytes);

// What stands in front of a snapshot.
struct SnapshotRange {
  uint64_t expect;  // what it adds to, 0 when it is whole
  uint64_t seq;     // up to which event
};
// Checks the checksum and the version, nothing behind them.
Result<SnapshotRange> range_of(std::string_view bytes);

// What reading one needs beside its bytes, which lie 8-aligned.
struct SnapshotSource {
  Payloads& payloads;  // of this state; of those before it in the chain, and then of the records
  const event::Fetch& fetch;
  const plan::PlanOf& plan_of;  // for a run that was moved to another definition
};
// Adds a snapshot to a state that stands where it begins. Believes nothing: the error says what is
// wrong and where. The state is of no use after an error.
Result<void> read_snapshot(std::string_view bytes, State& state, const SnapshotSource& source);

// What the run was accepted with, from a whole snapshot; needs no plan.
Result<base::Doc> acceptance_in(std::string_view bytes, const event::Fetch& fetch);

}  // namespace weft::state
