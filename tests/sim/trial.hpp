// trial: a flow with its trouble on the real engine and by the reference, side by side.
#pragma once

#include "reference.hpp"
#include "sim_plans.hpp"
#include "sim_world.hpp"

namespace weft::tests {

struct Played {
  Answer answer;
  std::vector<Fact> facts;
  std::vector<Life> lives;
  std::vector<ToolCall> calls;
  std::vector<bool> may_repeat;  // by call
  std::string broken_rule;       // that needs no reference to be seen
  uint64_t decisions = 0;        // of a person

  bool is_disturbed() const;
};

// What a number of trials did, so that a test can ask whether they were worth something.
struct Tally {
  uint64_t runs = 0, processes = 0, crashes = 0, refused_commits = 0, jumps = 0, cancelled = 0,
           doubts = 0, failed = 0, completed = 0, partial = 0, retries = 0, choices = 0,
           diverted = 0, waits = 0;
};

Played play(const SimWorld::Plan& plan, const Trial& trial);

// What is told differently by the engine and by the reference; empty when nothing is.
std::string difference(const SimWorld::Plan& plan, const Trial& trial, WrongRules wrong = {},
                       Tally* tally = nullptr);

}  // namespace weft::tests
