// What a hook sees of a subject, and what its answer means where something was hidden from it.
#include <array>

#include <weft/draft/hook.h>

#include "engine/engine.hpp"
#include "engine/question.hpp"
#include "engine/slot.hpp"
#include "run/points.hpp"
#include "run/ways.hpp"

namespace weft::engine {

using namespace weft::lit;
using run::Command;

namespace {

std::string_view effect_text(spec::Effect effect) {
  constexpr std::array<std::string_view, 5> words{"pure", "read", "idempotent", "compensable",
                                                  "at_most_once"};
  return words[static_cast<size_t>(effect)];
}

std::string_view kind_text(plan::Kind kind) {
  switch (kind) {
    case plan::Kind::wait: return "wait";
    case plan::Kind::approval: return "approval";
    case plan::Kind::set: return "set";
    case plan::Kind::state: return "state";
    case plan::Kind::fail: return "fail";
    case plan::Kind::end: return "end";
    case plan::Kind::detached: return "detached";
    default: return "expression";
  }
}

void write_component(std::string_view id, std::string_view type, std::string_view name,
                     Builder& b) {
  b.key("component"_k);
  b.begin_object();
  b.set("id"_k, id);
  b.set("type"_k, type);
  b.set("name"_k, name);
  b.end_object();
}

// Branches come together at the end of a block, which is a step of the one around it.
Command shown_at(Command of, const state::State& state) {
  if (of.point != WEFT_AT_STATE_CONFLICT || of.frame == event::no_frame) return of;
  const state::Frame& frame = state.frames[of.frame];
  of.node = frame.parent_node;
  of.visit = frame.parent_visit;
  of.frame = frame.parent;
  return of;
}

// Where somebody left a thing as it was shown, the thing itself stands again.
void restore(Value given, Value shown, Value real, Builder& out) {
  const bool is_hidden = shown.exists() && real.exists() && shown.slot() != real.slot();
  if (!is_hidden) return out.link(given);
  if (shown.is_text()) {
    const bool is_left = given.is_text() && given.as_text() == shown.as_text();
    return out.link(is_left ? real : given);
  }
  if (given.is_object() && shown.is_object()) {
    out.begin_object();
    for (uint32_t i = 0; i < given.size(); ++i) {
      const Key name(given.key(i));
      out.key(name);
      restore(given[i], shown[name], real[name], out);
    }
    return out.end_object();
  }
  if (!given.is_array() || !shown.is_array()) return out.link(given);
  out.begin_array();
  for (uint32_t i = 0; i < given.size(); ++i) {
    const bool was_there = i < shown.size() && i < real.size();
    restore(given[i], was_there ? shown[i] : Value(), was_there ? real[i] : Value(), out);
  }
  out.end_array();
}

}  // namespace

Value Engine::subject_of(Question& q) {
  Builder b(q.arena.words());
  const Slot* slot = holder_of(q.run);
  b.begin_object();
  b.set("point"_k, run::point_name(q.point));
  if (q.of.phase != run::Phase::none) b.set("phase"_k, run::phase_text(q.of.phase));
  if (slot != nullptr) {
    const plan::Plan& plan = *slot->run->state.plan;
    b.set("run"_k, std::string_view(slot->run->id));
    const Value cause = slot->run->state.acceptance["caused_by"_k];
    b.set("correlation"_k, cause["correlation"_k].as_text(slot->run->id));
    b.set("workflow"_k, std::string_view(plan.id));
    const Command at = shown_at(q.of, slot->run->state);
    if (at.frame != event::no_frame && at.node != event::no_node) {
      write_step(q, *slot, at, b);
    } else {
      write_component(plan.id, "workflow", plan.name, b);
    }
  }
  if (q.event != event::Type{}) {
    b.key("operation"_k);
    b.begin_object();
    b.set("type"_k, std::string_view("event"));
    b.set("id"_k, event::name(q.event));
    b.end_object();
  }
  if (q.data.exists()) b.set("data"_k, q.data);
  b.set("time_ns"_k, tick_);
  b.end_object();
  return b.take_value();
}

void Engine::write_step(const Question& q, const Slot& slot, const Command& at, Builder& b) {
  const state::State& state = slot.run->state;
  const state::Frame& frame = state.frames[at.frame];
  const plan::Node& node = state.node(frame, at.node);
  if (frame.parent == event::no_frame && at.visit == 0) {
    b.set("step"_k, node.id);
  } else {
    b.set("step"_k, std::string_view(path_of(*state.plan, &frame, at.node, at.visit)));
  }
  if (node.kind == plan::Kind::block) {
    if (node.call != plan::none) {
      const uint32_t called = state.plan->calls[node.call].definition;
      return write_component(state.plan->definitions[called].id, "workflow", node.id, b);
    }
    const plan::Block& block = state.plan->blocks[node.block];
    return write_component(state.plan->patterns[block.pattern].id, "pattern", node.id, b);
  }
  if (node.kind != plan::Kind::tool)
    return write_component(kind_text(node.kind), "step", node.id, b);
  // The table of a frame that is over may be gone; then it is the tool that the step names.
  const run::Called way = frame.released ? run::Called{node.tool} : run::called(state, q.of);
  const std::string_view tool = state.plan->tools[way.tool].id;
  b.set("tool"_k, tool);
  write_component(tool, "tool", node.id, b);
  const bool is_call = q.point >= WEFT_AT_BEFORE_TOOL_EXECUTION && q.point <= WEFT_AT_TOOL_ERROR;
  if (!is_call || !q.is_asked) return;
  b.key("operation"_k);
  b.begin_object();
  b.set("type"_k, effect_text(way.effect));
  b.set("id"_k, tool);
  if (q.of.args.exists()) b.set("parameters"_k, q.of.args);
  if (q.point == WEFT_AT_AFTER_TOOL_EXECUTION) b.set("result"_k, q.data);
  if (q.point == WEFT_AT_TOOL_ERROR) b.set("error"_k, q.data);
  b.end_object();
}

Value Engine::subject_for(Question& q, const Hooks::Entry& entry) {
  if (entry.listener.sees_secrets) return q.about;
  if (q.shown.exists()) return q.shown;
  q.shown = q.about;
  const Slot* slot = holder_of(q.run);
  if (slot == nullptr) return q.shown;
  // All else in a subject are names; so most are shown as they are.
  const expr::Redactor& redactor = *slot->run->state.plan->redactor;
  const Arena words = q.arena.words();
  const auto is_clean = [&](Value value) {
    return !value.exists() || redactor.shown(value, words).slot() == value.slot();
  };
  if (!is_clean(q.data) || !is_clean(q.of.args)) q.shown = redactor.shown(q.about, words);
  return q.shown;
}

// What takes the place of the data, of a hook that saw them as they are shown.
Value Engine::restored(Question& q, Value given) {
  const Value shown = q.shown["data"_k], real = q.about["data"_k];
  if (!given.exists() || !shown.exists() || shown.slot() == real.slot()) return given;
  Builder out(q.arena.words());
  restore(given, shown, real, out);
  return out.take_value();
}

}  // namespace weft::engine
