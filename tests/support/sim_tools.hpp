// SimTools: tools that delay, fail, hang, answer late, twice or never, as their arguments say.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include <weft/tool.h>

#include "plugin/bound.hpp"
#include "plugin/port.hpp"
#include "sim_env.hpp"

namespace weft::tests {

// What a tool saw.
struct SimCall {
  std::string tool, name;  // name: of the arguments
  uint32_t attempt = 0;
  std::string key;
  int64_t at = 0;
  bool operator==(const SimCall&) const = default;
};

// Arguments are {name, value?, do?, ms?, times?}. Attempts up to 'times' (or all) do what 'do'
// says; all others answer {name, value} at once:
//   later, twice   answer after ms, once or twice         fail, refuse  may, may not be retried
//   hang           answers when it is cancelled           never         answers nothing at all
//   late           does not hear of a cancellation and answers after ms
//   meta           answers {result, message}              bad           gives a status nobody knows
class SimTools final {
 public:
  SimTools(SimEnv& env, plugin::Port& port);
  SimTools(const SimTools&) = delete;
  SimTools& operator=(const SimTools&) = delete;

  plugin::BoundTool bound(uint32_t component);
  uint32_t count(std::string_view name) const;  // of calls

  std::vector<SimCall> calls;
  bool is_dead = false;  // the process ended: nothing has an effect any more

 private:
  struct Tool {
    SimTools* all;
    uint32_t kind;
    weft_tool table;
  };
  static weft_status start(void* self, const weft_call* call, weft_out* out) noexcept;
  static void cancel(void* self, weft_op op) noexcept;
  weft_status act(const weft_call* call, std::string_view how, weft_out* out);
  void answer_at(int64_t tick, weft_op op, weft_status status, weft_val result);

  SimEnv& env_;
  plugin::Port& port_;
  std::deque<Tool> tools_;
  std::map<weft_op, bool> hanging_;
};

}  // namespace weft::tests
