// Why a run stands as it does, in one sentence; and questions to a run as it stands.
#include <weft/kernel.hpp>

#include "base/time.hpp"
#include "expr/expression.hpp"
#include "kernel_rooms.hpp"
#include "plan/scope.hpp"
#include "run/named.hpp"
#include "run/reason.hpp"
#include "run/scope.hpp"
#include "state/shown.hpp"

namespace weft {

using namespace weft::lit;
using state::RunStatus;
using state::Wait;

namespace {

// The wait that ends first, as the reason tells it.
const Wait* first_wait(const state::State& state) {
  const Wait* first = nullptr;
  for (const Wait& wait : state.waits) {
    if (first == nullptr || wait.due < first->due) first = &wait;
  }
  return first;
}

struct Place {
  uint32_t frame = event::no_frame, node = event::no_node;
};

// The innermost step with a status.
Place step_with(const state::State& state, uint8_t status) {
  for (size_t f = state.frames.size(); f > 0; --f) {
    const state::Frame& frame = state.frames[static_cast<uint32_t>(f - 1)];
    for (uint32_t n = 0; !frame.closed && n < frame.count; ++n) {
      const bool is_step = state.node(frame, n).kind != plan::Kind::block;
      if (is_step && frame.status[n] == status) return {frame.number, n};
    }
  }
  return {};
}

Why of_wait(const state::State& state, const std::string& run) {
  const Wait& wait = *first_wait(state);
  Why why{run::waiting_text(state), wait.since, {}};
  const Value about(wait.about);
  const std::string step = wait.frame == event::no_frame
                               ? std::string()
                               : state::step_path(state, wait.frame, wait.node);
  if (wait.kind == Wait::Kind::signal) {
    why.command = "weft signal " + run + " " + std::string(about["name"_k].as_text());
  } else if (wait.kind == Wait::Kind::approval) {
    const bool is_escalation = about["for"_k].as_text() == "escalation";
    why.command = "weft approve " + run + " " + step + (is_escalation ? " --choice again" : "");
  } else if (wait.kind == Wait::Kind::pause) {
    why.command = "weft resume " + run;
  } else if (wait.kind == Wait::Kind::milestone) {
    const plan::Rarity* said = state.plan->rarity(state.node(state.frames[wait.frame], wait.node));
    if (said == nullptr || said->enabled == plan::none) return why;
    for (const expr::Asked& one : state.plan->expressions[said->enabled].asked()) {
      const bool is_variable = one.root.kind == static_cast<uint32_t>(plan::RootKind::named) &&
                               one.root.a == plan::is_variable;
      if (is_variable) why.command = "weft update " + run + " " + std::string(one.name) + "=VALUE";
    }
  }
  return why;
}

Why of_doubt(const state::State& state, const std::string& run) {
  const Place at = step_with(state, WEFT_NODE_UNKNOWN);
  const std::string step = at.frame == event::no_frame
                               ? "a step"
                               : "step '" + state::step_path(state, at.frame, at.node) + "'";
  return {step + " may or may not have had its effect, and only a person can know", state.updated,
          "weft resume " + run + " --unknown again"};
}

Why of_failure(const state::State& state, const std::string& run) {
  const Value error = state.outcome;
  const std::string step(error["step"_k].as_text());
  std::string sentence = step.empty() ? "the run failed: " : "step '" + step + "' failed: ";
  sentence += error["message"_k].as_text();
  const std::string_view code = error["code"_k].as_text();
  if (!code.empty()) sentence.append(" [").append(code).append("]");
  return {std::move(sentence), state.ended,
          step.empty() ? "weft show " + run : "weft fork " + run + " --at " + step};
}

// A step that waits for room, and what it takes.
Why of_queued(const state::State& state, const Place& at) {
  const state::Frame& frame = state.frames[at.frame];
  const plan::Node& node = state.node(frame, at.node);
  std::string sentence = "step '" + state::step_path(state, at.frame, at.node) + "' waits for room";
  const plan::Rarity* rarity = state.plan->rarity(node);
  for (size_t i = 0; rarity != nullptr && i < rarity->needs.size(); ++i) {
    sentence += (i == 0 ? ": " : ", ") + rarity->needs[i].resource;
  }
  return {std::move(sentence), frame.began[at.node], {}};
}

Why of_running(const state::State& state, const std::string& run, bool is_owned) {
  const Place at = step_with(state, WEFT_NODE_RUNNING);
  if (at.frame == event::no_frame) {
    const Place queued = step_with(state, WEFT_NODE_READY);
    if (queued.frame != event::no_frame && is_owned) return of_queued(state, queued);
    if (!state.waits.empty()) return of_wait(state, run);
    return {"the run is under way", state.updated, {}};
  }
  const state::Frame& frame = state.frames[at.frame];
  const std::string step = "step '" + state::step_path(state, at.frame, at.node) + "'";
  if (is_owned) return {step + " is running", frame.began[at.node], {}};
  return {"the process that ran it is gone; " + step + " was running", state.updated,
          "weft resume " + run};
}

Why explained(const Kernel::Rooms::Recalled& recalled, std::string_view id, bool is_owned) {
  const state::State& state = *recalled.state;
  const std::string run(id);
  switch (state.status) {
    case RunStatus::failed: return of_failure(state, run);
    case RunStatus::completed: return Why{"the run has completed", state.ended, {}};
    case RunStatus::partially_completed:
      return Why{"the run has completed, and steps of it failed that may fail", state.ended,
                 "weft show " + run};
    case RunStatus::cancelled:
      return Why{"the run was cancelled: " + std::string(state.outcome.as_text()), state.ended, {}};
    case RunStatus::paused:
      return Why{"the run is paused: " + std::string(state.reason["message"_k].as_text()),
                 state.updated, "weft resume " + run};
    default: break;
  }
  if (state.doubted > 0 && state.busy == 0) return of_doubt(state, run);
  if (state.status == RunStatus::compensating) {
    return Why{"the run failed, and its effects are being undone", state.updated,
               is_owned ? std::string() : "weft resume " + run};
  }
  if (state.status == RunStatus::waiting && !state.waits.empty()) {
    Why why = of_wait(state, run);
    const bool comes_by_itself = first_wait(state)->due != state::never;
    if (comes_by_itself && !is_owned && why.command.empty()) why.command = "weft resume " + run;
    return why;
  }
  return of_running(state, run, is_owned);
}

// What lies beside the run, as it is now.
struct Beside {
  engine::Engine& engine;
  Arena arena;

