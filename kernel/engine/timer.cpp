// What becomes due: attempts, timers of patterns, calls and runs that are out of time.
#include <algorithm>
#include <atomic>

#include "base/limits.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using run::Input;

void Engine::set_timer(Slot& slot, const run::Command& command) {
  Input input;
  input.kind = command.kind == run::Command::Kind::wake_at ? Input::Kind::wake : Input::Kind::fired;
  input.attempt = command.attempt;
  input.run = slot.number;
  input.frame = command.frame;
  input.node = command.node;
  input.visit = command.visit;
  input.is_compensation = command.is_compensation;
  // Those of runs that left would stay until they are due; they go before the heap grows.
  if (heap_.size() == heap_.capacity()) {
    std::erase_if(heap_, [&](const Due& due) { return slot_of(due.run) == nullptr; });
    std::make_heap(heap_.begin(), heap_.end());
  }
  heap_.push_back({command.due, ++timers_set_, slot.number, input});
  std::push_heap(heap_.begin(), heap_.end());
}

void Engine::take_due() {
  while (!heap_.empty() && heap_.front().at <= tick_) {
    std::pop_heap(heap_.begin(), heap_.end());
    const Due due = heap_.back();
    heap_.pop_back();
    Slot* slot = slot_of(due.run);
    if (slot != nullptr) decide(*slot, due.input);
  }
  wake_parked();
  if (next_late_call_ <= tick_) take_late_calls();
  if (next_late_run_ <= tick_) take_late_runs();
}

// Calls rarely get late, so nothing is kept per call but its own time: all open ones are looked at
// when the earliest known time has come.
void Engine::take_late_calls() {
  next_late_call_ = INT64_MAX;
  calls_.for_each_open([&](Call& call) {
    if (call.due == 0 || call.is_forgotten) return;
    if (call.due > tick_) {
      next_late_call_ = std::min(next_late_call_, call.due);
      return;
    }
    if (!call.was_asked) {
      call.was_asked = call.is_late = true;
      std::atomic_ref<uint32_t>(call.cancel).store(1, std::memory_order_release);
      call.tool.table->cancel(call.tool.self, call.call.op);
      call.due = tick_ + base::limits::cancel_grace_ns;
      next_late_call_ = std::min(next_late_call_, call.due);
      return;
    }
    // It did not end in time: the step goes on without it. The memory of the call stays until the
    // plugin answers, for it may still write there.
    call.is_forgotten = true;
    abandoned_.push_back(&call);
  });
  for (Call* call : abandoned_) abandon(*call);
  abandoned_.clear();
  const auto look = [&](Call& call) {
    if (call.is_forgotten) return;
    if (call.due <= tick_) return abandoned_.push_back(&call);
    next_late_call_ = std::min(next_late_call_, call.due);
  };
  calls_.for_each_open(look, true);
  for (Call* call : abandoned_) leave_hook(*call);
  abandoned_.clear();
}

void Engine::abandon(const Call& call) {
  Slot* slot = slot_of(call.run);
  if (slot == nullptr) return;
  weft_error error{};
  error.size = sizeof error;
  error.flags = call.is_late ? WEFT_ERR_TIMEOUT | WEFT_ERR_RETRYABLE : WEFT_ERR_CANCELLED;
  const std::string_view message = call.is_late
                                       ? "the step took longer than its 'timeout' and did not end"
                                       : "the step was asked to end and did not";
  error.msg_len = static_cast<uint32_t>(message.copy(error.msg, sizeof error.msg - 1));
  Input input = reply_to(call.of, call.run);
  input.status = call.is_late ? WEFT_TIMEOUT : WEFT_CANCELLED;
  input.error = &error;
  // A tool that does not even end counts against it, and no longer holds up who would try it.
  learn(*slot, call, input);
  decide(*slot, input);
}

void Engine::take_late_runs() {
  next_late_run_ = INT64_MAX;
  for (const auto& slot : slots_) {
    if (slot == nullptr || slot->is_gone) continue;
    if (slot->expires > tick_) {
      next_late_run_ = std::min(next_late_run_, slot->expires);
      continue;
    }
    slot->expires = INT64_MAX;
    Input input;
    input.kind = Input::Kind::expire;
    input.run = slot->number;
    decide(*slot, input);
  }
}

void Engine::update_next_due() {
  next_due_ = std::min(next_late_call_, next_late_run_);
  if (!heap_.empty()) next_due_ = std::min(next_due_, heap_.front().at);
  if (!parked_.empty()) next_due_ = std::min(next_due_, parked_.front().due);
  if (!gate_.is_idle()) next_due_ = std::min(next_due_, gate_.due(tick_));
  if (polls()) next_due_ = std::min(next_due_, polled_ + base::limits::message_poll_ns);
}

}  // namespace weft::engine
