// Runs that rest: who keeps them in memory, when they come back, and messages for them.
#include <algorithm>

#include "base/limits.hpp"
#include "base/valid.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Input;

namespace {

constexpr std::string_view inbox_prefix = "inbox/";

}  // namespace

// A run that rests leaves memory: one that waits for somebody outside always, unless its host said
// that it stays; one that waits for a time alone unless somebody waits for the run.
void Engine::park(Slot& slot, int64_t due) {
  const state::RunStatus status = slot.run->state.status;
  const bool rests = status == state::RunStatus::waiting || status == state::RunStatus::paused;
  // Something may have come with it, and then it goes on. A call that was left is not waited for.
  bool awaits_call = false;
  if (slot.open_calls > 0) {
    calls_.for_each_open([&](const Call& call) {
      awaits_call = awaits_call || (call.run == slot.number && !call.is_forgotten);
    });
  }
  if (!rests || awaits_call) return;
  Ticket& ticket = *slot.ticket;
  if (due == state::never) {
    if (!ticket.stays) finish(slot, nullptr);
    return;
  }
  const auto& waits = slot.run->state.waits;
  const bool asks = std::any_of(waits.begin(), waits.end(), [](const state::Wait& w) {
    return w.kind == state::Wait::Kind::signal || w.kind == state::Wait::Kind::approval ||
           w.kind == state::Wait::Kind::milestone;
  });
  const bool is_driven = ticket.drivers.load(std::memory_order_acquire) > 0;
  const bool can_leave = slot.is_durable && revive_ != nullptr;
  if (!can_leave || (asks ? ticket.stays : is_driven)) return;
  Parked parked{due, {}};
  if (slot.run->id.size() > parked.run.size()) return;
  slot.run->id.copy(parked.run.data(), parked.run.size());
  // Room for as many again, as vectors keep it, would be half of what runs at rest cost.
  if (parked_.size() == parked_.capacity())
    parked_.reserve(parked_.size() + parked_.size() / 16 + 8);
  parked_.push_back(parked);
  std::push_heap(parked_.begin(), parked_.end());
  if (!is_driven) ticket.parked_until.store(due, std::memory_order_release);
  finish(slot, nullptr);
}

size_t Engine::parked_count() const { return parked_.size(); }

std::string_view Engine::Parked::id() const {
  return {run.data(), static_cast<size_t>(std::find(run.begin(), run.end(), '\0') - run.begin())};
}

void Engine::wake_parked() {
  while (!parked_.empty() && parked_.front().due <= tick_) {
    std::pop_heap(parked_.begin(), parked_.end());
    const Parked parked = parked_.back();
    parked_.pop_back();
    if (revive_) revive_(parked.id());
  }
}

// The run that the store holds messages for is in memory, or comes back for them.
void Engine::take_messages() {
  polled_ = tick_;
  auto found = store_->scan(inbox_prefix, {}, base::limits::messages);
  if (!found) return;
  for (const Value entry : found->view()) {
    const std::string_view key = entry["key"_k].as_text();
    const std::string_view rest = key.substr(inbox_prefix.size());
    const std::string_view run = rest.substr(0, rest.find('/'));
    for (const auto& slot : slots_) {
      if (slot == nullptr || slot->is_gone || slot->run->id != run) continue;
      take_message(*slot, key, entry["value"_k].as_bytes());
      break;
    }
    const auto parked = std::find_if(parked_.begin(), parked_.end(),
                                     [&](const Parked& p) { return p.id() == run; });
    if (parked == parked_.end() || !revive_) continue;
    parked_.erase(parked);
    std::make_heap(parked_.begin(), parked_.end());
    revive_(run);
  }
}

// Steps of runs in memory that wait for what lies beside them. One that has left memory is asked
// when it comes back.
void Engine::tell_waiting() {
  for (size_t i = 0; i < slots_.size(); ++i) {
    Slot* slot = slots_[i].get();
    if (slot == nullptr || slot->is_gone || !slot->run->state.plan->has_milestones) continue;
    const auto& waits = slot->run->state.waits;
    const auto first = std::find_if(waits.begin(), waits.end(), [](const state::Wait& w) {
      return w.kind == state::Wait::Kind::milestone;
    });
    if (first == waits.end()) continue;
    Input input;
    input.kind = Input::Kind::wake;
    input.run = slot->number;
    input.frame = first->frame;
    input.node = first->node;
    decide(*slot, input);
  }
}

// Taken away in the same commit as what it led to. One that is damaged is taken away alone.
void Engine::take_message(Slot& slot, std::string_view key, std::string_view bytes) {
  if (slot.run->state.seq == 0) return;  // hooks have not said yet whether it begins
  journal_.erase(std::string(key));
  if (!base::validate(bytes.data(), bytes.size())) return;
  Input input;
  input.kind = Input::Kind::message;
  input.run = slot.number;
  input.value = Value(reinterpret_cast<const weft_slot*>(bytes.data()));
  decide(slot, input);
}

}  // namespace weft::engine
