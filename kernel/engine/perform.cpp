// Doing what was decided: calls of tools and what they answer.
#include <atomic>
#include <cstring>

#include "base/limits.hpp"
#include "base/number.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"
#include "run/ways.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

bool is_stopping(const run::Run& run, const Command& c) {
  if (c.is_compensation) return false;
  return (run.state.frames[c.frame].traits[c.node] & state::trait_stopping) != 0;
}

bool is_detached(const run::Run& run, const Command& c) {
  return run.state.node(run.state.frames[c.frame], c.node).kind == plan::Kind::detached;
}

// By which a tool knows a call that it has seen.
void write_key(const run::Run& run, const Command& command, std::string& key) {
  key = run.id;
  for (const uint32_t part : {command.frame, command.node, command.visit}) {
    key += '/';
    base::append_number(key, uint64_t{part});
  }
  // A step that is made again is undone again, by a call that is not the one before.
  if (command.is_compensation) {
    key += "/undo/" + std::to_string(state::Vault::seq_of(command.args.slot()));
  }
}

// Who cancels a run may say how long its calls may take to end.
int64_t grace_of(const state::State& state) {
  const bool is_cancelled = state.stopping.exists() && !state.stopping["error"_k].exists();
  if (!is_cancelled) return base::limits::cancel_grace_ns;
  return state.stopping["grace_ns"_k].as_i64(base::limits::run_grace_ns);
}

}  // namespace

void Engine::perform(Slot& slot, const Command& command) {
  switch (command.kind) {
    case Command::Kind::call:
      if (!is_current(*slot.run, command)) return gate_.drop(slot.number, command);
      if (is_stopping(*slot.run, command)) return refuse_call(slot, command);
      return is_detached(*slot.run, command) ? detach(slot, command) : perform_call(slot, command);
    case Command::Kind::ask:
    case Command::Kind::tell: return ask_hooks(slot, command);
    case Command::Kind::finished: return finish(slot, nullptr);
    case Command::Kind::parked: return park(slot, command.due);
    default: return;
  }
}

// The call is not made; error_ says why.
void Engine::refuse(Slot& slot, const Command& command, weft_status status) {
  Input input = reply_to(command, slot.number);
  input.status = status;
  input.error = &error_;
  input.was_not_called = true;
  gate_.drop(slot.number, command);
  if (hooks_.points() != 0) tell_faults(slot, command, input);
  decide(slot, input);
}

// The step was asked to end before its call was made, so there is no call.
void Engine::refuse_call(Slot& slot, const Command& command) {
  say(error_, WEFT_ERR_CANCELLED, "the step was asked to end before its tool was called");
  refuse(slot, command, WEFT_CANCELLED);
}

