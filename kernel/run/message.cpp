// What people and other programs want of a run; MESSAGES.md lists the verbs. Whoever sends has
// checked what can be checked; what does not fit any more when it arrives is ignored and counted.
#include <algorithm>
#include <string>

#include "base/compare.hpp"
#include "base/limits.hpp"
#include "base/patch.hpp"
#include "base/path.hpp"
#include "run/asked.hpp"
#include "run/decide.hpp"
#include "run/expect.hpp"
#include "run/retry.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;
using state::RunStatus;
using state::Wait;

void Decider::message(const Input& input) {
  const Value m = input.value;
  const std::string_view verb = m["verb"_k].as_text();
  if (verb == "signal") return receive_signal(m);
  if (verb == "decide") return decide_approval(m);
  if (verb == "delegate") return delegate(m);
  if (verb == "pause") return pause(m);
  if (verb == "resume") return unpause(m);
  if (verb == "cancel") return cancel(m["reason"_k], {}, m["grace"_k]);
  if (verb == "terminate") return terminate(m);
  if (verb == "update") return update(m, {});
  if (verb == "settle") {
    for (const Frame& f : state().frames) {
      for (uint32_t n = 0; !f.closed && n < f.count; ++n) {
        const bool is_meant = f.status[n] == WEFT_NODE_UNKNOWN &&
                              (!m["step"_k].exists() ||
                               state::step_path(state(), f.number, n) == m["step"_k].as_text());
        if (!is_meant) continue;
        awake("a person decided");
        settle_doubt({f.number, n, f.visit[n], f.attempt[n]}, m["how"_k].as_text() == "again");
      }
    }
    return;
  }
  ++out_->ignored;
}

// A patch applies to the variables as they are when it arrives: its tests see what others changed.
void Decider::update(Value m, const At& asked) {
  if (!as_expected(state(), m["expect"_k])) {
    ++out_->ignored;
    return announce({}, WEFT_AT_STATE_CONFLICT, Phase::state_change, state().variables);
  }
  const bool asks = asked.visit == 0 && listens(WEFT_AT_BEFORE_STATE_WRITE);
  if (!m["patch"_k].exists()) {
    const Value changes = m["changes"_k];
    return asks ? write_update(m, changes) : void(change_variables(asked, changes));
  }
  const Value before = state().variables;
  auto after = base::patched(before, m["patch"_k], scratch_.arena());
  if (!after || !after->is_object()) {
    ++out_->ignored;
    return announce({}, WEFT_AT_STATE_CONFLICT, Phase::state_change, state().variables);
  }
  Builder b(scratch_.arena());
  b.begin_object();
  for (uint32_t i = 0; i < after->size(); ++i) {
    const std::string name(after->key(i));
    if (base::equal((*after)[i], before[Key(name)])) continue;
    b.set(Key(base::join_path({&name, 1})), (*after)[i]);
  }
  b.end_object();
  const Value changes = b.take_value();
  if (changes.size() == 0) return;
  asks ? write_update(m, changes) : void(change_variables(asked, changes));
}

void Decider::receive_signal(Value m) {
  const Value id = m["id"_k];
  const auto same = [&](const weft_slot* s) { return Value(s)["id"_k].as_text() == id.as_text(); };
  if (id.exists() && std::any_of(state().signal_ids.begin(), state().signal_ids.end(), same)) {
    ++out_->ignored;
    return;
  }
  const std::string_view name = m["name"_k].as_text();
  const auto waits = [&](const Wait& w) {
    return w.kind == Wait::Kind::signal && Value(w.about)["name"_k].as_text() == name;
  };
  const auto wait = std::find_if(state().waits.begin(), state().waits.end(), waits);
  const bool is_awaited = wait != state().waits.end();
  const bool is_full = state().signals.size() >= base::limits::signals;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("name"_k, name);
  if (!is_awaited && (is_full || m["transient"_k].as_bool())) {
    b.set("reason"_k,
          std::string_view(is_full ? "too many signals wait already" : "nobody waited for it"));
    b.end_object();
    emit(Type::signal_lost, {}, {b.take_value()});
    return;
  }
  b.set("data"_k, m["data"_k].exists() ? m["data"_k] : null_value());
  if (id.exists()) b.set("id"_k, id);
  b.end_object();
  At at;
  if (is_awaited) {
    const Frame& f = state().frames[wait->frame];
    at = {wait->frame, wait->node, f.visit[wait->node], f.attempt[wait->node]};
    awake("a signal came");
  }
  Error why;
  if (!emit(Type::signal_received, {}, {b.take_value()}, &why)) {
    ++out_->ignored;
    return;
  }
  const state::Signal got = state().signals.back();
  if (is_awaited) give_signal(at, got.seq, Value(got.about));
}

