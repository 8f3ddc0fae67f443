// Questions to hooks: who is asked, what an answer means, and what the run hears of it.
#include <algorithm>
#include <atomic>

#include <weft/draft/hook.h>

#include "base/check.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/valid.hpp"
#include "engine/engine.hpp"
#include "engine/question.hpp"
#include "engine/slot.hpp"
#include "run/points.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;
using Entry = Hooks::Entry;

namespace {

// Points where a hook may say that a step is to be left out.
bool may_skip(uint32_t point) {
  return point == WEFT_AT_BEFORE_TOOL_EXECUTION || point == WEFT_AT_TOOL_VALIDATION ||
         point == WEFT_AT_BEFORE_STAGE;
}

// Where what is asked about has not happened yet: what cannot be judged does not happen.
bool is_before(uint32_t point) {
  return point != WEFT_AT_AFTER_TOOL_EXECUTION && point != WEFT_AT_TOOL_ERROR &&
         point != WEFT_AT_BEFORE_EVENT_EMIT;
}

// What the next event of the step holds anyway.
bool is_recorded_beside(uint32_t point, uint32_t result) {
  const bool of_call = point >= WEFT_AT_BEFORE_TOOL_EXECUTION && point <= WEFT_AT_TOOL_ERROR;
  return of_call && (result == WEFT_VERDICT_MODIFIED || result == WEFT_VERDICT_REPLACE);
}

Value error_value(const Error& error, Builder b) {
  b.begin_object();
  b.set("code"_k, std::string_view(error.code));
  b.set("message"_k, std::string_view(error.message));
  if (!error.hint.empty()) b.set("hint"_k, std::string_view(error.hint));
  b.end_object();
  return b.take_value();
}

}  // namespace

Engine::Question& Engine::open_question(const Command& of, uint32_t run) {
  if (free_questions_.empty()) {
    questions_.push_back(std::make_unique<Question>());
    free_questions_.push_back(questions_.back().get());
  }
  Question& q = *free_questions_.back();
  free_questions_.pop_back();
  q.of = of;
  q.run = run;
  q.point = of.point;
  q.data = of.args;
  q.is_asked = of.kind == Command::Kind::ask;
  return q;
}

void Engine::close_question(Question& q) {
  q.clear();
  free_questions_.push_back(&q);
}

void Engine::ask_hooks(Slot& slot, const Command& command) {
  Question& q = open_question(command, slot.number);
  // Arguments were found valid; whoever listens to that is asked first.
  const bool is_call = command.point == WEFT_AT_BEFORE_TOOL_EXECUTION;
  if (is_call && listens(WEFT_AT_TOOL_VALIDATION)) q.point = WEFT_AT_TOOL_VALIDATION;
  go_on_asking(q);
}

void Engine::go_on_asking(Question& q) {
  while (!ask_next(q)) {
    const bool is_first = q.point == WEFT_AT_TOOL_VALIDATION && q.point != q.of.point;
    if (q.has_ended || !is_first) return conclude(q);
    q.point = q.of.point;
    q.next = 0;
    q.about = q.shown = {};
  }
}

// True when somebody on another thread has to answer first.
bool Engine::ask_next(Question& q) {
  const bool side_by_side =
      q.is_asked && hooks_.composition().mode != Composition::Mode::sequential;
  auto& all = hooks_.all();
  while (q.next < all.size() && !q.has_ended) {
    Entry& entry = all[q.next++];
    if (!entry.listens(q.point)) continue;
    if (!Hooks::admits(entry, tick_)) {
      bypass(q, entry, "its breaker is open");
      continue;
    }
    if (!q.about.exists()) q.about = subject_of(q);
    if (entry.may_block() && !q.is_alone && ask_elsewhere(q, entry)) {
      ++q.open;
      if (side_by_side) continue;
      return true;
    }
    ask_inline(q, entry);
  }
  return q.open > 0;
}

