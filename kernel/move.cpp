// A run that goes on under another definition: first tried on a copy of its state, then done.
#include <weft/travel.hpp>

#include <set>

#include "base/blocks.hpp"
#include "base/encode.hpp"
#include "kernel_rooms.hpp"
#include "run/decide.hpp"
#include "state/move.hpp"

namespace weft {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

Error refuse(std::string code, std::string message, std::string hint) {
  return {Status::conflict, std::move(code), std::move(message), std::move(hint), {}, 0};
}

Result<void> check_rest(std::string_view run, const state::State& state) {
  const std::string is = "run '" + std::string(run) + "' is ";
  const std::string status(state::to_text(state.status));
  if (state::is_ended(state.status)) {
    return refuse("run.ended", is + status, "start a new run of the new definition");
  }
  if (state.status == state::RunStatus::waiting || state.status == state::RunStatus::paused) {
    return {};
  }
  return refuse("migrate.not_at_rest", is + status + ", and only one that waits or is paused moves",
                "'weft pause " + std::string(run) + "' first");
}

// The variables that the new definition declares; what the run has of them it keeps.
void write_variables(const state::State& state, const plan::Plan& to, Builder& b) {
  b.begin_object();
  for (const plan::Variable& variable : to.variables) {
    const Value now = state.variables[Key(variable.name)];
    if (now.exists()) {
      b.set(Key(variable.name), now);
    } else if (variable.initial.exists()) {
      b.set(Key(variable.name), variable.initial);
    }
  }
  b.end_object();
}

// The payload of run_migrated.
Value describe(const state::State& state, const plan::Plan& to, const MoveOptions& options,
               Arena arena) {
  Builder b(arena);
  b.begin_object();
  b.set("definition"_k, std::string_view(base::to_hex(to.hash)));
  b.set("pins"_k, to.pins);
  b.key("map"_k);
  b.begin_array();
  for (const MoveOptions::Renamed& one : options.renamed) {
    b.begin_object();
    b.set("from"_k, std::string_view(one.from));
    b.set("to"_k, std::string_view(one.to));
    b.end_object();
  }
  b.end_array();
  b.key("variables"_k);
  write_variables(state, to, b);
  b.end_object();
  return b.take_value();
}

void check_variables(const state::State& state, const plan::Plan& to, std::vector<Error>& found) {
  for (const plan::Variable& variable : to.variables) {
    const Value now = state.variables[Key(variable.name)];
    if (!now.exists()) continue;
    std::vector<spec::Problem> problems;
    variable.schema->check(now, "/" + std::string(variable.name), problems);
    for (const spec::Problem& problem : problems) {
      found.push_back(refuse(
          "migrate.bad_variable",
          "the run's variable at " + problem.pointer + " does not fit any more: " + problem.message,
          "change it first with 'weft update'"));
    }
  }
}

// The move as it would be decided, on a copy: what would begin, and whether a pattern refuses.
class Rehearsal final {
 public:
  Rehearsal(const state::State& state, state::Pages& pages) : run_(0, "", state.plan, pages) {
    state::copy(state, run_.state);
  }

  void play(const std::shared_ptr<const plan::Plan>& to, Value how, Moved& moved) {
    const state::Mapping mapping(*run_.state.plan, *to, how["map"_k]);
    std::set<std::pair<uint32_t, uint32_t>> ended;
    for (const state::Frame& frame : run_.state.frames) {
      for (uint32_t n = 0; n < frame.count; ++n) {
        if (frame.status[n] == WEFT_NODE_PENDING) continue;
        const std::pair place{frame.number, mapping.node(frame.block, n)};
        if (state::is_node_ended(frame.status[n])) ended.insert(place);
      }
    }
    run_.state.arriving = to;
    run::Input input;
    input.kind = run::Input::Kind::move;
    input.value = how;
    decider_.decide(run_, input, run_.state.updated, decision_);
    for (const Event& e : decision_.events) tell(e, ended, moved);
    for (const state::Frame& frame : run_.state.frames) {
      for (uint32_t n = 0; n < frame.count; ++n) {
        const bool is_old =
            ended.contains({frame.number, n}) || frame.status[n] == WEFT_NODE_WAITING;
        if (is_old) moved.kept.push_back(state::step_path(run_.state, frame.number, n));
      }
    }
  }

 private:
  void tell(const Event& e, const std::set<std::pair<uint32_t, uint32_t>>& ended, Moved& moved) {
    if (e.type == Type::run_failed) {
      moved.objections.push_back(refuse(
          "migrate.refused", "the run would fail: " + std::string(e.value()["message"_k].as_text()),
          "let the steps that have run stand first, in their order"));
    }
    if (e.type != Type::step_started && e.type != Type::step_queued) return;
    const std::string path = state::step_path(run_.state, e.frame, e.node);
    if (!ended.contains({e.frame, e.node})) return moved.started.push_back(path);
    moved.objections.push_back(refuse("migrate.again", "step '" + path + "' would run again",
                                      "give the new step another id"));
  }

  run::Run run_;
  run::Decider decider_;
  run::Decision decision_;
};

}  // namespace

Result<Moved> Kernel::move(std::string_view run, const Workflow& to, const MoveOptions& options) {
  auto recalled = rooms_->recall(run);
  if (!recalled) return recalled.error();
  const state::State& state = *recalled->state;
  if (auto rests = check_rest(run, state); !rests) return rests.error();
  const std::shared_ptr<const engine::Bindings>& bindings = to.body_->bindings;
  const plan::Plan& plan = *bindings->plan;
  Moved moved{base::to_hex(state.plan->hash), base::to_hex(plan.hash), {}, {}, {}};
  base::Blocks blocks;
  const Value how = describe(state, plan, options, blocks.arena());
  const state::Mapping mapping(*state.plan, plan, how["map"_k]);
  moved.objections = state::objections(state, plan, mapping);
  check_variables(state, plan, moved.objections);
  if (moved.objections.empty()) {
    Rehearsal(state, *recalled->pages).play(bindings->plan, how, moved);
  }
  if (!moved.objections.empty() || options.only_look) return moved;

  Rooms::Return how_back;
  how_back.moves_to = bindings;
  how_back.move = how;
  auto back = rooms_->bring_back(run, how_back);
  if (!back) return back.error();
  if (back->was_here) {
    return refuse("run.held", "run '" + std::string(run) + "' is in the memory of this process",
                  "let it rest without 'stays', then move it");
  }
  engine::Ticket& ticket = *back->ticket;
  rooms_->engine->drive(ticket, INT64_MAX, true);
  const bool given_up = ticket.is_done.load() && !ticket.report.error.code.empty();
  if (given_up) return ticket.report.error;
  return moved;
}

}  // namespace weft