void Decider::give_signal(const At& at, uint64_t seq, Value about) {
  const Value data = about["data"_k];
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("name"_k, about["name"_k]);
  b.set("seq"_k, seq);
  b.end_object();
  emit(Type::signal_consumed, at, {b.take_value()});
  succeed(at, {data});
}

// A path, or the id of a step that waits so in one place only.
bool Decider::find_waiting(std::string_view step, Wait::Kind kind, At& at) {
  for (const Wait& w : state().waits) {
    if (w.kind != kind) continue;
    const Frame& f = state().frames[w.frame];
    if (!step.empty() && state().node(f, w.node).id != step &&
        state::step_path(state(), w.frame, w.node) != step) {
      continue;
    }
    at = {w.frame, w.node, f.visit[w.node], f.attempt[w.node]};
    return true;
  }
  return false;
}

void Decider::decide_approval(Value m) {
  At at;
  if (!find_waiting(m["step"_k].as_text(), Wait::Kind::approval, at)) {
    ++out_->ignored;
    return;
  }
  const std::string_view by = m["by"_k].as_text();
  const state::Wait& wait = *state().wait_of(at.frame, at.node);
  const Value about(wait.about);
  if (!may_decide(about, m) || has_decided(state(), wait, by)) {
    ++out_->ignored;
    return;
  }
  awake("a person decided");
  const bool approves = m["approve"_k].as_bool();
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("by"_k, by);
  b.set("approve"_k, approves);
  for (const Key name : {"roles"_k, "data"_k, "comment"_k, "choice"_k}) {
    if (m[name].exists()) b.set(name, m[name]);
  }
  b.end_object();
  Error why;
  if (!emit(Type::approval_decided, at, {b.take_value()}, &why)) {
    ++out_->ignored;
    return;
  }
  const auto votes =
      std::count_if(state().votes.begin(), state().votes.end(),
                    [&](const state::Vote& v) { return v.frame == at.frame && v.node == at.node; });
  if (!approves) return conclude(at, about, false, m);
  if (votes >= about["quorum"_k].as_i64(1)) conclude(at, about, true, m);
}

// Ends an approval: with its result, or as the failure that keeps what comes after it from running.
void Decider::conclude(const At& at, Value about, bool approved, Value m) {
  if (about["for"_k].as_text() == "escalation") {
    const std::string_view choice = m["choice"_k].as_text(approved ? "again" : "fail");
    if (choice == "again") {
      return enter({at.frame, at.node, at.visit, static_cast<uint16_t>(at.attempt + 1)});
    }
    if (choice == "skip") return skip(at, text("a person decided to skip it"));
    return fail(at, about["error"_k]);
  }
  if (!approved) {
    std::string message = m.exists() ? "rejected by '" + std::string(m["by"_k].as_text()) + "'"
                                     : "nobody approved in time";
    const std::string_view comment = m["comment"_k].as_text();
    if (!comment.empty()) message.append(": ").append(comment);
    return fail(at, Error{Status::denied, "approval.rejected", std::move(message), {}, {}, 0});
  }
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("decision"_k, std::string_view("approved"));
  b.key("by"_k);
  b.begin_array();
  for (const state::Vote& v : state().votes) {
    if (v.frame == at.frame && v.node == at.node) b.link(Value(v.about)["by"_k]);
  }
  b.end_array();
  for (const Key name : {"data"_k, "comment"_k}) {
    if (m[name].exists()) b.set(name, m[name]);
  }
  b.end_object();
  succeed(at, {b.take_value()});
}

