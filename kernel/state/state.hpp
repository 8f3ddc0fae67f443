// State: what is true of one run now; fold is the only thing that changes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weft/draft/pattern.h>
#include <weft/value.hpp>

#include "event/event.hpp"
#include "plan/plan.hpp"
#include "state/frames.hpp"
#include "state/layer.hpp"
#include "state/vault.hpp"
#include "state/waits.hpp"

namespace weft::state {

enum class RunStatus : uint8_t {
  pending,
  running,
  paused,
  waiting,
  completed,
  partially_completed,
  failed,
  cancelled,
  compensating,
};
inline constexpr uint8_t run_status_count = 9;
std::string_view to_text(RunStatus status);
inline bool is_ended(RunStatus s) {
  return s >= RunStatus::completed && s != RunStatus::compensating;
}

// The word for a status of a node, as weft/draft/pattern.h numbers them.
std::string_view node_status_text(uint8_t status);
inline bool is_node_ended(uint8_t s) { return s >= WEFT_NODE_SUCCEEDED && s != WEFT_NODE_UNKNOWN; }
inline bool is_node_active(uint8_t s) { return s >= WEFT_NODE_READY && s <= WEFT_NODE_WAITING; }

// The table of one frame: a column for each thing known of its nodes. A value is the arguments
// while the node is active and its result or error when it has ended.
struct Frame {
  uint32_t number = 0;
  uint32_t block = 0;            // in the plan
  const Frame* outer = nullptr;  // the parent; these five never change once the frame is open
  uint32_t parent = event::no_frame;
  uint32_t parent_node = event::no_node;
  uint32_t parent_visit = 0;
  uint32_t count = 0;                // of nodes
  uint32_t active = 0;               // ready, running or waiting
  uint32_t prev = event::no_node;    // the latest that succeeded
  uint32_t detour = event::no_node;  // where hooks sent it: no other node begins before this one
  bool stopping = false;             // its nodes were asked to end; no more are started
  bool closed = false;
  bool passed_pivot = false;  // only forward recovery is tried
  bool joining = false;       // its pattern has ended it; it waits for what becomes of conflicts
  bool released = false;      // closed and superseded: its table is given back
  bool is_dirty = false;      // listed in State::dirty
  Value memo;
  Value rollback;  // payload of rollback_started, once it failed and undoes what it did
  Value before;    // the variables when it was opened; of a call, what it was begun with

  const weft_slot** value = nullptr;
  int64_t* began = nullptr;  // ticks, meaningful once begun and ended
  int64_t* ended = nullptr;
  uint32_t* visit = nullptr;
  uint32_t* order = nullptr;  // low half of the sequence with which the visit began
  uint16_t* attempt = nullptr;
  uint8_t* status = nullptr;
  uint8_t* traits = nullptr;  // event flags of the value
  uint8_t* dirty = nullptr;   // by chunk: 1 when a node of it changed since the latest snapshot
  char* memory = nullptr;
  uint64_t memory_bytes = 0;

  uint32_t* inner = nullptr;  // by node: its latest frame; null while there was none
  uint64_t inner_bytes = 0;
};

inline Frame& Frames::operator[](uint32_t number) {
  return groups_[number / group_frames][number % group_frames];
}
inline const Frame& Frames::operator[](uint32_t number) const {
  return groups_[number / group_frames][number % group_frames];
}

// What a snapshot writes at once.
inline constexpr uint32_t chunk_nodes = 256;
inline uint32_t chunks_of(uint32_t nodes) { return (nodes + chunk_nodes - 1) / chunk_nodes; }

// In traits beside the event flags: the node was asked to end, or goes on with its alternative.
inline constexpr uint8_t trait_stopping = 128;
inline constexpr uint8_t trait_diverted = 64;

// A step whose effect can be undone, in the order in which they were done.
struct Undo {
  enum class Stage : uint8_t { due, running, waiting, done, failed };
  uint32_t frame = 0, node = 0, visit = 0;
  Stage stage = Stage::due;
  bool is_doubted = false;
  uint16_t attempt = 0;
  const weft_slot* arguments = nullptr;     // of the step; null where they are the plan's
  const weft_slot* result = nullptr;        // null when it is in doubt
  const weft_slot* compensation = nullptr;  // arguments of the compensation, once it began
};

inline constexpr uint8_t undo_stage_count = 5;

// A visit of a step that has another one by now.
struct Pass {
  uint32_t frame = 0, node = 0, visit = 0, order = 0;
  uint16_t attempt = 0;
};

// What an earlier visit of a step gave, of whose history something speaks.
struct Past {
  uint32_t frame = 0, node = 0;
  bool is_envelope = false;
  const weft_slot* result = nullptr;  // null when it gave none
};

// The chain of snapshots that a store has of a run: a whole one and those that add to it.
struct Saved {
  void add(bool whole, uint64_t the_seq, uint64_t bytes);

