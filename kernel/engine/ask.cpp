// Questions to hooks and what they answer.
#include <algorithm>

#include <weft/draft/hook.h>

#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

void Engine::ask_hooks(Slot& slot, const Command& command) {
  Value value = command.args;
  Input input = reply_to(command, slot.number);
  input.kind = Input::Kind::verdict;
  input.result = hook_verdict(slot, command, &value);
  input.value = value;
  decide(slot, input);
}

Value Engine::hook_subject(const Slot& slot, const Command& command, Value data) {
  const state::State& state = slot.run->state;
  const plan::Node& node = state.node(state.frames[command.frame], command.node);
  const Key field = command.point == WEFT_AT_BEFORE_TOOL_EXECUTION ? "args"_k
                    : command.point == WEFT_AT_TOOL_ERROR          ? "error"_k
                                                                   : "result"_k;
  Builder b(words_.arena());
  b.begin_object();
  b.set("run"_k, std::string_view(slot.run->id));
  b.set("workflow"_k, std::string_view(state.plan->id));
  b.set("step"_k, std::string_view(state::step_path(state, command.frame, command.node)));
  if (node.tool != plan::none) b.set("tool"_k, std::string_view(state.plan->tools[node.tool].id));
  b.set(field, data);
  b.end_object();
  return b.take_value();
}

// The first verdict that is not to go on ends the chain; modified data feeds the next hook.
uint32_t Engine::hook_verdict(Slot& slot, const Command& command, Value* value) {
  words_.reset();
  Value data = command.args;
  bool is_modified = false;
  for (const plugin::BoundHook& hook : hooks_) {
    if ((hook.table->points >> command.point & 1U) == 0) continue;
    const Value subject = hook_subject(slot, command, data);
    weft_error error{};
    error.size = sizeof error;
    const uint32_t cancel = 0;
    const weft_call call{sizeof call,  1,           0, subject.raw(), words_.raw(), &cancel, 0,
                         {nullptr, 0}, {nullptr, 0}};
    weft_out out{sizeof out, 0, {nullptr, 0}, &error};
    const weft_status status = hook.table->on(hook.self, command.point, &call, subject.raw(), &out);
    uint32_t result = out.flags;
    if (status < 0) {
      Builder b(words_.arena());
      b.text({error.msg, std::min<size_t>(error.msg_len, sizeof error.msg)});
      *value = b.take_value();
      return WEFT_VERDICT_CANCEL;
    }
    if (result == WEFT_VERDICT_CONTINUE && out.val.root != nullptr) result = WEFT_VERDICT_MODIFIED;
    if (result == WEFT_VERDICT_CONTINUE) continue;
    data = Value(out.val);
    if (result != WEFT_VERDICT_MODIFIED) {
      *value = data;
      return result;
    }
    is_modified = true;
  }
  *value = data;
  return is_modified ? WEFT_VERDICT_MODIFIED : WEFT_VERDICT_CONTINUE;
}

}  // namespace weft::engine
