// Where hooks are asked or told besides the commands of a run: its start, answers of tools, events
// on their way to sinks, and the engine itself.
#include <algorithm>
#include <array>

#include <weft/draft/hook.h>

#include "base/encode.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "base/sha256.hpp"
#include "base/units.hpp"
#include "base/valid.hpp"
#include "engine/engine.hpp"
#include "engine/question.hpp"
#include "engine/slot.hpp"
#include "run/fault.hpp"
#include "run/points.hpp"
#include "run/ways.hpp"
#include "state/shown.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

// Where an event belongs; the one that opens a frame names the step that holds it.
void place(Command& of, const state::Frame* frame, const event::Event& e) {
  const bool opens = e.type == event::Type::frame_opened && frame != nullptr;
  of.frame = opens ? frame->parent : e.frame;
  of.node = e.node;
  of.visit = e.visit;
}

// What hooks keep is apart from what tools keep; by its own name, or by the arguments.
std::string hook_key(std::string key, Value named) {
  key = "hook\n" + key;
  if (named.is_text()) key.append("\n").append(named.as_text());
  return "cache/" + base::to_hex(base::sha256(key));
}

}  // namespace

// --- the start of a run

void Engine::ask_start(Slot& slot, base::Doc acceptance) {
  slot.acceptance = std::move(acceptance);
  Command of;
  of.kind = Command::Kind::ask;
  of.point = WEFT_AT_BEFORE_WORKFLOW_START;
  of.phase = run::Phase::workflow_start;
  of.args = slot.acceptance.view()["input"_k];
  ask_hooks(slot, of);
}

// What hooks said is part of the acceptance, so that it is one record with it.
void Engine::accept(Slot& slot, Question& q) {
  const base::Doc kept = std::move(slot.acceptance);
  Value given = kept.view();
  if (!q.notes.empty()) {
    Builder b(q.arena.words());
    b.begin_object();
    for (uint32_t i = 0; i < given.size(); ++i) {
      const Key name(given.key(i));
      const bool is_input = name.view() == "input" && q.result == WEFT_VERDICT_MODIFIED;
      b.set(name, is_input ? q.value : given[i]);
    }
    if (q.result == WEFT_VERDICT_REDIRECT) {
      b.set("start"_k, run::target_of(slot.run->state, q.of, q.value).node);
    }
    b.key("hook"_k);
    b.begin_object();
    b.set("result"_k, q.result);
    if (q.result != WEFT_VERDICT_MODIFIED && q.value.exists()) b.set("value"_k, q.value);
    b.set("notes"_k, notes_of(q));
    b.end_object();
    b.end_object();
    given = b.take_value();
  }
  accept(slot, given);
}

// What came for it while hooks were asked is decided now, in the order in which it came.
void Engine::accept(Slot& slot, Value acceptance) {
  Input input;
  input.kind = Input::Kind::submit;
  input.run = slot.number;
  input.value = acceptance;
  if (!slot.started_by.empty()) journal_.erase(std::exchange(slot.started_by, {}));
  decide(slot, input);
  for (const Posted& posted : std::exchange(slot.early, {})) {
    input = posted.input;
    input.value = posted.value.view();
    decide(slot, input);
  }
}

// --- answers of tools

// True when hooks hear of the answer first; it is decided on with what they say.
bool Engine::ask_about(Slot& slot, Call& call, const Input& input) {
  tell_faults(slot, call.of, input);
  const bool is_fine = input.status == WEFT_OK;
  const uint32_t point = is_fine ? WEFT_AT_AFTER_TOOL_EXECUTION : WEFT_AT_TOOL_ERROR;
  if (!listens(point) || input.is_compensation || input.status == WEFT_CANCELLED) return false;
  if (!is_current(*slot.run, call.of)) return false;
  Command of = call.of;
  of.kind = Command::Kind::ask;
  of.point = static_cast<uint16_t>(point);
  Question& q = open_question(of, slot.number);
  if (is_fine) {
    const bool is_wrapped = (input.flags & event::is_envelope) != 0;
    auto copy =
        base::copy_checked(is_wrapped ? input.value["result"_k] : input.value, q.arena.words());
    if (!copy) {  // the decision says what is wrong with it
      close_question(q);
      return false;
    }
    q.data = *copy;
  } else {
    const std::string path = state::step_path(slot.run->state, of.frame, of.node);
    q.data = run::fault(input.status, input.error, {path, of.attempt}, q.arena.words());
  }
  q.held = &call;
  q.reply = input;
  ++slot.open_calls;
  go_on_asking(q);
  return true;
}

