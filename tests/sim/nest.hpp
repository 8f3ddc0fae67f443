// nest: patterns in each other, one leaf inside all of them, and something that happens to one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim_tools.hpp"

namespace weft::tests {

enum class Shell : uint8_t { sequential, dag, flow, parallel, loop, call };
inline constexpr uint32_t shell_count = 6;

// What happens, and to whom: a level is the number of blocks around it, that of the leaf being the
// number of all.
struct Happening {
  enum class Kind : uint8_t {
    nothing,
    failure,         // of the leaf, and nobody goes on
    continued,       // of the leaf; the block or leaf of this level goes on
    skip,            // of the block or leaf of this level
    cancel,          // of the run, while the leaf runs
    sibling_failure  // beside the leaf, in the parallel block of this level, while the leaf runs
  };
  Kind kind = Kind::nothing;
  uint32_t level = 0;
};

// The outermost is the definition. Every level but a flow's, a loop's and a call's has a step
// before and one after what it holds, in a parallel block a branch beside it: b<level>, a<level>,
// s<level>. What is called is the workflow w<level>, which calls itself once before it does what it
// holds.
struct Nest {
  std::vector<Shell> shells;
  Happening happening;

  std::string definition() const;
  SimTable acts() const;  // of the tools
  // The names of the calls that are made, sorted; by the sentences of the documents alone.
  std::vector<std::string> calls() const;
  std::string status() const;
  // Of the leaf and its siblings, those that are asked to end.
  std::vector<std::string> cancelled() const;

 private:
  std::string block(uint32_t level) const;
  std::string inside(uint32_t level) const;
  std::string called(uint32_t level) const;
  bool reaches(uint32_t level) const;
  bool leaves(uint32_t level) const;
  bool is_edge_dead(uint32_t level) const;
  bool has_steps_around(uint32_t level) const;
};

// All stacks of this many shells, with everything that can happen to them.
std::vector<Nest> nests(uint32_t depth);

}  // namespace weft::tests
