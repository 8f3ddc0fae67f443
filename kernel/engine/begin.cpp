// How a run comes in: new, from its records, or as a fork of another one.
#include "base/check.hpp"
#include "engine/engine.hpp"
#include "engine/slot.hpp"
#include "journal/recover.hpp"

namespace weft::engine {

using namespace weft::lit;

Engine::Slot* Engine::slot_of(uint32_t number) {
  const uint32_t index = number & ((1U << slot_bits) - 1);
  if (index >= slots_.size() || slots_[index] == nullptr) return nullptr;
  return slots_[index]->number == number ? slots_[index].get() : nullptr;
}

Engine::Slot* Engine::holder_of(uint32_t number) {
  Slot* slot = slot_of(number);
  if (slot != nullptr) return slot;
  for (const auto& retired : retired_) {
    if (retired->number == number) return retired.get();
  }
  return nullptr;
}

Engine::Slot& Engine::new_slot() {
  auto slot = std::make_unique<Slot>();
  if (free_slots_.empty()) {
    base::check(slots_.size() < (1U << slot_bits), "an engine holds at most a million runs");
    slot->number = static_cast<uint32_t>(slots_.size());
    slots_.push_back(std::move(slot));
    return *slots_.back();
  }
  const uint32_t before = free_slots_.back();
  free_slots_.pop_back();
  const uint32_t index = before & ((1U << slot_bits) - 1);
  slot->number = before + (1U << slot_bits);
  slots_[index] = std::move(slot);
  return *slots_[index];
}

// False when the records are damaged, of which the host has heard then.
bool Engine::read_back(Slot& slot, const std::vector<std::string>& records) {
  const plan::PlanOf plan_of = [&](Value named) -> Result<std::shared_ptr<const plan::Plan>> {
    auto found = bindings_of_(named);
    if (!found) return found.error();
    slot.bindings = std::move(*found);
    return slot.bindings->plan;
  };
  journal::Recovery recovery(slot.run->state, nullptr, journal::fetch_from(*store_),
                             bindings_of_ ? plan_of : plan::PlanOf());
  for (const std::string& piece : records) {
    const auto taken = recovery.take(piece);
    if (taken) continue;
    // What is lost is for people to judge; a fork goes on from the last good record.
    Error damaged = taken.error();
    if (recovery.cut()) {
      damaged.hint = "'weft fork " + slot.run->id + " --at " +
                     std::to_string(recovery.cut()->last) + "' goes on from the last good record";
    }
    finish(slot, &damaged);
    return false;
  }
  return true;
}

void Engine::begin(Submission& s) {
  Slot& slot = new_slot();
  slot.ticket = std::move(s.ticket);
  slot.bindings = std::move(s.bindings);
  slot.grants = std::move(s.grants);
  slot.run = std::make_unique<run::Run>(slot.number, slot.ticket->run, slot.bindings->plan, pages_);
  slot.ticket->number.store(slot.number, std::memory_order_release);
  const bool is_readable = s.records.empty() || read_back(slot, s.records);
  if (is_readable && s.moves_to != nullptr) {
    slot.bindings = std::move(s.moves_to);
    slot.run->state.arriving = slot.bindings->plan;
  }
  const plan::Plan& plan = *slot.bindings->plan;
  slot.is_durable = store_->is_durable() && plan.durability != plan::Durability::none;
  knows_milestones_ = knows_milestones_ || plan.has_milestones;
  know_breakers(plan);
  gate_.know(*slot.bindings);
  run::Input input;
  input.run = slot.number;
  if (s.records.empty()) {
    slot.started_by = std::move(s.started_by);
    if (listens(WEFT_AT_BEFORE_WORKFLOW_START)) return ask_start(slot, std::move(s.acceptance));
    return accept(slot, s.acceptance.view());
  }
  if (!is_readable) return;
  if (state::is_ended(slot.run->state.status)) return finish(slot, nullptr);
  if (!slot.bindings->unfit.code.empty()) return finish(slot, &slot.bindings->unfit);
  input.kind = !s.fork.empty()   ? run::Input::Kind::fork
               : !s.move.empty() ? run::Input::Kind::move
                                 : run::Input::Kind::resume;
  if (!s.move.empty()) input.value = s.move.view();
  if (!s.fork.empty()) {
    input.value = s.fork.view();
    const std::string base(input.value["run"_k].as_text());
    if (slot.is_durable) journal_.put("fork/" + base + '/' + slot.run->id, null_value());
  }
  decide(slot, input);
  polled_ = 0;  // what was left for it comes in this very turn, before it rests again
  if (!s.settles || slot.run->state.doubted == 0) return;
  input.kind = run::Input::Kind::settle;
  input.result = static_cast<uint32_t>(s.settle);
  decide(slot, input);
}

}  // namespace weft::engine
