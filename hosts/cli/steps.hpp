// Steps: how the steps of a run stand, as its events tell it, in the order of a tree.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include <weft/draft/sink.h>

namespace weft::cli {

enum class StepState : uint8_t {
  running,
  retrying,
  succeeded,
  failed,
  skipped,
  cancelled,
  doubted
};

struct Step {
  std::string path, name;
  uint32_t depth = 0;
  StepState state = StepState::running;
  int64_t began = 0, ended = 0;  // wall time
  uint32_t attempt = 0;
  std::string note;  // why it failed, was skipped or is tried again

  bool has_ended() const { return state != StepState::running && state != StepState::retrying; }
};

class Steps final {
 public:
  // The step that changed, or null when the event tells nothing of steps.
  const Step* take(const weft_event& event);
  // Forgets the first step when it has ended and nothing of it is left. False otherwise.
  bool drop_first();

  const std::list<Step>& all() const { return steps_; }
  uint32_t running() const { return running_; }
  uint32_t ended() const { return ended_; }

 private:
  Step& find(const weft_event& event);
  void forget_one();

  std::list<Step> steps_;
  std::unordered_map<std::string, std::list<Step>::iterator> by_path_;
  uint32_t running_ = 0, ended_ = 0;
};

}  // namespace weft::cli
