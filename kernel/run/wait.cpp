// Steps that the kernel does itself: waits, approvals, variables, ends.
#include <algorithm>
#include <string>

#include "base/json.hpp"
#include "base/limits.hpp"
#include "base/text.hpp"
#include "base/time.hpp"
#include "base/units.hpp"
#include "run/decide.hpp"
#include "run/retry.hpp"
#include "run/scope.hpp"
#include "run/ways.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;
using state::Wait;

namespace {

Error bad(std::string code, std::string message, std::string hint) {
  return {Status::bad_input, std::move(code), std::move(message), std::move(hint), {},
          WEFT_ERR_BAD_INPUT};
}

// The time after a duration, never when there is none.
Result<int64_t> due_after(Value duration, int64_t tick) {
  if (!duration.exists()) return state::never;
  auto ns = base::parse_duration(duration);
  if (!ns) return ns.error();
  return *ns > state::never - tick ? state::never : tick + *ns;
}

Result<int64_t> due_at(Value instant) {
  if (instant.tag() == Tag::time) return instant.slot()->v.i;
  return base::parse_time(instant.as_text());
}

// How an end ends what it ends: completed, failed or cancelled.
Result<std::string> end_of(Value said) {
  const Value status = said["status"_k];
  const std::string folded = base::fold_name(status.as_text());
  if (!status.exists()) return std::string("completed");
  if (folded == "completed" || folded == "failed" || folded == "cancelled") return folded;
  return bad("end.bad_status",
             "an end cannot have the status " +
                 (status.is_text() ? base::quoted(status.as_text()) : base::json_text(status)),
             "it is 'completed', 'failed' or 'cancelled'");
}

bool folds(Value written, std::string_view word) {
  return base::fold_name(written.as_text()) == word;
}

void copy_fields(Value from, Builder& to, std::initializer_list<Key> names) {
  for (const Key name : names) {
    if (from[name].exists()) to.set(name, from[name]);
  }
}

}  // namespace

void Decider::start_own(const At& at) {
  const plan::Node& n = node(at);
  if (n.kind == plan::Kind::detached) return start_detached(at);
  const FrameScope names = scope(at);
  auto said =
      state().plan->templates[n.arguments].evaluate(names.lend(tick_, seed(at)), scratch_.arena());
  if (!said) return fail(at, said.error());
  switch (n.kind) {
    case plan::Kind::wait: return start_wait(at, *said);
    case plan::Kind::approval: return start_approval(at, *said);
    case plan::Kind::set:
    case plan::Kind::state: return start_set(at, *said);
    case plan::Kind::fail: return start_fail(at, *said);
    default: return start_end(at, *said);
  }
}

void Decider::start_wait(const At& at, Value said) {
  const bool is_short = said.is_text() || said.is_number();
  const Value signal = is_short ? Value() : said["signal"_k];
  const Value until = is_short ? Value() : said["until"_k];
  auto due = until.exists() ? due_at(until)
                            : due_after(is_short          ? said
                                        : signal.exists() ? said["timeout"_k]
                                                          : said["for"_k],
                                        tick_);
  if (!due) {
    return fail(at, bad("wait.bad_time", "the wait has no usable time: " + due.error().message,
                        "durations are \"5m\", times are \"2026-03-01T12:00:00Z\""));
  }
  // A transient wait takes only what comes while it waits.
  if (signal.exists() && !said["transient"_k].as_bool()) {
    for (const state::Signal& s : state().signals) {
      const Value about(s.about);
      if (about["name"_k].as_text() == signal.as_text()) return give_signal(at, s.seq, about);
    }
  }
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view(signal.exists() ? "signal" : "time"));
  if (signal.exists()) b.set("name"_k, signal);
  if (*due != state::never) b.set("due_ns"_k, *due);
  if (!is_short && said["on_timeout"_k].exists()) b.set("on_timeout"_k, said["on_timeout"_k]);
  b.end_object();
  Error why;
  if (!emit(Type::step_waiting, at, {b.take_value()}, &why)) return fail(at, why);
  if (*due != state::never) command(Command::Kind::wake_at, at, {}, *due);
}

void Decider::start_approval(const At& at, Value said) {
  const bool is_short = said.is_text();
  auto due = due_after(is_short ? Value() : said["deadline"_k], tick_);
  if (!due) return fail(at, due.error());
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("approval"));
  if (is_short) {
    b.set("title"_k, said);
  } else {
    copy_fields(said, b,
                {"title"_k, "description"_k, "form"_k, "people"_k, "roles"_k, "deadline"_k,
                 "on_deadline"_k, "escalate_to"_k});
  }
  const Value quorum = is_short ? Value() : said["quorum"_k];
  b.set("quorum"_k, std::max<int64_t>(quorum.as_i64(1), 1));
  if (*due != state::never) b.set("due_ns"_k, *due);
  b.end_object();
  open_approval(at, b.take_value(), *due);
}

void Decider::open_approval(const At& at, Value about, int64_t due) {
  Error why;
  if (!emit(Type::approval_opened, at, {about}, &why)) return fail(at, why);
  if (due != state::never) command(Command::Kind::wake_at, at, {}, due);
}

void Decider::start_fail(const At& at, Value said) {
  const bool is_short = said.is_text();
  const std::string message(is_short ? said.as_text() : said["message"_k].as_text());
  fail(at, Error{Status::failed,
                 std::string(is_short ? "failed" : said["code"_k].as_text("failed")),
                 message.empty() ? "the definition says that the run fails here" : message,
                 std::string(is_short ? std::string_view() : said["hint"_k].as_text()),
                 {},
                 0});
}

