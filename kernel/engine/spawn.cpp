// Runs that hooks want beside one of this engine: kept in the commit of what hooks said, and
// started behind it. The store holds each until its acceptance takes it away, so a process that
// comes back starts what the one before it did not, and nothing twice.
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
  b.set("relation"_k, std::string_view("caused_by"));
  b.set("correlation"_k, before.as_text(parent.id));
  b.end_object();
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

// In the commit of this turn. Behind the end of a run nobody may take another turn, so what hooks
// say of its last step is committed at once.
void Engine::keep_runs(Slot& slot, Question& q) {
  if (q.wanted.empty()) return;
  const run::Run& parent = *slot.run;
  for (Wanted& wanted : q.wanted) {
    Kept kept{"spawn/" + parent.id + '/' + std::to_string(parent.state.seq) + '.' +
                  std::to_string(slot.kept_runs++),
              with_cause(wanted.how.view(), parent), std::move(wanted.bindings)};
    if (slot.is_durable) {
      journal_.define(*kept.bindings->plan);
      journal_.put(kept.key, kept.how.view());
    }
    kept_runs_.push_back(std::move(kept));
  }
  q.wanted.clear();
  if (!state::is_ended(parent.state.status)) return;
  if (commit()) return start_kept();
  kept_runs_.clear();
}

void Engine::start_kept() {
  // What cannot be started now stays in the store.
  for (const Kept& kept : std::exchange(kept_runs_, {})) {
    if (start_) (void)start_(kept);
  }
}

}  // namespace weft::engine
