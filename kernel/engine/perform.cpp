// Doing what was decided: calls of tools, questions to hooks.
#include <atomic>
#include <cstring>

#include <weft/draft/hook.h>

#include "base/limits.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

constexpr weft_error no_error{sizeof(weft_error), 0, 0, 0, 0, {0}, {nullptr, 0}};

// Only what says that there is no error; the text is 484 bytes that nobody reads then.
void clear(weft_error& error) {
  error.size = sizeof error;
  error.status = WEFT_OK;
  error.flags = error.retry_after_ms = error.msg_len = 0;
  error.detail = {nullptr, 0};
}

void say(weft_error& error, uint32_t flags, std::string_view message) {
  clear(error);
  error.flags = flags;
  error.msg_len = static_cast<uint32_t>(message.copy(error.msg, sizeof error.msg - 1));
}

Input reply_to(const Command& command, uint32_t run) {
  Input input;
  input.kind = Input::Kind::reply;
  input.attempt = command.attempt;
  input.run = run;
  input.frame = command.frame;
  input.node = command.node;
  input.visit = command.visit;
  return input;
}

// Whether the run still wants what was commanded.
bool is_current(const run::Run& run, const Command& c) {
  const state::Frame& frame = run.state.frames[c.frame];
  return !frame.closed && frame.visit[c.node] == c.visit &&
         frame.status[c.node] == WEFT_NODE_RUNNING && frame.attempt[c.node] == c.attempt;
}

bool is_stopping(const run::Run& run, const Command& c) {
  return (run.state.frames[c.frame].traits[c.node] & state::trait_stopping) != 0;
}

}  // namespace

void Engine::perform(Slot& slot, const Command& command) {
  switch (command.kind) {
    case Command::Kind::call:
      if (!is_current(*slot.run, command)) return;
      return is_stopping(*slot.run, command) ? refuse_call(slot, command)
                                             : perform_call(slot, command);
    case Command::Kind::ask: return ask_hooks(slot, command);
    case Command::Kind::tell: {
      Value ignored;
      (void)hook_verdict(slot, command, &ignored);
      return;
    }
    case Command::Kind::finished: return finish(slot, nullptr);
    case Command::Kind::parked:
      // A decision of a person may have come with the run, and then it goes on.
      if (slot.run->state.status == state::RunStatus::waiting) finish(slot, nullptr);
      return;
    default: return;
  }
}

// The step was asked to end before its call was made, so there is no call.
void Engine::refuse_call(Slot& slot, const Command& command) {
  weft_error error;
  say(error, WEFT_ERR_CANCELLED, "the step was asked to end before its tool was called");
  Input input = reply_to(command, slot.number);
  input.status = WEFT_CANCELLED;
  input.error = &error;
  decide(slot, input);
}

void Engine::perform_call(Slot& slot, const Command& command) {
  const state::State& state = slot.run->state;
  const plan::Node& node = state.node(state.frames[command.frame], command.node);
  Call* call = calls_.open();
  if (call == nullptr) {
    weft_error error;
    say(error, WEFT_ERR_RETRYABLE, "too many calls are open at once");
    Input input = reply_to(command, slot.number);
    input.status = WEFT_LIMIT;
    input.error = &error;
    return decide(slot, input);
  }
  call->engine = this;
  call->run = slot.number;
  call->of = command;
  call->tool = slot.bindings->tools[node.tool];
  call->grants = slot.grants.raw();
  call->key.clear();
  if (node.effect >= spec::Effect::idempotent) {
    call->key = slot.run->id + '/' + std::to_string(command.frame) + '/' +
                std::to_string(command.node) + '/' + std::to_string(command.visit);
  }
  const uint64_t timeout = state.plan->policies[node.policy].timeout_ns;
  const int64_t due = timeout != 0 ? tick_ + static_cast<int64_t>(timeout) : 0;
  weft_call& c = call->call;
  c.size = sizeof c;
  c.attempt = command.attempt;
  c.args = command.args.exists() ? command.args.raw() : weft_val{nullptr, 0};
  c.arena = call->arena.raw();
  c.cancel = &call->cancel;
  c.deadline_ns = due != 0 ? ticks_.mono_of(due) : 0;
  c.idem_key = to_str(call->key);
  c.trace = {nullptr, 0};
  clear(call->error);
  call->out = {sizeof call->out, 0, {nullptr, 0}, &call->error};

  if ((call->tool.flags & WEFT_BLOCKING) != 0) {
    call->due = due;
    ++slot.open_calls;
    if (due != 0) next_late_call_ = std::min(next_late_call_, due);
    return start_elsewhere(*call);
  }
  const weft_status status = call->tool.table->start(call->tool.self, &c, &call->out);
  if (status == WEFT_PENDING) {
    call->due = due;
    ++slot.open_calls;
    if (due != 0) next_late_call_ = std::min(next_late_call_, due);
    return;
  }
  answer_inline(slot, *call, status);
}

