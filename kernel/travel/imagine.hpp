// Imagine: what another definition would have made of the answers that a run got.
#pragma once

#include <map>
#include <memory>
#include <queue>
#include <set>
#include <string>
#include <vector>

#include "travel/replay.hpp"

namespace weft::travel {

// Answers are handed to the step of the same path and visit, in the order in which they came;
// timers fire when they are due, and what happened to the process that ran it does not happen.
class Imagined final {
 public:
  // What was replayed outlives it.
  Imagined(const Replay& replayed, std::string run, std::shared_ptr<const plan::Plan> plan);

  // Until no step that runs has an answer left.
  void play();

  // What it would have recorded.
  History take_history();
  // state, result, unanswered and unused.
  void tell(Replayed& replayed) const;

 private:
  struct Due {
    int64_t at;
    uint64_t order;
    run::Input input;
    bool operator<(const Due& other) const {
      return at != other.at ? at > other.at : order > other.order;
    }
  };
  // An answer and where the step stands that waits for it.
  struct Ready {
    size_t answer;
    run::Command command;
    bool operator<(const Ready& other) const { return answer > other.answer; }
  };
  using Numbers = std::queue<size_t>;  // of answers

  bool step();
  void give(const Ready& ready);
  void give_common();
  void decide(const run::Input& input, int64_t tick);
  void perform(const run::Command& command);
  void want(const run::Command& command, bool is_asked);
  void stop(const run::Command& command);

  const std::vector<Answer>* answers_;
  state::Pages pages_;
  run::Run run_;
  Recollection recollection_;
  run::Decider decider_;
  run::Decision decision_;
  std::map<std::string, Numbers, std::less<>> replies_, verdicts_;  // by path
  Numbers common_;                                                  // what concerns the whole run
  std::priority_queue<Ready> ready_;
  std::priority_queue<Due> due_;
  std::map<std::string, run::Command, std::less<>> unanswered_;  // by path
  std::vector<run::Input> at_once_;
  std::vector<char> records_;
  int64_t tick_ = 0;
  uint64_t timers_ = 0;
};

}  // namespace weft::travel
