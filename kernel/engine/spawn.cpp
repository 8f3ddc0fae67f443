// Runs that hooks or detached steps want beside one of this engine: kept in the commit of what
// hooks said or the step came to, and started behind it. The store holds each until its acceptance
// takes it away, so a process that comes back starts what the one before it did not, and nothing
// twice.
#include <algorithm>

#include "base/encode.hpp"
#include "base/pack.hpp"
#include "engine/engine.hpp"
#include "engine/question.hpp"
#include "engine/slot.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

constexpr uint32_t operations_max = 100;  // of one verdict

Error illegal(std::string message, std::string hint) {
  return {Status::failed, "hook.illegal_result", std::move(message), std::move(hint), {},
          WEFT_ERR_BUG};
}

// The run that it comes from stands beside what it is started with.
base::Doc with_cause(Value how, const run::Run& parent) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  for (uint32_t i = 0; i < how.size(); ++i) b.set(Key(how.key(i)), how[i]);
  const Value before = parent.state.acceptance["caused_by"_k]["correlation"_k];
  b.key("caused_by"_k);
  b.begin_object();
  b.set("run"_k, std::string_view(parent.id));
  b.set("seq"_k, parent.state.seq);
  if (how["step"_k].exists()) b.set("step"_k, how["step"_k]);
  b.set("relation"_k, std::string_view("caused_by"));
  b.set("correlation"_k, before.as_text(parent.id));
  b.set("depth"_k, parent.state.acceptance["caused_by"_k]["depth"_k].as_u64() + 1);
  b.end_object();
  b.end_object();
  return base::pack(b.take_value());
}

// What the step starts is known by now; the plan of it is made once for a run.
Result<void> make_ready(std::shared_ptr<const Bindings>& bindings, const plan::Call& call,
                        Value args, const std::function<Result<Wanted>(Value)>& want) {
  if (bindings != nullptr) return {};
  if (!want) {
    return Error{Status::unsupported, "workflow.not_started", "nothing here starts detached runs",
                 "run it with 'weft run', or give the engine of the program a way to start runs"};
  }
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("workflow"_k, call.alone);
  b.set("input"_k, args["input"_k]);
  b.end_object();
  auto made = want(b.take_value());
  if (!made) return made.error();
  bindings = std::move(made->bindings);
  return {};
}

// It is started for the same people and with the same grants.
base::Doc how_of(const run::Run& parent, Value grants, const plan::Plan& plan,
                 const run::Command& command) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("definition"_k, std::string_view(base::to_hex(plan.hash)));
  b.set("pins"_k, plan.pins);
  for (const Key name : {"run"_k, "input"_k, "params"_k}) b.set(name, command.args[name]);
  b.set("step"_k, std::string_view(
                      state::step_path(parent.state, command.frame, command.node, command.visit)));
  b.set("grants"_k, grants);
  for (const Key name : {"session"_k, "user"_k}) {
    const Value whose = parent.state.acceptance[name];
    if (whose.exists()) b.set(name, whose);
  }
  b.end_object();
  return base::pack(b.take_value());
}

}  // namespace

// Whether all can be started; they are added to the list, if there is one.
Result<void> Engine::want_runs(Value said, std::vector<Wanted>* to) {
  const Value operations = said["operations"_k];
  if (!operations.is_array() || operations.size() == 0 || operations.size() > operations_max) {
    return illegal("a hook asked to fork without a list of what to start",
                   "give {operations: [{workflow, input?, key?} or {tool, parameters}]}, at most " +
                       std::to_string(operations_max));
  }
  for (const Value one : operations) {
    if (!want_) return illegal("nothing here starts detached runs", "remove the hook");
    auto wanted = want_(one);
    if (!wanted) {
      return illegal("a hook asked to start what cannot be started: " + wanted.error().message,
                     wanted.error().hint);
    }
    if (to != nullptr) to->push_back(std::move(*wanted));
  }
  return {};
}

// In the commit of this turn. Behind the end of a run nobody may take another turn, so what is
// wanted of its last step is committed at once.
void Engine::keep_runs(Slot& slot, std::vector<Wanted>& wanted) {
  if (wanted.empty()) return;
  const run::Run& parent = *slot.run;
  for (Wanted& one : wanted) {
    Kept kept{"spawn/" + parent.id + '/' + std::to_string(parent.state.seq) + '.' +
                  std::to_string(slot.kept_runs++),
              with_cause(one.how.view(), parent), std::move(one.bindings)};
    if (slot.is_durable) {
      journal_.define(*kept.bindings->plan);
      journal_.put(kept.key, kept.how.view());
    }
    kept_runs_.push_back(std::move(kept));
  }
  wanted.clear();
  if (!state::is_ended(parent.state.status)) return;
  if (commit()) return start_kept();
  kept_runs_.clear();
}

// The step has succeeded when the store keeps what it starts, and not before: both in one commit.
void Engine::detach(Slot& slot, const run::Command& command) {
  const state::State& state = slot.run->state;
  const uint32_t call = state.node(state.frames[command.frame], command.node).call;
  slot.detached.resize(state.plan->calls.size());
  if (auto made = make_ready(slot.detached[call], state.plan->calls[call], command.args, want_);
      !made) {
    const Error& why = made.error();
    say(error_, WEFT_ERR_BAD_INPUT, why.message);
    error_.detail = detail_of(why.code, why.hint).raw();
    return refuse(slot, command, WEFT_BAD_INPUT);
  }
  const std::shared_ptr<const Bindings>& bindings = slot.detached[call];
  std::vector<Wanted> wanted;
  wanted.push_back({bindings, how_of(*slot.run, slot.grants.view(), *bindings->plan, command)});
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("run"_k, command.args["run"_k]);
  b.set("workflow"_k, std::string_view(bindings->plan->id));
  b.end_object();
  run::Input input = reply_to(command, slot.number);
  input.value = b.take_value();
  decide(slot, input);
  const bool succeeded =
      std::any_of(decision_.events.begin(), decision_.events.end(), [&](const event::Event& e) {
        return e.type == event::Type::step_succeeded && e.frame == command.frame &&
               e.node == command.node && e.visit == command.visit;
      });
  if (succeeded) keep_runs(slot, wanted);
}

void Engine::start_kept() {
  // What cannot be started now stays in the store.
  for (const Kept& kept : std::exchange(kept_runs_, {})) {
    if (start_) (void)start_(kept);
  }
}

}  // namespace weft::engine