void Engine::answer_inline(Slot& slot, Call& call, weft_status status) {
  if (!calls_.claim(call, call.call.op)) {
    // The plugin completed the operation and then answered it once more; the first answer counts
    // and is in the inbox.
    ++slot.open_calls;
    return;
  }
  call.status = status;
  reply(slot, call);
  calls_.close(call);
}

void Engine::reply(Slot& slot, const Call& call) {
  Input input = reply_to(call.of, slot.number);
  input.status = call.status;
  input.error = call.status < 0 ? &call.error : nullptr;
  input.value = Value(call.out.val.root != nullptr ? call.out.val.root : &null_slot);
  if (call.doc.release != nullptr) {
    input.value = Value(call.doc.val.root != nullptr ? call.doc.val.root : &null_slot);
  }
  if ((call.out.flags & WEFT_OUT_META) != 0) input.flags = event::is_envelope;
  weft_error misbehaved;
  if (call.status > 0) {
    say(misbehaved, WEFT_ERR_BUG, "the tool answered with a status that a tool may not give");
    input.status = WEFT_FAILED;
    input.error = &misbehaved;
  } else if (call.is_late && call.status == WEFT_CANCELLED) {
    say(misbehaved, WEFT_ERR_TIMEOUT | WEFT_ERR_RETRYABLE,
        "the step took longer than its 'timeout'");
    input.status = WEFT_TIMEOUT;
    input.error = &misbehaved;
  }
  decide(slot, input);
}

// A posted answer; its token may have become void meanwhile.
void Engine::answered(weft_op op) {
  Call* call = calls_.find(op);
  if (call == nullptr) return;
  Slot* slot = holder_of(call->run);
  if (slot != nullptr) {
    --slot->open_calls;
    if (!call->is_forgotten && !slot->is_gone) {
      reply(*slot, *call);
    } else {
      calls_.stray.fetch_add(1, std::memory_order_relaxed);
    }
  }
  calls_.close(*call);
}

// A tool that may block goes to another thread, or to whoever drives once it has given up deciding.
void Engine::start_elsewhere(Call& call) {
  if (!env_.hand_off(env_.self, work, &call)) deferred_.push_back(&call);
}

// On any thread. The answer is published by its being posted.
void Engine::work(void* arg) {
  Call& call = *static_cast<Call*>(arg);
  auto& engine = *static_cast<Engine*>(call.engine);
  const weft_op op = call.call.op;
  const weft_status status = call.tool.table->start(call.tool.self, &call.call, &call.out);
  if (status == WEFT_PENDING) return;
  if (!engine.calls_.claim(call, op)) return;
  call.status = status;
  Posted posted;
  posted.kind = Posted::Kind::answer;
  posted.op = op;
  engine.inbox_.post(std::move(posted));
}

void Engine::stop_call(const Command& command, const Slot& slot) {
  calls_.for_each_open([&](Call& call) {
    if (call.run != slot.number || call.of.frame != command.frame || call.of.node != command.node ||
        call.was_asked) {
      return;
    }
    call.was_asked = true;
    std::atomic_ref<uint32_t>(call.cancel).store(1, std::memory_order_release);
    call.tool.table->cancel(call.tool.self, call.call.op);
    call.due = tick_ + base::limits::cancel_grace_ns;
    next_late_call_ = std::min(next_late_call_, call.due);
  });
}

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
    weft_error error = no_error;
    uint32_t cancel = 0;
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
