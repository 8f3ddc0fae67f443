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

// What a call does instead of what its arguments say.
enum class SimHow : uint8_t {
  ok,
  meta,    // answers {result, message}
  twice,   // answers a second time; only where it does not answer at once
  fail,    // may be tried again
  busy,    // may be tried again, but not before a quarter of a second
  refuse,  // a fault of the arguments
  deny,    // a permission is missing
  full,    // a resource is exhausted
  bad,     // gives a status nobody knows
  hang,    // answers when it is cancelled
  never,   // answers nothing at all
};
struct SimAct {
  SimHow how = SimHow::ok;
  int64_t after_ns = 0;  // 0 answers at once
};
// By the name in the arguments, an act for each attempt; beyond them all is well.
using SimTable = std::map<std::string, std::vector<SimAct>, std::less<>>;

// Arguments are {name, value?, do?, ms?, ns?, times?}. Attempts up to 'times' (or all) do what 'do'
// says; all others answer {name, value} at once:
//   later, twice   answer after ms and ns, once or twice         fail, refuse  may, may not be
//   retried hang           answers when it is cancelled           never         answers nothing at
//   all late           does not hear of a cancellation and answers after ms meta           answers
//   {result, message}              bad           gives a status nobody knows
//   wait           answers when the test says so, see answer()
class SimTools final {
 public:
  SimTools(SimEnv& env, plugin::Port& port);
  SimTools(const SimTools&) = delete;
  SimTools& operator=(const SimTools&) = delete;

  plugin::BoundTool bound(uint32_t component);
  uint32_t count(std::string_view name) const;  // of calls
  void forget() {                               // the process that made them is gone
    hanging_.clear();
    waiting.clear();
  }
  // The call of that name, which waits for it, ends well.
  void answer(const std::string& name);

  std::map<std::string, weft_op> waiting;

  std::vector<SimCall> calls;
  const SimTable* table = nullptr;  // outlives the calls; null: the arguments say what happens
  bool is_dead = false;             // the process ended: nothing has an effect any more

 private:
  struct Tool {
    SimTools* all;
    uint32_t kind;
    weft_tool table;
  };
  static weft_status start(void* self, const weft_call* call, weft_out* out) noexcept;
  static void cancel(void* self, weft_op op) noexcept;
  weft_status act(const weft_call* call, std::string_view how, weft_out* out);
  weft_status act(const weft_call* call, const SimAct& act, weft_out* out);
  void answer_at(int64_t tick, weft_op op, weft_status status, weft_val result);

  SimEnv& env_;
  plugin::Port& port_;
  std::deque<Tool> tools_;
  std::map<weft_op, bool> hanging_;
};

}  // namespace weft::tests
