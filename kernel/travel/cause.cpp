// Law of this file: one row for each way in which a decision can begin. A new kind of input gets a
// row for each event that it can begin with.
#include "travel/cause.hpp"

#include <algorithm>

#include <weft/draft/hook.h>

#include "base/blocks.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;
using run::Input;
using state::RunStatus;
using state::State;
using Decision = std::span<const Event>;

void fail(Cause& cause, Value fault, uint32_t flags) {
  cause.input.status = WEFT_FAILED;
  cause.input.flags = run::as_recorded;
  cause.input.value = fault;
  cause.error.size = sizeof cause.error;
  cause.error.flags = flags;
  cause.error.retry_after_ms = static_cast<uint32_t>(fault["retry_after_ms"_k].as_u64());
}

uint8_t status_of(const State& state, const Event& e) {
  if (e.frame >= state.frames.size()) return any_status;
  const state::Frame& frame = state.frames[e.frame];
  return e.node < frame.count ? frame.status[e.node] : any_status;
}

namespace {

constexpr uint8_t any = any_status;

// Puts a message together: fill adds what belongs to the verb.
template <class Fill>
void say(Cause& cause, std::string_view verb, Fill fill) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("verb"_k, verb);
  fill(b);
  b.end_object();
  cause.words = std::make_shared<const base::Doc>(base::pack(b.take_value()));
  cause.input.value = cause.words->view();
}

void copy(Value from, Builder& to, std::initializer_list<Key> names) {
  for (const Key name : names) {
    if (from[name].exists()) to.set(name, from[name]);
  }
}

// --- a call has answered

void succeeded(Cause& cause, const State&, Decision d) {
  constexpr uint8_t kept = event::is_envelope | event::is_cached;
  cause.input.value = d[0].value();
  cause.input.flags = static_cast<uint8_t>((d[0].flags & kept) | run::as_recorded);
}

void failed(Cause& cause, const State&, Decision d) {
  fail(cause, d[0].value(), 0);
  cause.input.result = 1;
}

void failed_softly(Cause& cause, const State&, Decision d) { fail(cause, d[0].value(), 0); }

void diverted(Cause& cause, const State&, Decision d) { fail(cause, d[0].value()["error"_k], 0); }

void retried(Cause& cause, const State&, Decision d) {
  fail(cause, d[0].value()["error"_k], WEFT_ERR_RETRYABLE);
  cause.input.was_not_called = d[0].value()["was_not_called"_k].as_bool();
}

void cancelled(Cause& cause, const State&, Decision d) {
  fail(cause, d[0].value(), WEFT_ERR_CANCELLED);
  cause.input.status = WEFT_CANCELLED;
}

void compensated(Cause& cause, const State&, Decision d) {
  cause.input.value = d[0].value();
  cause.input.flags = d[0].flags & event::is_envelope;
  cause.input.attempt = d[0].attempt;
  cause.input.is_compensation = true;
}

void uncompensated(Cause& cause, const State& state, Decision d) {
  const bool waits = d[0].type == Type::step_waiting;
  waits ? retried(cause, state, d) : failed_softly(cause, state, d);
  cause.input.attempt = d[0].attempt;
  cause.input.is_compensation = true;
}

// An input that came too late; the decision is only that the run rests.
void late(Cause& cause, const State&, Decision) { cause.input.frame = event::no_frame; }

// --- hooks have answered

void allowed(Cause& cause, const State&, Decision d) {
  const bool is_changed = d[0].payload != nullptr;
  cause.input.result = is_changed ? WEFT_VERDICT_MODIFIED : WEFT_VERDICT_CONTINUE;
  cause.input.value = d[0].value();
}

void replaced(Cause& cause, const State& state, Decision d) {
  succeeded(cause, state, d);
  cause.input.result = WEFT_VERDICT_REPLACE;
}

void left_out(Cause& cause, const State&, Decision d) {
  cause.input.value = d[0].value();
  cause.input.result = WEFT_VERDICT_SKIPPED;
}

void refused(Cause& cause, const State&, Decision d) {
  cause.input.value = d[0].value();
  cause.input.flags = run::as_recorded;
  cause.input.result = WEFT_VERDICT_CANCEL;
}

// --- there was room, or none for too long

void had_room(Cause&, const State&, Decision) {}