void Engine::perform_call(Slot& slot, const Command& command) {
  const state::State& state = slot.run->state;
  const run::Called way = run::called(state, command);
  const plan::Component& tool = state.plan->tools[way.tool];
  if (way.cache_ns != 0 && answer_from_cache(slot, command, way)) return;
  // A call that was announced before anybody knew that it needs room comes again when there is
  // some.
  const bool is_free = !*gate_.is_needed();
  if (!is_free && gate_.ask(*slot.run, command, tick_) == Gate::Answer::waits) return;
  Call* call = calls_.open();
  if (call == nullptr) {
    say(error_, WEFT_ERR_RETRYABLE, "too many calls are open at once");
    return refuse(slot, command, WEFT_LIMIT);
  }
  call->engine = this;
  call->run = slot.number;
  call->of = command;
  call->tool = slot.bindings->tools[way.tool];
  call->may_cache = way.cache_ns != 0;
  call->grants = slot.grants.raw();
  call->key.clear();
  if (way.effect >= spec::Effect::idempotent) write_key(*slot.run, command, call->key);
  const uint64_t timeout = way.policy->timeout_ns;
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
  if (state.plan->uses_secrets && !reveal_secrets(slot, *call)) return;
  // Asked last: the call that may try a tool again is made, or nobody would ever try.
  const Breakers::Answer admitted = breakers_.admit(tool, tick_);
  if (!admitted.may_call) {
    calls_.close(*call);
    say(error_, WEFT_ERR_RETRYABLE, "the tool failed too often and is left alone for a while");
    error_.retry_after_ms = static_cast<uint32_t>(admitted.wait_ns / 1'000'000 + 1);
    error_.detail =
        detail_of("breaker.open", "the tool is tried again by itself; see why it fails").raw();
    return refuse(slot, command, WEFT_LIMIT);
  }

  call->claim = gate_.bind(slot.number, command);
  if ((call->tool.flags & WEFT_BLOCKING) != 0) {
    call->due = due;
    ++slot.open_calls;
    if (due != 0) next_late_call_ = std::min(next_late_call_, due);
    return start_elsewhere(*call);
  }
  const weft_status status = call->tool.table->start(call->tool.self, &c, &call->out);
  if (status == WEFT_PENDING) {
    gate_.answers_later(tool.component);
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
  if (reply(slot, call)) calls_.close(call);
}

// False when hooks are asked about the answer: the call stays until it is decided.
bool Engine::reply(Slot& slot, Call& call) {
  free_room(call);
  Input input = reply_to(call.of, slot.number);
  input.status = call.status;
  input.error = call.status < 0 ? &call.error : nullptr;
  input.value = Value(call.out.val.root != nullptr ? call.out.val.root : &null_slot);
  if (call.doc.release != nullptr) {
    input.value = Value(call.doc.val.root != nullptr ? call.doc.val.root : &null_slot);
  }
  if ((call.out.flags & WEFT_OUT_META) != 0) input.flags = event::is_envelope;
  if (!call.secrets.empty()) redact_secrets(call, input);
  if (call.status > 0) {
    say(call.error, WEFT_ERR_BUG, "the tool answered with a status that a tool may not give");
    input.status = WEFT_FAILED;
    input.error = &call.error;
  } else if (call.is_late && call.status == WEFT_CANCELLED) {
    say(call.error, WEFT_ERR_TIMEOUT | WEFT_ERR_RETRYABLE,
        "the step took longer than its 'timeout'");
    input.status = WEFT_TIMEOUT;
    input.error = &call.error;
  }
  const bool is_plain = input.status == WEFT_OK && breakers_.are_calm() && !call.may_cache;
  if (!is_plain) learn(slot, call, input);
  if (hooks_.points() != 0 && ask_about(slot, call, input)) return false;
  decide(slot, input);
  return true;
}

// A posted answer; its token may have become void meanwhile.
void Engine::answered(weft_op op) {
  Call* call = calls_.find(op);
  if (call == nullptr) return;
  if (call->is_hook) return hook_answered(*call);
  free_room(*call);
  Slot* slot = holder_of(call->run);
  if (slot != nullptr) {
    --slot->open_calls;
    if (!call->is_forgotten && !slot->is_gone) {
      if (!reply(*slot, *call)) return;
    } else {
      // It was answered while its run ended, so that it was not given up with the others; whoever
      // waits for it to try the tool again waits no longer.
      const state::State& state = slot->run->state;
      const run::Called way = run::called(state, call->of);
      breakers_.record(state.plan->tools[way.tool], Breakers::Outcome::neither, tick_);
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
  const weft_status status = call.is_hook
                                 ? work_of_hook(call)
                                 : call.tool.table->start(call.tool.self, &call.call, &call.out);
  if (status == WEFT_PENDING) return;
  if (!engine.calls_.claim(call, op)) return;
  call.status = status;
  Posted posted;
  posted.kind = Posted::Kind::answer;
  posted.op = op;
  engine.inbox_.post(std::move(posted));
}

void Engine::stop_call(const Command& command, const Slot& slot) {
  const int64_t due = tick_ + grace_of(slot.run->state);
  calls_.for_each_open([&](Call& call) {
    if (call.run != slot.number || call.of.frame != command.frame || call.of.node != command.node ||
        call.was_asked) {
      return;
    }
    call.was_asked = true;
    std::atomic_ref<uint32_t>(call.cancel).store(1, std::memory_order_release);
    call.tool.table->cancel(call.tool.self, call.call.op);
    call.due = due;
    next_late_call_ = std::min(next_late_call_, call.due);
  });
}

}  // namespace weft::engine
