// Law of this file: one row for each way in which a decision can begin. A new kind of input gets a
// row, or two where hooks or people may answer it.
#include "travel/cause.hpp"

#include <algorithm>

#include <weft/draft/hook.h>

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;
using run::Input;
using Decision = std::span<const Event>;

namespace {

constexpr uint8_t any = 255;  // whatever the status of the node was, or there is no node

uint8_t status_of(const state::State& state, const Event& e) {
  if (e.frame >= state.frames.size()) return any;
  const state::Frame& frame = state.frames[e.frame];
  return e.node < frame.count ? frame.status[e.node] : any;
}

void fail(Cause& cause, Value fault, uint32_t flags) {
  cause.input.status = WEFT_FAILED;
  cause.input.flags = run::as_recorded;
  cause.input.value = fault;
  cause.error.size = sizeof cause.error;
  cause.error.flags = flags;
  cause.error.retry_after_ms = static_cast<uint32_t>(fault["retry_after_ms"_k].as_u64());
}

void succeeded(Cause& cause, const state::State&, Decision d) {
  constexpr uint8_t kept = event::is_envelope | event::is_cached;
  cause.input.value = d[0].value();
  cause.input.flags = static_cast<uint8_t>((d[0].flags & kept) | run::as_recorded);
}

void failed(Cause& cause, const state::State&, Decision d) { fail(cause, d[0].value(), 0); }

void retried(Cause& cause, const state::State&, Decision d) {
  fail(cause, d[0].value()["error"_k], WEFT_ERR_RETRYABLE);
}

void cancelled(Cause& cause, const state::State&, Decision d) {
  fail(cause, d[0].value(), WEFT_ERR_CANCELLED);
  cause.input.status = WEFT_CANCELLED;
}

void value_of(Cause& cause, const state::State&, Decision d) { cause.input.value = d[0].value(); }

void allowed(Cause& cause, const state::State&, Decision d) {
  const bool is_changed = d[0].payload != nullptr;
  cause.input.result = is_changed ? WEFT_VERDICT_MODIFIED : WEFT_VERDICT_CONTINUE;
  cause.input.value = d[0].value();
}

void replaced(Cause& cause, const state::State& state, Decision d) {
  succeeded(cause, state, d);
  cause.input.result = WEFT_VERDICT_REPLACE;
}

void left_out(Cause& cause, const state::State& state, Decision d) {
  value_of(cause, state, d);
  cause.input.result = WEFT_VERDICT_SKIPPED;
}

void refused(Cause& cause, const state::State& state, Decision d) {
  value_of(cause, state, d);
  cause.input.flags = run::as_recorded;
  cause.input.result = WEFT_VERDICT_CANCEL;
}

// The attempt that waited.
void woken(Cause& cause, const state::State&, Decision d) {
  cause.input.attempt = static_cast<uint16_t>(d[0].attempt - 1);
}

void fired(Cause&, const state::State&, Decision) {}

void stopped(Cause& cause, const state::State&, Decision d) {
  const Value why = d[0].value();
  cause.input.value = why["reason"_k];
  if (why["error"_k].exists()) cause.input.kind = Input::Kind::expire;
}

// A person decides for every step in doubt at once, so none in particular is meant.
void settle_as(Cause& cause, Type type) {
  cause.input = {};
  cause.input.kind = Input::Kind::settle;
  const auto settle = type == Type::step_failed ? run::Settle::fail : run::Settle::again;
  cause.input.result = static_cast<uint32_t>(settle);
}

void settled(Cause& cause, const state::State&, Decision d) { settle_as(cause, d[0].type); }

void resumed(Cause& cause, const state::State& state, Decision d) {
  const auto decided = std::find_if(d.begin(), d.end(), [&](const Event& e) {
    return (e.type == Type::step_started || e.type == Type::step_failed) &&
           status_of(state, e) == WEFT_NODE_UNKNOWN;
  });
  if (decided != d.end()) settle_as(cause, decided->type);
}

struct Row {
  Type type;
  uint8_t before;  // status of the node
  Input::Kind kind;
  void (*fill)(Cause& cause, const state::State& before, Decision decision);
};

constexpr Row rows[] = {
    {Type::run_accepted, any, Input::Kind::submit, value_of},
    {Type::step_succeeded, WEFT_NODE_RUNNING, Input::Kind::reply, succeeded},
    {Type::step_failed, WEFT_NODE_RUNNING, Input::Kind::reply, failed},
    {Type::step_retried, WEFT_NODE_RUNNING, Input::Kind::reply, retried},
    {Type::step_cancelled, WEFT_NODE_RUNNING, Input::Kind::reply, cancelled},
    {Type::step_started, WEFT_NODE_READY, Input::Kind::verdict, allowed},
    {Type::step_succeeded, WEFT_NODE_READY, Input::Kind::verdict, replaced},
    {Type::step_skipped, WEFT_NODE_READY, Input::Kind::verdict, left_out},
    {Type::step_failed, WEFT_NODE_READY, Input::Kind::verdict, refused},
    {Type::step_started, WEFT_NODE_WAITING, Input::Kind::wake, woken},
    {Type::timer_fired, any, Input::Kind::fired, fired},
    {Type::run_stopping, any, Input::Kind::cancel, stopped},
    {Type::run_resumed, any, Input::Kind::resume, resumed},
    {Type::step_started, WEFT_NODE_UNKNOWN, Input::Kind::settle, settled},
    {Type::step_failed, WEFT_NODE_UNKNOWN, Input::Kind::settle, settled},
};

}  // namespace

std::optional<Cause> cause_of(const state::State& before, Decision decision) {
  const Event& e = decision.front();
  const uint8_t status = status_of(before, e);
  for (const Row& row : rows) {
    if (row.type != e.type || (row.before != any && row.before != status)) continue;
    Cause cause;
    cause.input.kind = row.kind;
    cause.input.attempt = e.attempt;
    cause.input.frame = e.frame;
    cause.input.node = e.node;
    cause.input.visit = e.visit;
    row.fill(cause, before, decision);
    return cause;
  }
  return {};
}

}  // namespace weft::travel
