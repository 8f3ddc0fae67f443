// Scope: what the names of an expression mean in a frame of a run.
#pragma once

#include <weft/value.hpp>

#include "expr/root.hpp"
#include "state/state.hpp"

namespace weft::run {

struct FrameScope;

// A value beside the run that an expression speaks of.
struct SharedName {
  uint32_t scope;         // spec::StateScope
  std::string_view root;  // as it is written, such as $custom.NAME
  std::string_view key;   // or empty: all of the scope
};

// Whoever can reach those.
struct SharedReader {
  void* self = nullptr;
  expr::Found (*read)(void* self, const FrameScope& from, const SharedName& name) = nullptr;
};

// Borrowed while one expression is evaluated.
struct FrameScope {
  const state::State* state;
  const state::Frame* frame;
  Value result{};                  // what the name 'result' means, where it means something
  Value original{};                // in a compensation: what it undoes
  Value reason{};                  // and why
  uint32_t node = event::no_node;  // that speaks: it sees what stands in its own lane
  Value bindings{};                // of its visit, while it begins
  uint32_t visit = 0;              // which one that is
  SharedReader shared{};

  expr::Scope lend(int64_t now_ns, uint64_t seed) const { return {this, look_up, now_ns, seed}; }

 private:
  static expr::Found look_up(const void* self, const expr::Asked& asked, Arena arena);
  Value binding(Key name) const;
  Value variable(Key name) const;
  Value given() const;
  expr::Found of_step(const state::Frame& holder, uint32_t n, Key first) const;
  Value history(const state::Frame& holder, uint32_t n, Arena arena) const;
};

// The bare result of a node that succeeded, without the envelope it may have come in.
Value result_of(const state::Frame& frame, uint32_t node);

// What is told of a result, or of a block that has none: iterations, tokens, and the like. And of a
// block that is closed.
Value about(const state::State& state, const state::Frame& frame, uint32_t node);
Value about_closed(const state::Frame& frame);

}  // namespace weft::run