// Ends the run, or what was called, here and now; whatever still runs is asked to end and not
// waited for.
void Decider::start_end(const At& at, Value said) {
  const Value result = said["result"_k].exists() ? said["result"_k] : null_value();
  const auto status = end_of(said);
  if (!status) return fail(at, status.error());
  Error why;
  if (!emit(Type::step_succeeded, at, {result}, &why)) return fail(at, why);
  Frame& definition = state().frames[state::definition_of(state(), at.frame)];
  if (definition.parent != event::no_frame) return end_call(definition, at, said);
  leave(definition);
  if (*status == "failed") {
    return finish(Type::run_failed, explain(at, Error{Status::failed,
                                                      "ended.failed",
                                                      "the definition ends the run as failed",
                                                      {},
                                                      {},
                                                      0}));
  }
  if (*status == "cancelled")
    return finish(Type::run_cancelled, text("the definition ends the run"));
  const bool whole = state().continued == 0;
  finish(whole ? Type::run_completed : Type::run_partially_completed, result);
}

// The run is paused: the step begins, or is tried again, when it goes on.
void Decider::hold(const At& at, bool was_called) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("pause"));
  if (bindings_.exists()) b.set("bindings"_k, bindings_);
  if (!was_called) b.set("was_not_called"_k, true);
  b.end_object();
  Error why;
  if (!emit(Type::step_waiting, at, {b.take_value()}, &why)) fail(at, why);
}

// Something that was waited for is due.
void Decider::wake(const Input& input) {
  if (input.frame == event::no_frame) {
    const bool is_due = !state().waits.empty() && state().waits.front().kind == Wait::Kind::start &&
                        state().waits.front().due <= tick_;
    if (!is_due) {
      ++out_->ignored;
      return;
    }
    emit(Type::run_started, {});
    return open_frame(0, {});
  }
  if (input.is_compensation) {
    for (const state::Undo& u : state().undo) {
      const bool is_it =
          u.frame == input.frame && u.node == input.node && u.stage == state::Undo::Stage::waiting;
      if (!is_it) continue;
      const At at{u.frame, u.node, u.visit, static_cast<uint16_t>(u.attempt + 1), true};
      emit(Type::step_compensating, at);
      return command(Command::Kind::call, at, Value(u.compensation));
    }
    ++out_->ignored;
    return;
  }
  const Frame& f = state().frames[input.frame];
  const Wait* wait = f.closed ? nullptr : state().wait_of(input.frame, input.node);
  const bool looks = wait != nullptr && wait->kind == Wait::Kind::milestone;
  if (looks && wait->due > tick_) return;  // it is asked behind every decision
  if (wait == nullptr || wait->due > tick_) {
    ++out_->ignored;
    return;
  }
  waited({input.frame, input.node, f.visit[input.node], f.attempt[input.node]}, *wait);
}

void Decider::waited(const At& at, const Wait& wait) {
  const Value about(wait.about);
  awake("a time has come");
  const bool is_attempt = wait.kind == Wait::Kind::attempt || wait.kind == Wait::Kind::resource;
  const bool was_called = !about["was_not_called"_k].as_bool();
  if (is_attempt && state().status == state::RunStatus::paused) return hold(at, was_called);
  switch (wait.kind) {
    case Wait::Kind::resource:
      if (!was_called) return enter(at);
      [[fallthrough]];
    case Wait::Kind::attempt:
      return enter({at.frame, at.node, at.visit, static_cast<uint16_t>(at.attempt + 1)});
    case Wait::Kind::time: return succeed(at, {null_value()});
    case Wait::Kind::signal:
      if (folds(about["on_timeout"_k], "continue")) return succeed(at, {null_value()});
      return fail(at, Error{Status::timeout,
                            "signal.timeout",
                            "the signal '" + std::string(about["name"_k].as_text()) +
                                "' did not come in time",
                            "send it with 'weft signal', or give the wait a longer 'timeout'",
                            {},
                            0});
    case Wait::Kind::milestone:
      return fail(
          at, Error{Status::timeout,
                    "milestone.timeout",
                    "(" + std::string(about["condition"_k].as_text()) + ") did not hold in time",
                    "change what it reads earlier, or give 'when_enabled' a longer "
                    "'timeout'",
                    {},
                    0});
    case Wait::Kind::approval: {
      const Value then = about["on_deadline"_k];
      if (folds(then, "approve")) return conclude(at, about, true, Value());
      const Value others = about["escalate_to"_k];
      if (!folds(then, "escalate") || !others.exists()) return conclude(at, about, false, Value());
      auto due = due_after(about["deadline"_k], tick_);
      Builder b(scratch_.arena());
      b.begin_object();
      copy_fields(about, b, {"for"_k, "title"_k, "description"_k, "form"_k, "quorum"_k});
      b.set("people"_k, others);
      if (due && *due != state::never) b.set("due_ns"_k, *due);
      b.set("reason"_k, std::string_view("nobody decided in time"));
      b.end_object();
      emit(Type::approval_escalated, at, {b.take_value()});
      if (due && *due != state::never) command(Command::Kind::wake_at, at, {}, *due);
      return;
    }
    default: ++out_->ignored;
  }
}

}  // namespace weft::run