  uint64_t seq = 0;           // of the latest; 0 when there is none
  uint64_t whole_bytes = 0;   // of the first
  uint64_t chain_bytes = 0;   // of those that add to it
  uint32_t links = 0;         // of all, their number
  uint64_t record_bytes = 0;  // of records since the latest
};

struct State {
  State(std::shared_ptr<const plan::Plan> the_plan, Pages& the_pages)
      : plan(std::move(the_plan)), pages(&the_pages), vault(the_pages) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State();

  std::shared_ptr<const plan::Plan> plan;      // shared with whoever loaded it and its other runs
  std::shared_ptr<const plan::Plan> arriving;  // the one that run_migrated moves it to
  std::vector<std::shared_ptr<const plan::Plan>> before_moves;  // values may still lie in them
  Pages* pages;
  Vault vault;
  RunStatus status = RunStatus::pending;
  uint64_t seq = 0;  // of the latest event
  uint64_t seed = 0;
  int64_t accepted = 0, updated = 0, ended = 0;  // ticks
  int64_t since = 0;  // from when on its time limit counts: accepted, or resumed the last time
  int64_t spent = 0;  // of its time limit before that
  Value acceptance;   // payload of run_accepted
  Value input, params;
  Value stopping;                // payload of run_stopping, when the run was asked to end
  Value outcome;                 // result, error or reason
  Value variables;               // an object
  Value reason;                  // why it waits or is paused
  Value moved;                   // payload of the latest run_migrated
  bool had_timer = false;        // it has rested until a time
  int64_t cost = 0, tokens = 0;  // what results say that they took, where there is a budget
  uint64_t base_seq = 0;         // of a fork: what came before is in the journal of its base
  uint32_t busy = 0;             // active nodes that are not blocks: what the run waits for
  uint32_t continued = 0;        // failures under the strategy 'continue'
  uint32_t doubted = 0;          // steps whose effect may or may not have happened
  Frames frames;
  std::vector<Wait> waits;
  std::vector<Signal> signals;
  std::vector<Vote> votes;
  std::vector<Undo> undo;
  std::vector<Layer> layers;                 // by frame and branch
  std::vector<const weft_slot*> signal_ids;  // of the latest signals that had one
  std::vector<const weft_slot*> confided;    // payloads that tell sensitive values beside the run
  std::vector<Pass> passes;                  // the latest of steps that are not iterations
  std::vector<Past> past;                    // as they came
  std::vector<uint32_t> dirty;               // frames that changed since the latest snapshot
  Saved saved;

  const plan::Block& block(const Frame& frame) const { return plan->blocks[frame.block]; }
  const plan::Node& node(const Frame& frame, uint32_t n) const {
    return plan->node(block(frame), n);
  }
  // The open frame that a running block step holds; null when there is none.
  Frame* child(const Frame& frame, uint32_t n);
  const Frame* child(const Frame& frame, uint32_t n) const;
  // Why it rests, or how it ended.
  Value why() const {
    const bool rests = status == RunStatus::waiting || status == RunStatus::paused;
    return rests ? reason : outcome;
  }
  // The tick at which the run is out of time, or with a frame, what that stands in; waits for
  // times, signals and people do not count. And of the run or whatever call is first.
  int64_t expires(uint32_t frame = event::no_frame) const;
  int64_t expires_next() const;
  // What a node waits for; null when it does not.
  const Wait* wait_of(uint32_t frame, uint32_t node) const;
  // Whether one frame stands in another, or is the same.
  bool is_within(uint32_t inner, uint32_t outer) const;
  int64_t counted(int64_t tick) const { return spent + tick - since; }  // of its time limit
};

// Where a step stands, such as 'outer/inner#2': ids from the outermost block on, visits above 0.
std::string step_path(const State& state, uint32_t frame, uint32_t node);
// The same of another visit than its latest.
std::string step_path(const State& state, uint32_t frame, uint32_t node, uint32_t visit);

// The frame has changed since the latest snapshot.
inline void touch(State& state, Frame& frame) {
  if (frame.is_dirty) return;
  frame.is_dirty = true;
  state.dirty.push_back(frame.number);
}

// Whether an event read from a journal speaks of frames and nodes that the plan has.
bool may_fold(const State& state, const event::Event& event);

// Opens a frame whose header is set. The frame before it of the same step, which is closed, and all
// within that one have been seen for the last time: their tables are given back.
void open_table(State& state, Frame& frame);

// What follows from tables and waits that were read is counted and not read.
void recount(State& state);

// Makes an empty state of the same plan and pool one that goes on from where the other stands, as a
// fork does. Payloads are shared. Takes time by the size of the open tables; neither knows of the
// other afterwards.
void copy(const State& from, State& to);

// Takes one event. Requires: it is the next in sequence and was decided or recorded for this run.
void fold(State& state, const event::Event& event);

// The payload of frame_opened.
inline int64_t frame_payload(uint32_t parent, uint32_t block) {
  return static_cast<int64_t>(uint64_t{parent} << 32 | block);
}

}  // namespace weft::state