void had_none(Cause& cause, const State& state, Decision d) {
  const bool is_diverted = d[0].type == Type::step_diverted || d[0].type == Type::approval_opened;
  is_diverted ? diverted(cause, state, d) : fail(cause, d[0].value(), 0);
  if (d[0].type == Type::step_retried) retried(cause, state, d);
  if (d[0].type == Type::step_failed) cause.input.result = 1;
  cause.input.was_not_called = true;
}

bool is_queued(const State& state, Decision d) {
  return (state.frames[d[0].frame].traits[d[0].node] & event::for_room) != 0;
}
// A process that comes back holds all that queued in a paused run.
bool is_one_queued(const State& state, Decision d) { return is_queued(state, d) && d.size() == 1; }

// --- the process, and time

void value_of(Cause& cause, const State&, Decision d) { cause.input.value = d[0].value(); }

void nothing_more(Cause&, const State&, Decision) {}

void undoing(Cause& cause, const State& state, Decision d) {
  const bool was_waiting =
      std::any_of(state.undo.begin(), state.undo.end(), [&](const state::Undo& u) {
        return u.frame == d[0].frame && u.node == d[0].node &&
               u.stage == state::Undo::Stage::waiting;
      });
  cause.input.kind = was_waiting ? Input::Kind::wake : Input::Kind::resume;
  cause.input.is_compensation = was_waiting;
}

void stopped(Cause& cause, const State&, Decision d) {
  const Value why = d[0].value();
  cause.input.value = why["error"_k].exists() ? why["error"_k] : why["reason"_k];
  if (why["error"_k].exists()) cause.input.kind = Input::Kind::expire;
}

// --- people and other programs

void settled(Cause& cause, const State& state, Decision d) {
  const auto is_decided = [&](const Event& e) {
    return (e.type == Type::step_started || e.type == Type::step_queued ||
            e.type == Type::step_failed) &&
           status_of(state, e) == WEFT_NODE_UNKNOWN;
  };
  const auto first = std::find_if(d.begin(), d.end(), is_decided);
  const bool gives_up = first != d.end() && first->type == Type::step_failed;
  const auto count = std::count_if(d.begin(), d.end(), is_decided);
  if (first == d.end() || static_cast<uint32_t>(count) == state.doubted) {
    cause.input = {};
    cause.input.kind = Input::Kind::settle;
    cause.input.result = static_cast<uint32_t>(gives_up ? run::Settle::fail : run::Settle::again);
    return;
  }
  say(cause, "settle", [&](Builder& b) {
    b.set("step"_k, std::string_view(state::step_path(state, first->frame, first->node)));
    b.set("how"_k, std::string_view(gives_up ? "fail" : "again"));
  });
  cause.input.kind = Input::Kind::message;
}

void signalled(Cause& cause, const State&, Decision d) {
  const Value about = d[0].value();
  say(cause, "signal", [&](Builder& b) {
    copy(about, b, {"name"_k, "data"_k, "id"_k});
    b.set("transient"_k, about["reason"_k].as_text() == "nobody waited for it");
  });
}

void decided(Cause& cause, const State& state, Decision d) {
  say(cause, "decide", [&](Builder& b) {
    b.set("step"_k, std::string_view(state::step_path(state, d[0].frame, d[0].node)));
    copy(d[0].value(), b, {"by"_k, "approve"_k, "data"_k, "comment"_k, "choice"_k});
  });
}

bool has(Value list, std::string_view text) {
  if (!list.is_array()) return false;
  for (const Value one : list) {
    if (one.as_text() == text) return true;
  }
  return false;
}

// By a person, or because nobody decided in time.
void escalated(Cause& cause, const State& state, Decision d) {
  if (d[0].value()["reason"_k].as_text() != "delegated") {
    cause.input.kind = Input::Kind::wake;
    return;
  }
  const Value people = d[0].value()["people"_k];
  const state::Wait* wait = state.wait_of(d[0].frame, d[0].node);
  const Value before = wait != nullptr ? Value(wait->about)["people"_k] : Value();
  say(cause, "delegate", [&](Builder& b) {
    b.set("step"_k, std::string_view(state::step_path(state, d[0].frame, d[0].node)));
    if (people.size() > 0) b.set("to"_k, people[people.size() - 1]);
    for (uint32_t i = 0; before.is_array() && i < before.size(); ++i) {
      if (!has(people, before[i].as_text())) return b.set("from"_k, before[i]);
    }
  });
}