void Engine::decide_reply(Slot* slot, Question& q) {
  if (slot != nullptr) {
    --slot->open_calls;
    Input input = q.reply;
    input.point = q.of.point;
    input.notes = notes_of(q);
    const bool replaces = q.result == WEFT_VERDICT_MODIFIED || q.result == WEFT_VERDICT_REPLACE;
    if (replaces) {
      input.status = WEFT_OK;
      input.error = nullptr;
      input.value = q.value.exists() ? q.value : null_value();
      input.flags = 0;
    }
    const uint64_t before = slot->run->state.seq;
    if (!slot->is_gone && !q.held->is_forgotten) decide(*slot, input);
    // An answer that came too late led to nothing.
    if (slot->run->state.seq != before) keep_runs(*slot, q.wanted);
  }
  calls_.close(*q.held);
}

// Somebody is told what cannot wait for a commit; nothing depends on the answer.
void Engine::tell_now(const Slot& slot, const Command& of, uint32_t point, Value data) {
  Command told = of;
  told.kind = Command::Kind::tell;
  told.point = static_cast<uint16_t>(point);
  told.phase = run::Phase::error_handling;
  Question& q = open_question(told, slot.number);
  q.data = data;
  go_on_asking(q);
}

void Engine::tell_faults(const Slot& slot, const Command& of, const Input& input) {
  if (input.status >= 0) return;
  const bool is_denied = input.status == WEFT_DENIED ||
                         (input.error != nullptr && (input.error->flags & WEFT_ERR_DENIED) != 0);
  const bool is_full = run::class_of(input.status, input.error) == "resource";
  const bool tells_denial = is_denied && listens(WEFT_AT_SECURITY_VIOLATION);
  const bool tells_limit = is_full && listens(WEFT_AT_RESOURCE_LIMIT);
  if (!tells_denial && !tells_limit) return;
  base::Blocks blocks;
  const std::string path = state::step_path(slot.run->state, of.frame, of.node);
  const base::Doc fault =
      base::pack(run::fault(input.status, input.error, {path, of.attempt}, blocks.arena()));
  if (tells_denial) tell_now(slot, of, WEFT_AT_SECURITY_VIOLATION, fault.view());
  if (tells_limit) tell_now(slot, of, WEFT_AT_RESOURCE_LIMIT, fault.view());
}

// Behind a call its result is kept; before one, what was kept is the result. False when nothing
// follows from it.
bool Engine::follow_cache(Question& q, uint32_t* result, Value* value) {
  const Slot* slot = slot_of(q.run);
  if (slot == nullptr) return false;
  const state::State& state = slot->run->state;
  const plan::Component& tool = state.plan->tools[run::called(state, q.of).tool];
  const Value named = (*value)["key"_k];
  const std::string key =
      hook_key(named.is_text() ? tool.id + '@' + tool.version : cache_key(tool, q.of.args), named);
  if (q.point == WEFT_AT_BEFORE_TOOL_EXECUTION) {
    const base::Doc found = store_->value(key);
    const Value entry = found.view();
    if (!entry.is_object() || entry["until_ns"_k].as_i64(INT64_MAX) < tick_) return false;
    auto copy = base::copy_checked(entry["result"_k], q.arena.words());
    if (!copy) return false;
    *result = WEFT_VERDICT_REPLACE;
    *value = *copy;
    q.flags = event::is_cached;
    return true;
  }
  if (q.held == nullptr || !q.held->secrets.empty()) return false;
  const Value ttl = (*value)["ttl"_k];
  auto ns = ttl.exists() ? base::parse_duration(ttl) : Result<int64_t>(INT64_MAX - tick_);
  if (!ns) return false;
  Builder b(q.arena.words());
  b.begin_object();
  b.set("until_ns"_k, *ns > INT64_MAX - tick_ ? INT64_MAX : tick_ + *ns);
  b.set("result"_k, q.data);
  b.end_object();
  const Value entry = b.take_value();
  if (base::packed_bytes(entry) > base::limits::inline_bytes) return false;
  journal_.put(key, entry);
  return true;
}

