#include "engine/engine.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/units.hpp"
#include "engine/question.hpp"
#include "engine/report.hpp"
#include "engine/slot.hpp"
#include "run/fault.hpp"
#include "run/ways.hpp"
#include "state/sweep.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

constexpr int64_t tend_every_ns = 1'000'000'000;
constexpr uint64_t tend_every_bytes = uint64_t{4} << 20;

// Only what is done again leaves much behind; a run that goes through its steps once refers to
// nearly all that they made.
bool repeats(const run::Run& run, const run::Decision& decision) {
  const size_t blocks = run.state.plan->blocks.size();
  const event::Event& latest = decision.events.back();
  const bool is_of_frame = latest.frame != event::no_frame;
  return is_of_frame && (latest.visit != 0 || latest.frame >= blocks);
}

// As long as it lives, somebody waits for the run.
class Driving final {
 public:
  Driving(Ticket& ticket, bool counts) : ticket_(ticket), counts_(counts) {
    if (counts_) ticket_.drivers.fetch_add(1, std::memory_order_acq_rel);
  }
  ~Driving() {
    if (counts_) ticket_.drivers.fetch_sub(1, std::memory_order_acq_rel);
  }
  Driving(const Driving&) = delete;
  Driving& operator=(const Driving&) = delete;

 private:
  Ticket& ticket_;
  bool counts_;
};

}  // namespace

Engine::Engine(Parts parts)
    : env_(parts.env),
      ticks_(env_),
      store_(parts.store),
      journal_(*parts.store),
      shared_(*parts.store, journal_),
      hooks_(std::move(parts.hooks), parts.composition),
      gate_(std::move(parts.limits), *parts.store),
      decider_(hooks_.points(), {this, admit, gate_.is_needed()}, shared_.lend()),
      revive_(std::move(parts.revive)),
      bindings_of_(std::move(parts.bindings_of)),
      idle_(std::move(parts.idle)),
      left_(std::move(parts.left)),
      want_(std::move(parts.want)),
      start_(std::move(parts.start)),
      tended_(ticks_.now()),
      polled_(tended_) {
  for (const plugin::BoundSink& sink : parts.sinks) {
    channels_.push_back(std::make_unique<Channel>(sink, env_));
  }
  (void)ask_here(WEFT_AT_SYSTEM_STARTUP, {});
}

Engine::~Engine() {
  flush_sinks();
  (void)ask_here(WEFT_AT_SYSTEM_SHUTDOWN, {});
}

void Engine::submit(std::unique_ptr<Submission> submission) {
  Posted posted;
  posted.kind = Posted::Kind::submission;
  posted.submission = std::move(submission);
  inbox_.post(std::move(posted));
}

void Engine::post(std::shared_ptr<Ticket> ticket, run::Input input, base::Doc value) {
  Posted posted;
  posted.kind = Posted::Kind::input;
  posted.ticket = std::move(ticket);
  posted.input = input;
  posted.value = std::move(value);
  inbox_.post(std::move(posted));
}

// One thread decides at a time; the others wait for news, or for their turn.
bool Engine::drive(Ticket& ticket, int64_t until, bool accepted_is_enough) {
  const Driving driving(ticket, !accepted_is_enough);
  const auto is_over = [&] {
    return ticket.is_done.load(std::memory_order_acquire) ||
           (accepted_is_enough && ticket.is_accepted.load(std::memory_order_acquire));
  };
  while (!is_over()) {
    {
      base::Lock lock(inbox_.mutex());
      if (is_deciding_) {
        lock.wait(inbox_.changed());
        continue;
      }
      const int64_t now = ticks_.now();
      if (now >= until) return false;
      if (inbox_.is_empty() && !has_work_ && next_due_ > now) {
        const int64_t wait = std::min(next_due_, until) - now;
        if (wait > tend_every_ns * 3600) {
          lock.wait(inbox_.changed());
        } else {
          lock.wait_until(inbox_.changed(),
                          std::chrono::steady_clock::time_point(
                              std::chrono::nanoseconds(ticks_.mono_of(now + wait))));
        }
        continue;
      }
      is_deciding_ = true;
    }
    decide_and_give_way();
  }
  return true;
}

// A turn, then the blocking calls that no other thread took, done here while somebody else may
// decide. Requires: this thread has made is_deciding_ true.
bool Engine::decide_and_give_way() {
  const bool did = take_turn();
  std::vector<Call*> mine;
  mine.swap(deferred_);
  {
    const base::Lock lock(inbox_.mutex());
    is_deciding_ = false;
  }
  inbox_.changed().notify_all();
  for (Call* call : mine) work(call);
  return did || !mine.empty();
}

bool Engine::turn() {
  {
    const base::Lock lock(inbox_.mutex());
    if (is_deciding_) return false;
    is_deciding_ = true;
  }
  return decide_and_give_way();
}