void paused(Cause& cause, const State&, Decision d) {
  const Value about = d[0].value();
  say(cause, "pause", [&](Builder& b) {
    b.set("reason"_k, about["message"_k]);
    copy(about, b, {"by"_k});
    b.set("now"_k, std::any_of(d.begin(), d.end(),
                               [](const Event& e) { return e.type == Type::step_waiting; }));
  });
}

void resumed(Cause& cause, const State& state, Decision d) {
  if (state.status != RunStatus::paused) {
    cause.input.kind = Input::Kind::resume;
    return;
  }
  say(cause, "resume", [&](Builder& b) { b.set("reason"_k, d[0].value()); });
}

void updated(Cause& cause, const State&, Decision d) {
  say(cause, "update", [&](Builder& b) {
    b.key("changes"_k);
    b.begin_object();
    for (const Value change : d[0].value()["changes"_k]) {
      b.set(Key(change["path"_k].as_text()), change["new"_k]);
    }
    b.end_object();
  });
}

bool is_terminated(const State&, Decision d) {
  const bool by_leaving =
      d[0].type != Type::step_cancelled || d[0].value().as_text() == "its block has ended";
  return d.back().type == Type::run_cancelled && by_leaving;
}

void terminated(Cause& cause, const State&, Decision d) {
  say(cause, "terminate", [&](Builder& b) { b.set("reason"_k, d.back().value()); });
}

bool waits_for_room(const State&, Decision d) {
  return d[0].value()["for"_k].as_text() == "resource";
}
bool waits_to_undo(const State&, Decision d) {
  return d[0].value()["for"_k].as_text() == "compensation";
}
bool is_of_run(const State&, Decision d) { return d[0].frame == event::no_frame; }

void asked_to_write(Cause& cause, const State&, Decision d) {
  const Value message = d[0].value()["message"_k];
  cause.input.value = message;
}

bool is_of_write(const State&, Decision d) { return d[0].value()["for"_k].as_text() == "write"; }

struct Row {
  Type type;
  uint8_t before;  // status of the node
  Input::Kind kind;
  void (*fill)(Cause& cause, const State& before, Decision decision);
  bool (*fits)(const State& before, Decision decision) = nullptr;
};