void Engine::ask_inline(Question& q, Entry& entry) {
  clear(error_);
  const uint32_t cancel = 0;
  const weft_val subject = subject_for(q, entry).raw();
  const weft_call call{sizeof call,  1,           0, subject, q.arena.raw(), &cancel, 0,
                       {nullptr, 0}, {nullptr, 0}};
  weft_out out{sizeof out, 0, {nullptr, 0}, &error_};
  const bool is_timed = ++entry.calls % base::limits::hook_samples == 0;
  const int64_t began = is_timed ? ticks_.now() : 0;
  weft_status status = Hooks::call(entry, q.point, call, subject, out);
  if (is_timed && ticks_.now() - began > base::limits::hook_slow_ns) Hooks::was_slow(entry, tick_);
  if (status > 0) {
    say(error_, WEFT_ERR_BUG,
        "the hook did not answer at once, and does not say that it may block");
    status = WEFT_FAILED;
  }
  take_answer(q, entry, {status, out.flags, Value(out.val), &error_});
}

// The call has a copy of the subject: neither the run nor the question wait for a hook that hangs.
bool Engine::ask_elsewhere(Question& q, Entry& entry) {
  Call* call = calls_.open();
  if (call == nullptr) return false;
  if (q.kept.empty()) {
    q.kept = base::pack(q.about);
    q.about = q.kept.view();
    q.shown = {};
    if (q.data.exists()) q.data = q.about["data"_k];
  }
  call->is_hook = true;
  call->engine = this;
  call->run = q.run;
  call->question = &q;
  call->entry = &entry;
  call->point = q.point;
  call->subject = base::pack(subject_for(q, entry));
  if (Slot* slot = holder_of(q.run)) ++slot->open_hooks;
  call->due = tick_ + base::limits::hook_deadline_ns;
  next_late_call_ = std::min(next_late_call_, call->due);
  clear(call->error);
  call->out = {sizeof call->out, 0, {nullptr, 0}, &call->error};
  weft_call& c = call->call;
  c.size = sizeof c;
  c.attempt = 1;
  c.args = call->subject.raw();
  c.arena = call->arena.raw();
  c.cancel = &call->cancel;
  c.deadline_ns = ticks_.mono_of(call->due);
  c.idem_key = c.trace = {nullptr, 0};
  start_elsewhere(*call);
  return true;
}

// On any thread.
weft_status Engine::work_of_hook(Call& call) {
  const Ticks& ticks = static_cast<const Engine*>(call.engine)->ticks_;
  const int64_t began = ticks.now();
  const weft_status status =
      Hooks::call(*call.entry, call.point, call.call, call.subject.raw(), call.out);
  call.spent_ns = ticks.now() - began;
  return status;
}

void Engine::hook_answered(Call& call) {
  auto* question = static_cast<Question*>(call.question);
  if (question == nullptr) {  // it was left alone meanwhile
    calls_.stray.fetch_add(1, std::memory_order_relaxed);
    return calls_.close(call);
  }
  Question& q = *question;
  --q.open;
  if (call.spent_ns > base::limits::hook_slow_ns) Hooks::was_slow(*call.entry, tick_);
  const bool is_moved = call.doc.release != nullptr;
  const Value value(is_moved ? call.doc.val : call.out.val);
  take_answer(q, *call.entry, {call.status, call.out.flags, value, &call.error});
  const uint32_t run = call.run;
  calls_.close(call);
  if (q.open == 0) go_on_asking(q);
  if (Slot* slot = holder_of(run)) --slot->open_hooks;
}

// It had its second; what it guards goes on without it, or fails.
void Engine::leave_hook(Call& call) {
  Question& q = *static_cast<Question*>(call.question);
  call.question = nullptr;
  call.is_forgotten = true;
  std::atomic_ref<uint32_t>(call.cancel).store(1, std::memory_order_release);
  Hooks::failed(*call.entry, tick_);
  --q.open;
  bypass(q, *call.entry, "it did not answer in time");
  if (q.open == 0) go_on_asking(q);
  if (Slot* slot = holder_of(call.run)) --slot->open_hooks;
}

