// How a run leaves: it has ended, it rests, or it cannot go on here.
#include <algorithm>

#include <weft/draft/hook.h>

#include "engine/engine.hpp"
#include "engine/report.hpp"
#include "engine/slot.hpp"
#include "run/ways.hpp"

namespace weft::engine {

void Engine::refuse(Ticket& ticket, Error error) {
  ticket.report.run = ticket.run;
  ticket.report.error = std::move(error);
  close(ticket);
}

void Engine::close(Ticket& ticket) {
  {
    const base::Lock lock(inbox_.mutex());
    ticket.is_accepted.store(true, std::memory_order_release);
    ticket.is_done.store(true, std::memory_order_release);
  }
  inbox_.changed().notify_all();
}

// Nothing of the turn is durable: every run that it touched is dropped. What the store holds of
// them is whole, and resuming goes on from there. A run that keeps nothing loses nothing.
void Engine::give_up(const Error& error) {
  std::vector<Slot*> touched;
  touched.swap(touched_);
  kept_runs_.clear();
  for (Slot* slot : touched) {
    slot->is_touched = false;
    slot->ticket->is_accepted.store(true, std::memory_order_release);
    if (!slot->is_durable) continue;
    std::erase_if(published_, [&](const Published& p) { return p.run == slot->run.get(); });
    finish(*slot, &error);
  }
}

// The run leaves the engine; its memory stays until every sink has seen its last event.
void Engine::finish(Slot& slot, const Error* error) {
  Ticket& ticket = *slot.ticket;
  if (error != nullptr) {
    ticket.report.run = ticket.run;
    ticket.report.error = *error;
  } else {
    ticket.report = make_report(*slot.run, ticket.wants_detail);
  }
  if (slot.open_calls > 0) {
    calls_.for_each_open([&](Call& call) {
      if (call.run != slot.number || call.is_forgotten) return;
      call.is_forgotten = true;
      // Whoever waits for this call to try the tool again waits no longer.
      const run::Called way = run::called(slot.run->state, call.of);
      breakers_.record(slot.run->state.plan->tools[way.tool], Breakers::Outcome::neither, tick_);
    });
  }
  gate_.leave(slot.number);
  close(ticket);
  const bool is_told = slot.is_durable && error == nullptr && !ticket.wants_detail;
  const bool is_over = state::is_ended(slot.run->state.status);
  if (left_ && is_told && (!is_over || ticket.came_back)) left_(ticket);
  slot.is_gone = true;
  const uint32_t index = slot.number & ((1U << slot_bits) - 1);
  free_slots_.push_back(slot.number);
  retired_.push_back(std::move(slots_[index]));
}

void Engine::retire() {
  if (retired_.empty()) return;
  const auto is_gone = [](const Held& held) { return held.slot->is_gone; };
  for (auto* list : {&ready_, &held_, &performing_}) std::erase_if(*list, is_gone);
  std::erase_if(retired_, [&](const std::unique_ptr<Slot>& slot) {
    // A run may leave before its last events are published, but not after the end of that turn.
    if (slot->published.empty()) {
      for (const auto& channel : channels_) slot->published.push_back(channel->pushed());
    }
    if (slot->open_calls > 0) return false;  // a plugin may still read its arguments
    if (slot->open_hooks > 0) return false;  // and a hook may still want something beside it
    for (size_t i = 0; i < slot->published.size(); ++i) {
      if (channels_[i]->consumed() < slot->published[i]) return false;
    }
    gate_.forget(slot->number);
    return true;
  });
}

void Engine::flush_sinks() {
  for (const auto& channel : channels_) {
    if (!channel->flush()) (void)ask_here(WEFT_AT_EVENT_HANDLER_ERROR, {});
  }
}

}  // namespace weft::engine
