// Replay: a run decided again from its recorded answers. Nothing is called but its patterns.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weft/travel.hpp>

#include "run/decide.hpp"
#include "travel/cause.hpp"
#include "travel/history.hpp"
#include "travel/recalled.hpp"

namespace weft::travel {

// Something that was answered, as whoever decides under another plan needs it.
struct Answer {
  Cause cause;
  std::string step;  // path; empty for what concerns the whole run
  int64_t tick = 0;
};

// Folds the recorded events and decides beside it. The recorded values live as long as it does.
class Replay final {
 public:
  Replay(const History& history, std::shared_ptr<const plan::Plan> plan);

  // Until the records end or the first difference. UNSUPPORTED when a decision cannot be led back
  // to its cause.
  Result<void> play();

  // differences, events, state and result; once.
  Replayed take_result();
  bool has_difference() const { return !replayed_.differences.empty(); }
  const state::State& recorded() const { return recorded_; }
  // In the order in which they came; complete only when nothing differs.
  const std::vector<Answer>& answers() const { return answers_; }
  // Events that tell what lies beside the run.
  const std::vector<event::Event>& shared() const { return shared_; }

 private:
  Result<void> decide();
  void learn_points(const run::Input& input);
  static bool admit(void* self, const run::Run& run, const run::Command& call);
  void learn_conflicts(bool is_verdict);
  void keep(const Cause& cause);
  void compare();
  bool differs(const event::Event* recorded, const event::Event* decided);

  const History* history_;
  state::Pages pages_;
  state::State recorded_;
  run::Run run_;
  Recalled recalled_;
  run::Decider decider_;
  uint64_t points_ = 0;              // at which hooks were asked, as far as the record shows
  std::vector<event::Event> batch_;  // the recorded events of one decision
  run::Decision decision_;
  std::vector<Answer> answers_;
  std::vector<event::Event> shared_;
  Replayed replayed_;
  std::optional<Error> error_;
};

}  // namespace weft::travel