void Engine::bypass(Question& q, Entry& entry, std::string_view why) {
  const bool is_fatal = q.is_asked && entry.listener.is_mandatory;
  if (is_fatal) {
    q.has_ended = true;
    q.result = WEFT_VERDICT_CANCEL;
    q.value = error_value({Status::denied, "hook.unavailable",
                           "the mandatory hook '" + std::string(entry.id()) +
                               "' could not be asked: " + std::string(why),
                           "repair the hook; it is asked again after a while"},
                          Builder(q.arena.words()));
  }
  if (!q.is_asked && std::exchange(entry.is_told, true)) return;
  Builder b(q.arena.words());
  begin_note(q, entry, b);
  b.set("reason"_k, why);
  if (is_fatal) b.set("result"_k, q.result);
  if (is_fatal) b.set("value"_k, q.value);
  b.end_object();
  q.notes.push_back(b.take_value());
}

void Engine::begin_note(const Question& q, const Entry& entry, Builder& b) {
  b.begin_object();
  b.set("hook"_k, entry.id());
  b.set("point"_k, run::point_name(q.point));
  if (q.of.phase != run::Phase::none) b.set("phase"_k, run::phase_text(q.of.phase));
}

void Engine::note_verdict(Question& q, const Entry& entry, uint32_t result, Value value) {
  Builder b(q.arena.words());
  begin_note(q, entry, b);
  b.set("result"_k, result);
  if (value.exists() && !is_recorded_beside(q.point, result)) b.set("value"_k, value);
  if (!q.votes.empty()) b.set("votes"_k, q.votes.size());
  Slot* slot = slot_of(q.run);
  if (result == WEFT_VERDICT_REDIRECT && slot != nullptr && q.of.frame != event::no_frame) {
    const run::Target to = run::target_of(slot->run->state, asked_at(q), value);
    if (to.kind == run::Target::Kind::step) b.set("target"_k, to.node);
  }
  b.end_object();
  q.notes.push_back(b.take_value());
}

// What was asked, as it stands now.
Command Engine::asked_at(const Question& q) {
  Command at = q.of;
  at.point = static_cast<uint16_t>(q.point);
  return at;
}

void Engine::take_answer(Question& q, Entry& entry, const HookAnswer& answer) {
  const uint32_t place = q.answers++;
  Builder b(q.arena.words());
  uint32_t result = answer.flags;
  Value value;
  if (answer.status < 0) {
    // To refuse is a verdict; anything else is a fault of the hook, too.
    const bool is_meant = answer.status == WEFT_DENIED || answer.status == WEFT_CANCELLED;
    is_meant ? Hooks::succeeded(entry) : Hooks::failed(entry, tick_);
    result = WEFT_VERDICT_CANCEL;
    b.text({answer.error->msg, std::min<size_t>(answer.error->msg_len, sizeof answer.error->msg)});
    value = b.take_value();
    if (!run::is_legal(result, q.point, q.of.phase)) return;
  } else {
    if (result == WEFT_VERDICT_CONTINUE && answer.value.exists()) result = WEFT_VERDICT_MODIFIED;
    if (result == WEFT_VERDICT_SKIPPED && !may_skip(q.point)) result = WEFT_VERDICT_CONTINUE;
    if (result == WEFT_VERDICT_CONTINUE) {
      Hooks::succeeded(entry);
      return count_vote(q, entry, {result, place}, {});
    }
    auto fine = judge(q, result, answer.value, &value);
    if (!fine) return refuse_answer(q, entry, fine.error());
    const bool saw_all = entry.listener.sees_secrets;
    if (result == WEFT_VERDICT_MODIFIED && !saw_all) value = restored(q, value);
    Hooks::succeeded(entry);
  }
  if (count_vote(q, entry, {result, place}, value), q.is_asked && is_voting()) return;
  follow(q, entry, result, value);
}

void Engine::count_vote(Question& q, Entry& entry, const Vote& vote, Value value) {
  if (!q.is_asked || !is_voting()) return;
  q.votes.push_back(vote);
  q.voters.push_back({&entry, value});
}