  static expr::Found read(void* self, const run::FrameScope& from, const run::SharedName& name) {
    const auto& beside = *static_cast<Beside*>(self);
    auto spot = run::spot_named(from, name);
    if (!spot) return {Value(), false, "state.no_owner"};
    Builder b(beside.arena);
    bool is_there = true;
    (void)beside.engine.beside([&](const run::Shared& shared) -> Result<void> {
      const std::string key = spot->store_key();
      if (!spot->key.empty()) {
        const run::Kept kept = run::kept_in(shared.get(shared.self, key, beside.arena));
        is_there = kept.value.exists();
        write(kept, b);
        return {};
      }
      const Value all = shared.list(shared.self, key, beside.arena);
      b.begin_object();
      for (uint32_t i = 0; i < all.size(); ++i) {
        b.key(Key(all.key(i)));
        write(run::kept_in(all[i]), b);
      }
      b.end_object();
      return {};
    });
    const Value found = b.take_value();
    if (!is_there) return {Value(), true, "path.missing"};
    return {found, !spot->key.empty(), nullptr};
  }
  static void write(const run::Kept& kept, Builder& b) {
    kept.what == spec::StateClass::sensitive ? b.text("‹redacted:sensitive›") : b.link(kept.value);
  }
};

}  // namespace

Result<Why> Kernel::why(std::string_view id) {
  auto recalled = rooms_->recall(id);
  if (!recalled) return recalled.error();
  auto owner = rooms_->store->get("owner/" + std::string(id));
  const bool is_owned = owner && owner->view()["alive"_k].as_bool();
  Why why = explained(*recalled, id, is_owned);
  why.sentence = state::shown(*recalled->state, why.sentence);
  return why;
}

// The names of the outermost block mean what they mean to its steps.
Result<Document> Kernel::query(std::string_view run, std::string_view expression) {
  auto recalled = rooms_->recall(run);
  if (!recalled) return recalled.error();
  const state::State& state = *recalled->state;
  if (expression.empty()) {
    base::Blocks redacted;
    const Value all = state.variables.exists() ? state.variables : null_value();
    return Document::copy(state::shown(state, all, redacted.arena()));
  }
  if (state.frames.empty()) {
    return Error{Status::conflict, "run.not_started", "the run has not begun yet", "ask later"};
  }
  base::Blocks blocks;
  const spec::Parsed parsed = spec::parse(state.plan->source, rooms_->catalog, blocks.arena());
  plan::Scope names(parsed.spec);
  names.enter(0, plan::none);
  auto compiled = expr::Expression::compile(expression, names.names());
  if (!compiled) return compiled.error();
  run::FrameScope scope{&state, &state.frames[0]};
  Beside beside{*rooms_->engine, blocks.arena()};
  scope.shared = {&beside, Beside::read};
  auto value = compiled->evaluate(scope.lend(state.updated, state.seed), blocks.arena());
  if (!value) return value.error();
  // Where it is a path, its last name says what stands there.
  const std::string_view name = expression.substr(expression.rfind('.') + 1);
  return Document::copy(state::shown(state, name, *value, blocks.arena()));
}

}  // namespace weft