// --- events, and the engine itself

// The journal has the event as it is; hooks may say what sinks see of it, and whether they do.
void Engine::publish(Slot& slot, event::Event e) {
  const bool of_frame = e.frame != event::no_frame;
  const state::Frame* frame = of_frame ? &slot.run->state.frames[e.frame] : nullptr;
  if (listens(WEFT_AT_BEFORE_EVENT_EMIT)) {
    Command of;
    of.kind = Command::Kind::ask;
    of.point = WEFT_AT_BEFORE_EVENT_EMIT;
    place(of, frame, e);
    of.args = Value(e.shown());
    Question& q = open_question(of, slot.number);
    q.is_alone = true;
    q.event = e.type;
    go_on_asking(q);
    const bool is_refused = q.result == WEFT_VERDICT_CANCEL;
    if (q.result == WEFT_VERDICT_MODIFIED) {
      slot.shown.push_back(base::pack(q.value));
      shows_other_ = true;
      e.payload = slot.shown.back().view().slot();
    }
    close_question(q);
    if (is_refused) return;
  }
  if (!slot.run->state.confided.empty() && Value(e.shown()).exists()) {
    base::Blocks blocks;
    slot.shown.push_back(base::pack(Value(state::shown(slot.run->state, e, blocks.arena()))));
    shows_other_ = true;
    e.payload = slot.shown.back().view().slot();
  }
  published_.push_back({slot.run.get(), frame, e});
}

void Engine::tell_published() {
  for (const Published& p : published_) {
    Command of;
    of.kind = Command::Kind::tell;
    of.point = WEFT_AT_AFTER_EVENT_EMIT;
    place(of, p.frame, p.event);
    of.args = Value(p.event.shown());
    Question& q = open_question(of, p.run->number);
    q.is_alone = true;
    q.event = p.event.type;
    go_on_asking(q);
    close_question(q);
  }
}

// Behind the commit that holds the snapshot.
void Engine::tell_checkpoint(Slot& slot) {
  if (!listens(WEFT_AT_CHECKPOINT)) return;
  Command told;
  told.kind = Command::Kind::tell;
  told.point = WEFT_AT_CHECKPOINT;
  told.phase = run::Phase::checkpoint;
  route(slot, told);
}

Result<void> Engine::ask_here(uint32_t point, Value data) {
  if (!listens(point)) return {};
  plugin::CallArena arena;
  Builder b(arena.words());
  b.begin_object();
  b.set("point"_k, run::point_name(point));
  if (data.exists()) b.set("data"_k, data);
  b.set("time_ns"_k, ticks_.now());
  b.end_object();
  const Value subject = b.take_value();
  for (Hooks::Entry& entry : hooks_.all()) {
    if (!entry.listens(point)) continue;
    weft_error error;
    clear(error);
    const uint32_t cancel = 0;
    const weft_call call{sizeof call,  1,           0, subject.raw(), arena.raw(), &cancel, 0,
                         {nullptr, 0}, {nullptr, 0}};
    weft_out out{sizeof out, 0, {nullptr, 0}, &error};
    const weft_status status = Hooks::call(entry, point, call, subject.raw(), out);
    const bool refuses = status < 0 || out.flags == WEFT_VERDICT_CANCEL;
    if (!refuses || !run::is_asked(point, run::Phase::none)) continue;
    const std::string_view said = status < 0 ? std::string_view(error.msg, error.msg_len)
                                             : Value(out.val).as_text("it gives no reason");
    return Error{Status::denied,
                 "hook.cancelled",
                 "the hook '" + std::string(entry.id()) + "' refused it: " + std::string(said),
                 {},
                 {},
                 WEFT_ERR_DENIED};
  }
  return {};
}

}  // namespace weft::engine