// Whether the verdict can be followed; its payload is copied to the question.
Result<void> Engine::judge(Question& q, uint32_t result, Value given, Value* value) {
  if (given.exists()) {
    auto copy = base::copy_checked(given, q.arena.words());
    if (!copy) return copy.error();
    *value = *copy;
  }
  const bool forks = result == WEFT_VERDICT_FORK && run::is_legal(result, q.point, q.of.phase);
  if (forks) return want_runs(*value, nullptr);
  const Slot* slot = q.is_alone ? nullptr : slot_of(q.run);
  if (slot != nullptr) return run::may_follow(slot->run->state, asked_at(q), result, *value);
  if (run::is_legal(result, q.point, q.of.phase)) return {};
  return Error{Status::failed,
               "hook.illegal_result",
               "a hook gave result " + std::to_string(result) + ", which is not legal at " +
                   std::string(run::point_name(q.point)),
               "repair or remove the hook",
               {},
               WEFT_ERR_BUG};
}

// An illegal result is a fault of the hook and recorded; before a thing happens it stops the thing.
void Engine::refuse_answer(Question& q, Entry& entry, const Error& error) {
  Hooks::failed(entry, tick_);
  const Value fault = error_value(error, Builder(q.arena.words()));
  Builder b(q.arena.words());
  const bool stops = q.is_asked && is_before(q.point);
  begin_note(q, entry, b);
  if (stops) b.set("result"_k, WEFT_VERDICT_CANCEL + 0U);
  b.set("error"_k, fault);
  b.end_object();
  q.notes.push_back(b.take_value());
  if (!stops) return;
  q.has_ended = true;
  q.result = WEFT_VERDICT_CANCEL;
  q.value = fault;
}

void Engine::follow(Question& q, Entry& entry, uint32_t result, Value value) {
  if (result == WEFT_VERDICT_CACHE && !follow_cache(q, &result, &value)) return;
  note_verdict(q, entry, result, value);
  if (result == WEFT_VERDICT_FORK) (void)want_runs(value, &q.wanted);
  if (result == WEFT_VERDICT_CACHE || result == WEFT_VERDICT_FORK) return;
  q.result = result;
  q.value = value;
  if (result != WEFT_VERDICT_MODIFIED) {
    q.has_ended = true;
    return;
  }
  // The next one sees what this one made of it.
  q.data = value;
  Builder b(q.arena.words());
  b.begin_object();
  for (uint32_t i = 0; i < q.about.size(); ++i) {
    const Key name(q.about.key(i));
    if (name.view() != "data") b.set(name, q.about[i]);
  }
  b.set("data"_k, value);
  b.end_object();
  q.about = b.take_value();
  q.shown = {};
}

void Engine::conclude(Question& q) {
  if (!q.votes.empty() && !q.has_ended) {
    const size_t won = winner(q.votes, hooks_.composition());
    if (won != SIZE_MAX) follow(q, *q.voters[won].entry, q.votes[won].result, q.voters[won].value);
  }
  if (q.is_alone) return;  // whoever asked reads the verdict and closes
  Slot* slot = holder_of(q.run);
  if (q.held != nullptr) {
    decide_reply(slot, q);
  } else if (slot != nullptr) {
    if (!slot->is_gone) decide_verdict(*slot, q);
    keep_runs(*slot, q.wanted);
  }
  close_question(q);
}

// Notes as they are recorded; missing when there are none.
Value Engine::notes_of(Question& q) {
  if (q.notes.empty()) return {};
  Builder b(q.arena.words());
  b.begin_array();
  for (const Value note : q.notes) b.link(note);
  b.end_array();
  return b.take_value();
}

void Engine::decide_verdict(Slot& slot, Question& q) {
  if (q.of.point == WEFT_AT_BEFORE_WORKFLOW_START) return accept(slot, q);
  if (!q.is_asked && q.notes.empty()) return;
  Input input = reply_to(q.of, slot.number);
  input.kind = Input::Kind::verdict;
  input.point = q.of.point;
  input.result = q.is_asked ? q.result : run::only_told;
  input.value = q.value;
  input.flags = q.flags;
  input.notes = notes_of(q);
  decide(slot, input);
}

}  // namespace weft::engine