bool Engine::take_turn() {
  tick_ = ticks_.now();
  const bool had_work = has_work_;
  has_work_ = is_over_ = false;
  const bool has_posted = !inbox_.is_empty();
  const bool is_due = next_due_ <= tick_;
  if (has_posted) take_posted();
  if (is_due) take_due();
  if (knows_milestones_ && shared_.take_news()) tell_waiting();
  if (polls() && tick_ - polled_ >= base::limits::message_poll_ns) take_messages();
  run_ready(ready_);
  if (!gate_.is_idle()) give_room();
  (void)commit();
  release();
  if (!kept_runs_.empty()) start_kept();
  run_ready(performing_);
  has_work_ = (knows_milestones_ && shared_.has_news()) || !kept_runs_.empty() ||
              !journal_.is_empty() || !ready_.empty() || !held_.empty() || !performing_.empty() ||
              gate_.has_news();
  if (!has_work_) tend();
  retire();
  if (!full_.empty() || shows_other_) sweep();
  update_next_due();
  return had_work || has_posted || is_due;
}

void Engine::take_posted() {
  posted_.clear();
  inbox_.take_all(posted_);
  for (Posted& posted : posted_) take(posted);
  posted_.clear();
}

void Engine::take(Posted& posted) {
  switch (posted.kind) {
    case Posted::Kind::submission: return begin(*posted.submission);
    case Posted::Kind::answer: return answered(posted.op);
    case Posted::Kind::input: break;
  }
  Slot* slot = slot_of(posted.ticket->number.load(std::memory_order_acquire));
  if (slot == nullptr) return;
  // Hooks have not said yet whether it begins.
  if (slot->run->state.seq == 0) {
    if (slot->early.size() < base::limits::messages) slot->early.push_back(std::move(posted));
    return;
  }
  posted.input.value = posted.value.view();
  decide(*slot, posted.input);
}

void Engine::decide(Slot& slot, const run::Input& input) {
  decision_.clear();
  // The wall clock may have been set back since another process recorded the run.
  decider_.decide(*slot.run, input, std::max(tick_, slot.run->state.updated), decision_);
  if (!admitted_.empty() || !gate_.is_idle()) check_room(slot);
  if (!slot.is_touched) {
    slot.is_touched = true;
    touched_.push_back(&slot);
  }
  const uint64_t saved = slot.run->state.saved.seq;
  if (slot.is_durable) {
    journal_.stage(slot.run->id, slot.run->state, decision_.events);
  } else if (state::is_ended(slot.run->state.status) && !decision_.events.empty()) {
    journal_.summarise(slot.run->id, slot.run->state);
  }
  if (!channels_.empty()) {
    for (const event::Event& e : decision_.events) publish(slot, e);
  }
  if (slot.known_status != slot.run->state.status) note_status(slot);
  const state::Vault& vault = slot.run->state.vault;
  const bool is_over = vault.held_bytes() > slot.run->state.plan->budget.memory;
  const bool is_full = vault.is_full() && !decision_.events.empty();
  is_over_ = is_over_ || is_over;
  if (is_over || (is_full && repeats(*slot.run, decision_))) full_.push_back(slot.number);
  // Routing may decide nothing at once, so the list stays as it is.
  for (const run::Command& command : decision_.commands) route(slot, command);
  if (saved != slot.run->state.saved.seq) tell_checkpoint(slot);
}

// The time limit of a run counts only while it runs.
void Engine::note_status(Slot& slot) {
  slot.known_status = slot.run->state.status;
  slot.expires = slot.run->state.expires_next();
  next_late_run_ = std::min(next_late_run_, slot.expires);
}

// Whether runs of this engine may get messages through the store.
bool Engine::polls() const {
  return store_->is_shared() && (slots_.size() > free_slots_.size() || !parked_.empty());
}

// What must not leave before the commit is held; what is harmless if it is lost is not.
void Engine::route(Slot& slot, const run::Command& command) {
  using Kind = run::Command::Kind;
  switch (command.kind) {
    case Kind::wake_at:
    case Kind::timer_at: return set_timer(slot, command);
    case Kind::limit: return note_status(slot);
    case Kind::stop: return stop_call(command, slot);
    case Kind::call: {
      const bool harmless = run::called(slot.run->state, command).effect <= spec::Effect::read;
      (slot.is_durable && !harmless ? held_ : ready_).push_back({&slot, command});
      return;
    }
    case Kind::ask: ready_.push_back({&slot, command}); return;
    default: (slot.is_durable ? held_ : ready_).push_back({&slot, command});
  }
}

