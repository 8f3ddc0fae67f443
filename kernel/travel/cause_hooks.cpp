// Decisions that began with what hooks said.
#include <weft/draft/hook.h>

#include "base/blocks.hpp"
#include "base/pack.hpp"
#include "run/points.hpp"
#include "travel/cause.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;
using run::Input;
using state::State;
using Decision = std::span<const Event>;

namespace {

// The question that is open where an event belongs.
const state::Wait* question(const State& state, const Event& e) {
  for (const state::Wait& w : state.waits) {
    if (w.kind != state::Wait::Kind::hook || w.frame != e.frame || w.node != e.node) continue;
    const auto asked = static_cast<uint32_t>(state::Vault::seq_of(w.about));
    if (e.frame != event::no_frame || asked == e.visit) return &w;
  }
  return nullptr;
}

bool is_of_hooks(const Event& e) {
  return e.type == Type::hook_executed || e.type == Type::hook_bypassed;
}

// What hooks said stands before what followed from it.
Value notes_of(Cause& cause, Decision notes) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_array();
  for (const Event& e : notes) b.link(e.value());
  b.end_array();
  cause.notes = std::make_shared<const base::Doc>(base::pack(b.take_value()));
  return cause.notes->view();
}

// A verdict at a question that the state holds, or before a call.
void answered(Cause& cause, Value notes, Decision rest) {
  Input& input = cause.input;
  const Value said = run::followed(notes);
  input.result = said.exists() ? static_cast<uint32_t>(said["result"_k].as_u64())
                               : uint32_t{WEFT_VERDICT_CONTINUE};
  input.value = said["value"_k].exists() ? said["value"_k] : said["error"_k];
  input.notes = notes;
  if (rest.empty()) return;
  const Event& first = rest.front();
  const bool fails = first.type == Type::step_failed && input.result == WEFT_VERDICT_CANCEL;
  const bool is_result = first.type == Type::step_succeeded && input.result == WEFT_VERDICT_REPLACE;
  constexpr uint8_t kept = event::is_envelope | event::is_cached;
  if (is_result) input.flags = first.flags & kept;
  if (fails || is_result) input.flags |= run::as_recorded;
  if (fails || is_result || !input.value.exists()) input.value = first.value();
}

// What began with hooks, or with the answer to a question; nothing when it was something else.
std::optional<Cause> cause_of_hooks(const State& before, Decision notes, Decision rest) {
  const Event& e = notes.empty() ? rest.front() : notes.front();
  uint32_t point = UINT32_MAX;
  if (const state::Wait* open = question(before, e); open != nullptr) {
    point = static_cast<uint32_t>(Value(open->about)["point"_k].as_u64());
  }
  for (const Event& note : notes) {
    const uint32_t said = run::point_of(note.value()["point"_k].as_text());
    const bool of_call = said == WEFT_AT_BEFORE_TOOL_EXECUTION || said == WEFT_AT_TOOL_VALIDATION;
    if (of_call && status_of(before, e) == WEFT_NODE_READY) point = WEFT_AT_BEFORE_TOOL_EXECUTION;
    const bool of_reply = said == WEFT_AT_AFTER_TOOL_EXECUTION || said == WEFT_AT_TOOL_ERROR;
    if (of_reply && !rest.empty()) return {};
  }
  const bool is_over = !rest.empty() && rest.front().type == Type::step_cancelled;
  if (is_over && notes.empty()) return {};
  const bool only_rests = rest.empty() || rest.front().type == Type::run_waiting;
  if (point == UINT32_MAX && (notes.empty() || !only_rests)) return {};
  Cause cause = begin_cause(before, e, Input::Kind::verdict);
  cause.input.point = point;
  const Value said = notes.empty() ? Value() : notes_of(cause, notes);
  answered(cause, said, rest);
  if (point == UINT32_MAX) cause.input.result = run::only_told;
  return cause;
}

}  // namespace

std::optional<Cause> cause_of(const State& before, Decision decision) {
  size_t said = 0;
  while (said < decision.size() && is_of_hooks(decision[said])) ++said;
  const Decision notes = decision.subspan(0, said);
  decision = decision.subspan(said);
  if (auto cause = cause_of_hooks(before, notes, decision)) return cause;
  auto cause = cause_of_others(before, decision);
  if (!cause || notes.empty()) return cause;
  cause->input.notes = notes_of(*cause, notes);
  cause->input.point = run::point_of(notes.front().value()["point"_k].as_text());
  return cause;
}

}  // namespace weft::travel