void Decider::delegate(Value m) {
  At at;
  if (!find_waiting(m["step"_k].as_text(), Wait::Kind::approval, at)) {
    ++out_->ignored;
    return;
  }
  const Value about(state().wait_of(at.frame, at.node)->about);
  const Value people = about["people"_k];
  Builder b(scratch_.arena());
  b.begin_object();
  for (uint32_t i = 0; i < about.size(); ++i) {
    if (about.key(i) != "people" && about.key(i) != "reason") b.set(Key(about.key(i)), about[i]);
  }
  b.key("people"_k);
  b.begin_array();
  for (const Value one : people) {
    if (one.as_text() != m["from"_k].as_text()) b.link(one);
  }
  b.link(m["to"_k]);
  b.end_array();
  b.set("reason"_k, std::string_view("delegated"));
  b.end_object();
  emit(Type::approval_escalated, at, {b.take_value()});
}

// No step begins any more; those that run go on to their end. With 'now' those that may be repeated
// are stopped, to be run again.
void Decider::pause(Value m) {
  const bool may_pause =
      state().status == RunStatus::running || state().status == RunStatus::waiting;
  if (!may_pause || state().stopping.exists()) {
    ++out_->ignored;
    return;
  }
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("message"_k, m["reason"_k].as_text("paused"));
  if (m["by"_k].exists()) b.set("by"_k, m["by"_k]);
  b.end_object();
  emit(Type::run_paused, {}, {b.take_value()});
  if (!m["now"_k].as_bool()) return;
  for (const Frame& f : state().frames) {
    for (uint32_t n = 0; !f.closed && f.active > 0 && n < f.count; ++n) {
      const bool runs_a_tool =
          f.status[n] == WEFT_NODE_RUNNING && state().node(f, n).kind == plan::Kind::tool;
      if (!runs_a_tool || !may_repeat(called(state(), f, n).effect)) continue;
      const At at{f.number, n, f.visit[n], f.attempt[n]};
      hold(at);
      command(Command::Kind::stop, at);
    }
  }
}

void Decider::unpause(Value m) {
  if (state().status != RunStatus::paused) {
    ++out_->ignored;
    return;
  }
  emit(Type::run_resumed, {}, {text(m["reason"_k].as_text("resumed"))});
  std::vector<Wait> held;
  for (const Wait& w : state().waits) {
    if (w.kind == Wait::Kind::pause) held.push_back(w);
  }
  for (const Wait& w : held) {
    const Frame& f = state().frames[w.frame];
    if (f.closed || f.status[w.node] != WEFT_NODE_WAITING) continue;
    const At at{w.frame, w.node, f.visit[w.node], f.attempt[w.node]};
    if (at.attempt == 0) {
      start(at);
    } else if (Value(w.about)["was_not_called"_k].as_bool()) {
      enter(at);
    } else {
      enter({at.frame, at.node, at.visit, static_cast<uint16_t>(at.attempt + 1)});
    }
  }
}

// At once and without undoing anything; what may have had an effect is left in doubt.
void Decider::terminate(Value m) {
  for (const Frame& f : state().frames) {
    for (uint32_t n = 0; !f.closed && f.active > 0 && n < f.count; ++n) {
      if (f.status[n] != WEFT_NODE_RUNNING) continue;
      if (state().node(f, n).kind != plan::Kind::tool) continue;
      if (called(state(), f, n).effect <= spec::Effect::read) continue;
      const At at{f.number, n, f.visit[n], f.attempt[n]};
      command(Command::Kind::stop, at);
      emit(Type::step_doubted, at, {text("the run was terminated while the step ran")});
    }
  }
  leave(state().frames.front());
  finish(Type::run_cancelled, m["reason"_k].exists() ? m["reason"_k] : text("terminated"));
}

}  // namespace weft::run