// The list grows while it is worked on: what a call answers may lead to further calls. A run that
// has too much memory ends the turn, so that it is swept.
void Engine::run_ready(std::vector<Held>& list) {
  size_t done = 0;
  const size_t most = std::max<size_t>(list.size(), base::limits::turn_inputs);
  for (; done < list.size() && done < most && !is_over_; ++done) {
    const Held held = list[done];
    if (!held.slot->is_gone) perform(*held.slot, held.command);
  }
  list.erase(list.begin(), list.begin() + static_cast<std::ptrdiff_t>(done));
}

Result<void> Engine::commit() {
  gate_.keep(journal_);
  if (!journal_.is_empty()) {
    auto done = journal_.commit();
    shared_.settle(static_cast<bool>(done));
    if (!done) {
      kept_runs_.clear();  // what is not durable has not been wanted
      give_up(done.error());
      return done;
    }
  }
  for (Slot* slot : touched_) {
    slot->is_touched = false;
    slot->ticket->is_accepted.store(true, std::memory_order_release);
  }
  touched_.clear();
  return {};
}

void Engine::release() {
  publish_held();
  performing_.insert(performing_.end(), held_.begin(), held_.end());
  held_.clear();
}

void Engine::publish_held() {
  if (published_.empty()) return;
  for (const Published& p : published_) {
    for (const auto& channel : channels_) {
      if (channel->wants(event::area(p.event.type))) channel->push(p);
    }
  }
  if (listens(WEFT_AT_AFTER_EVENT_EMIT)) tell_published();
  published_.clear();
  for (const auto& channel : channels_) channel->drain();
}

// What long runs made and nobody refers to any more is given back, between two turns. What sinks
// are shown instead goes in two parts, for a sink that lags has never seen all of it.
void Engine::sweep() {
  const auto has_gone = [&](const std::vector<uint64_t>& until) {
    for (size_t i = 0; i < until.size(); ++i) {
      if (channels_[i]->consumed() < until[i]) return false;
    }
    return true;
  };
  bool is_left = false;
  for (const auto& slot : slots_) {
    if (!shows_other_ || slot == nullptr || !has_gone(slot->shown_until)) {
      is_left = is_left || (slot != nullptr && !slot->shown_before.empty());
      continue;
    }
    slot->shown_before = std::exchange(slot->shown, {});
    slot->shown_until.clear();
    is_left = is_left || !slot->shown_before.empty();
    for (const auto& channel : channels_) {
      slot->shown_until.push_back(channel->pushed() + published_.size());
    }
  }
  shows_other_ = shows_other_ && is_left;
  for (const auto& channel : channels_) {
    if (channel->consumed() < channel->pushed()) return;
  }
  if (!published_.empty()) return;
  for (const uint32_t number : full_) {
    Slot* slot = slot_of(number);
    if (slot == nullptr || !may_sweep(*slot)) continue;
    state::State& state = slot->run->state;
    const auto is_over = [&] { return state.vault.held_bytes() > state.plan->budget.memory; };
    if (state.vault.is_full() || is_over()) state::sweep(state);
    if (is_over()) end_for_memory(*slot);
  }
  full_.clear();
}

// Even without what nobody refers to any more it is too much.
void Engine::end_for_memory(Slot& slot) {
  if (slot.run->state.stopping.exists()) return;
  const Error error{Status::limit, "limit.memory",
                    "the values of the run take more than its budget of " +
                        base::size_text(slot.run->state.plan->budget.memory),
                    "raise 'budget.memory' in the definition, or keep large values in files"};
  base::Blocks blocks;
  run::Input input;
  input.kind = run::Input::Kind::expire;
  input.run = slot.number;
  input.value = run::fault(error, {}, blocks.arena());
  decide(slot, input);
  has_work_ = true;
}

// Calls and questions that wait hold arguments of steps, which are in the state; what hooks are to
// be told may not be there any more, nor the arguments of a call that was given up.
bool Engine::may_sweep(const Slot& slot) {
  const auto is_told = [&](const Held& held) {
    return held.slot == &slot && held.command.kind == run::Command::Kind::tell;
  };
  for (const auto* list : {&ready_, &held_, &performing_}) {
    if (std::any_of(list->begin(), list->end(), is_told)) return false;
  }
  bool is_left = false;
  calls_.for_each_open(
      [&](Call& call) { is_left = is_left || (call.run == slot.number && call.is_forgotten); });
  return !is_left;
}

// Housekeeping of the store, when nothing is urgent and there is something to keep.
void Engine::tend() {
  const uint64_t bytes = journal_.bytes_committed();
  if (bytes == tended_bytes_) return;
  const bool much = bytes - tended_bytes_ >= tend_every_bytes;
  if (!much && tick_ - tended_ < tend_every_ns) return;
  tended_ = tick_;
  tended_bytes_ = bytes;
  // A failure here loses nothing: the log still holds everything, and the next commit tells.
  (void)store_->tend();
  if (idle_) idle_();
}

}  // namespace weft::engine