constexpr Row rows[] = {
    {Type::run_accepted, any, Input::Kind::submit, value_of},
    {Type::run_forked, any, Input::Kind::fork, value_of},
    {Type::run_migrated, any, Input::Kind::move, value_of},

    {Type::step_doubted, any, Input::Kind::message, terminated, is_terminated},
    {Type::step_cancelled, any, Input::Kind::message, terminated, is_terminated},
    {Type::frame_closed, any, Input::Kind::message, terminated, is_terminated},

    {Type::step_succeeded, WEFT_NODE_RUNNING, Input::Kind::reply, succeeded},
    {Type::step_failed, WEFT_NODE_RUNNING, Input::Kind::reply, failed},
    {Type::step_retried, WEFT_NODE_RUNNING, Input::Kind::reply, retried},
    {Type::step_cancelled, WEFT_NODE_RUNNING, Input::Kind::reply, cancelled},
    {Type::step_skipped, WEFT_NODE_RUNNING, Input::Kind::reply, failed_softly},
    {Type::step_diverted, WEFT_NODE_RUNNING, Input::Kind::reply, diverted},
    {Type::approval_opened, WEFT_NODE_RUNNING, Input::Kind::reply, diverted},
    {Type::step_waiting, WEFT_NODE_RUNNING, Input::Kind::reply, retried, waits_for_room},
    {Type::step_waiting, any, Input::Kind::reply, uncompensated, waits_to_undo},
    {Type::step_compensated, any, Input::Kind::reply, compensated},
    {Type::step_uncompensated, any, Input::Kind::reply, uncompensated},
    {Type::run_waiting, any, Input::Kind::reply, late},

    {Type::step_started, WEFT_NODE_READY, Input::Kind::granted, had_room, is_queued},
    {Type::step_waiting, WEFT_NODE_READY, Input::Kind::granted, had_room, is_one_queued},
    {Type::step_waiting, WEFT_NODE_READY, Input::Kind::resume, nothing_more, is_queued},
    {Type::step_failed, WEFT_NODE_READY, Input::Kind::granted, had_none, is_queued},
    {Type::step_retried, WEFT_NODE_READY, Input::Kind::granted, had_none, is_queued},
    {Type::step_diverted, WEFT_NODE_READY, Input::Kind::granted, had_none, is_queued},
    {Type::step_skipped, WEFT_NODE_READY, Input::Kind::granted, had_none, is_queued},
    {Type::approval_opened, WEFT_NODE_READY, Input::Kind::granted, had_none, is_queued},

    {Type::step_started, WEFT_NODE_READY, Input::Kind::verdict, allowed},
    {Type::step_queued, WEFT_NODE_READY, Input::Kind::verdict, allowed},
    {Type::step_succeeded, WEFT_NODE_READY, Input::Kind::verdict, replaced},
    {Type::step_skipped, WEFT_NODE_READY, Input::Kind::verdict, left_out},
    {Type::step_failed, WEFT_NODE_READY, Input::Kind::verdict, refused},

    {Type::step_started, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::step_queued, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::step_succeeded, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::step_failed, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::step_waiting, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::approval_opened, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::state_changed, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::scope_changed, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::state_read, WEFT_NODE_WAITING, Input::Kind::wake, nothing_more},
    {Type::run_started, any, Input::Kind::wake, nothing_more},
    {Type::timer_fired, any, Input::Kind::fired, nothing_more},
    {Type::step_compensating, any, Input::Kind::wake, undoing},
    {Type::run_stopping, any, Input::Kind::cancel, stopped},
    {Type::step_started, WEFT_NODE_RUNNING, Input::Kind::resume, nothing_more},
    {Type::step_queued, WEFT_NODE_RUNNING, Input::Kind::resume, nothing_more},
    {Type::step_doubted, WEFT_NODE_RUNNING, Input::Kind::resume, nothing_more},

    {Type::run_resumed, any, Input::Kind::message, resumed},
    {Type::step_started, WEFT_NODE_UNKNOWN, Input::Kind::settle, settled},
    {Type::step_queued, WEFT_NODE_UNKNOWN, Input::Kind::settle, settled},
    {Type::step_failed, WEFT_NODE_UNKNOWN, Input::Kind::settle, settled},
    {Type::signal_received, any, Input::Kind::message, signalled},
    {Type::signal_lost, any, Input::Kind::message, signalled},
    {Type::approval_decided, any, Input::Kind::message, decided},
    {Type::approval_escalated, any, Input::Kind::message, escalated},
    {Type::hook_asked, any, Input::Kind::message, asked_to_write, is_of_write},
    {Type::run_paused, any, Input::Kind::message, paused},
    {Type::state_changed, any, Input::Kind::message, updated, is_of_run},
};

}  // namespace

// What is the same for every input to a step: where it stands, as the state has it.
Cause begin_cause(const State& before, const Event& e, Input::Kind kind) {
  Cause cause;
  cause.input.kind = kind;
  cause.input.frame = e.frame;
  cause.input.node = e.node;
  cause.input.visit = e.visit;
  cause.input.attempt = e.attempt;
  if (kind == Input::Kind::verdict) cause.input.point = WEFT_AT_BEFORE_TOOL_EXECUTION;
  if (status_of(before, e) != any) cause.input.attempt = before.frames[e.frame].attempt[e.node];
  return cause;
}

std::optional<Cause> cause_of_others(const State& before, Decision decision) {
  // A run that rested says first that it goes on.
  const bool awakes = decision.front().type == Type::run_resumed && decision.size() > 1 &&
                      before.status == RunStatus::waiting;
  if (awakes) decision = decision.subspan(1);
  if (awakes && decision.front().type == Type::run_waiting) {
    Cause cause;
    settled(cause, before, decision);
    return cause;
  }
  const Event& e = decision.front();
  const uint8_t status = status_of(before, e);
  for (const Row& row : rows) {
    if (row.type != e.type || (row.before != any && row.before != status)) continue;
    if (row.fits != nullptr && !row.fits(before, decision)) continue;
    Cause cause = begin_cause(before, e, row.kind);
    row.fill(cause, before, decision);
    return cause;
  }
  return {};
}

}  // namespace weft::travel
