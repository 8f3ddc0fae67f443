// Steps that begin only while something holds. Law of this file: such a step is asked when its turn
// comes, and again behind every decision that changed what it reads; nothing looks again by itself.
//
// When nothing runs and every wait is one of these, without a deadline, and what they read can only
// be changed by steps of this run, none of them can ever hold: the first one fails.
#include <algorithm>
#include <string>

#include "base/text.hpp"
#include "run/decide.hpp"
#include "run/scope.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Wait;

namespace {

constexpr uint8_t reads_all = plan::reads_results | plan::reads_variables | plan::reads_shared;

// What an event of a decision has changed, as bits of plan::Rarity::enabled_reads.
uint8_t changed_by(const event::Event& e) {
  switch (e.type) {
    case Type::step_queued:
    case Type::step_started:
    case Type::step_waiting: return e.visit > 0 ? plan::reads_results : uint8_t{0};
    case Type::step_succeeded:
    case Type::step_failed:
    case Type::step_skipped:
    case Type::step_cancelled: return plan::reads_results;
    case Type::state_changed:
    case Type::rollback_done: return plan::reads_variables;
    case Type::scope_changed: return plan::reads_shared;
    case Type::run_resumed:
    case Type::run_migrated:
    case Type::run_forked: return reads_all;
    default: return 0;
  }
}

// It is not there yet, which is no error of the condition.
bool is_not_yet(const Error& error) { return error.code == "path.missing"; }

Error not_boolean(std::string_view field) {
  return {Status::bad_input,
          "expr.type",
          "the condition " + base::quoted(field) + " is not a boolean",
          "compare explicitly, there is no truthiness",
          {},
          WEFT_ERR_BAD_INPUT};
}

}  // namespace

struct Decider::Milestones {
  Result<bool> is_enabled(const At& at, const plan::Rarity& rarity);
  void wait_enabled(const At& at, const plan::Rarity& rarity);
  bool finds_none_enabled();
  void ask_milestones(size_t& asked, uint8_t changed);
  void ask_milestone(const Wait& asked);
  bool may_come_from_outside(const Wait& wait);
  bool fail_unreachable();

  Decider& decider;
};

// Whether the step begins now; it may have been skipped or failed, or it waits.
bool Decider::may_begin(const At& at) {
  const plan::Node& n = node(at);
  const plan::Rarity* rarity = state().plan->rarity(n);
  const uint32_t enabled = rarity != nullptr ? rarity->enabled : plan::none;
  if (n.condition != enabled) {
    const FrameScope names = scope(at);
    auto holds = state().plan->expressions[n.condition].evaluate(names.lend(tick_, seed(at)),
                                                                 scratch_.arena());
    if (!holds) return fail(at, holds.error()), false;
    if (!holds->is_boolean()) return fail(at, not_boolean("if")), false;
    if (!holds->as_bool()) return skip(at, text("its condition is false")), false;
  }
  if (enabled == plan::none) return true;
  const auto holds = Milestones{*this}.is_enabled(at, *rarity);
  if (!holds) return fail(at, holds.error()), false;
  if (!*holds) Milestones{*this}.wait_enabled(at, *rarity);
  return *holds;
}

// Behind every decision. What lies beside the run may have changed without it, and is looked at
// when somebody says so or the run comes back.
void Decider::look_at_milestones(Input::Kind kind) {
  const bool looks = kind == Input::Kind::wake || kind == Input::Kind::resume;
  Milestones milestones{*this};
  uint8_t changed = looks ? plan::reads_shared : uint8_t{0};
  if (looks && out_->events.empty() && milestones.finds_none_enabled()) changed = 0;
  size_t asked = 0;
  milestones.ask_milestones(asked, changed);
  while (milestones.fail_unreachable()) {
    deliver();
    milestones.ask_milestones(asked, 0);
  }
}

Result<bool> Decider::Milestones::is_enabled(const At& at, const plan::Rarity& rarity) {
  const FrameScope names = decider.scope(at);
  auto holds = decider.state().plan->expressions[rarity.enabled].evaluate(
      names.lend(decider.tick_, decider.seed(at)), decider.scratch_.arena());
  if (!holds && is_not_yet(holds.error())) return false;
  if (!holds) return holds.error();
  if (!holds->is_boolean()) return not_boolean("when_enabled");
  return holds->as_bool();
}

void Decider::Milestones::wait_enabled(const At& at, const plan::Rarity& rarity) {
  const bool has_end = rarity.enabled_ns != 0 &&
                       rarity.enabled_ns < static_cast<uint64_t>(state::never - decider.tick_);
  const int64_t due =
      has_end ? decider.tick_ + static_cast<int64_t>(rarity.enabled_ns) : state::never;
  Builder b(decider.scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("milestone"));
  b.set("condition"_k, decider.state().plan->expressions[rarity.enabled].text());
  if (has_end) b.set("due_ns"_k, due);
  if (decider.bindings_.exists()) b.set("bindings"_k, decider.bindings_);
  b.end_object();
  Error why;
  if (!decider.emit(Type::step_waiting, {at.frame, at.node, at.visit}, {b.take_value()}, &why)) {
    return decider.fail(at, why);
  }
  if (has_end) decider.command(Command::Kind::wake_at, at, {}, due);
}

// A look that leads to nothing leaves nothing in the journal, however often others change what lies
// beside the run. One that leads to something is taken again, and then what is read is recorded.
bool Decider::Milestones::finds_none_enabled() {
  decider.is_looking_ = true;
  const auto& waits = decider.state().waits;
  const bool finds_none = std::none_of(waits.begin(), waits.end(), [this](const Wait& w) {
    if (w.kind != Wait::Kind::milestone) return false;
    const state::Frame& f = decider.state().frames[w.frame];
    const At at{w.frame, w.node, f.visit[w.node]};
    decider.bindings_ = Value(w.about)["bindings"_k];
    const plan::Rarity* rarity = decider.state().plan->rarity(decider.node(at));
    if (rarity == nullptr || (rarity->enabled_reads & plan::reads_shared) == 0) return false;
    const auto holds = is_enabled(at, *rarity);
    return !holds || *holds;
  });
  decider.bindings_ = {};
  decider.is_looking_ = false;
  return finds_none;
}

// Those that wait and read what the decision has changed, until none of them begins any more. One
// that waits for nothing any more has moved to another definition.
void Decider::Milestones::ask_milestones(size_t& asked, uint8_t changed) {
  while (!state::is_ended(decider.state().status) &&
         decider.state().status != state::RunStatus::paused) {
    for (; asked < decider.out_->events.size(); ++asked)
      changed |= changed_by(decider.out_->events[asked]);
    if (changed == 0) return;
    std::vector<Wait> waiting;
    for (const Wait& w : decider.state().waits) {
      if (w.kind != Wait::Kind::milestone) continue;
      const plan::Rarity* rarity = decider.state().plan->rarity(decider.node({w.frame, w.node}));
      const bool has_one = rarity != nullptr && rarity->enabled != plan::none;
      if (((has_one ? rarity->enabled_reads : reads_all) & changed) != 0) waiting.push_back(w);
    }
    for (const Wait& w : waiting) ask_milestone(w);
    changed = 0;
    decider.deliver();
  }
}

void Decider::Milestones::ask_milestone(const Wait& asked) {
  const state::Frame& f = decider.state().frames[asked.frame];
  const Wait* now = f.closed ? nullptr : decider.state().wait_of(asked.frame, asked.node);
  if (now == nullptr || now->kind != Wait::Kind::milestone || f.stopping) return;
  const At at{asked.frame, asked.node, f.visit[asked.node]};
  decider.bindings_ = Value(now->about)["bindings"_k];
  const plan::Rarity* rarity = decider.state().plan->rarity(decider.node(at));
  const bool has_one = rarity != nullptr && rarity->enabled != plan::none;
  const Result<bool> holds = has_one ? is_enabled(at, *rarity) : Result<bool>(true);
  if (!holds || *holds) decider.awake("a step is enabled");
  if (!holds) {
    decider.fail(at, holds.error());
  } else if (*holds) {
    decider.go_in(at);
  }
  decider.bindings_ = {};
}

// Whether somebody else than a step of this run may make it hold.
bool Decider::Milestones::may_come_from_outside(const Wait& wait) {
  const plan::Rarity* rarity = decider.state().plan->rarity(decider.node({wait.frame, wait.node}));
  const uint8_t reads = rarity != nullptr ? rarity->enabled_reads : uint8_t{0};
  if ((reads & plan::reads_shared) != 0) return true;
  if ((reads & plan::reads_variables) == 0) return false;
  const state::Frame& f = decider.state().frames[wait.frame];
  return decider.state().block(f).definition == 0 &&
         state::branch_of(decider.state(), wait.frame, wait.node, f.visit[wait.node]).is_of_run();
}

// False where something may still happen.
bool Decider::Milestones::fail_unreachable() {
  const auto& waits = decider.state().waits;
  const bool is_open = state::is_ended(decider.state().status) || waits.empty() ||
                       decider.state().status == state::RunStatus::paused ||
                       decider.state().doubted > 0;
  if (is_open) return false;
  uint32_t steps = 0;
  for (const Wait& w : waits) {
    const bool is_hopeless = w.kind == Wait::Kind::milestone && w.due == state::never;
    if (!is_hopeless || may_come_from_outside(w)) return false;
    if (decider.node({w.frame, w.node}).kind != plan::Kind::block) ++steps;
  }
  const bool undoes =
      std::any_of(decider.state().undo.begin(), decider.state().undo.end(),
                  [](const auto& u) { return u.stage == state::Undo::Stage::running; });
  if (decider.state().busy > steps || undoes) return false;
  const Wait first = waits.front();
  const state::Frame& f = decider.state().frames[first.frame];
  const std::string condition(Value(first.about)["condition"_k].as_text());
  decider.awake("what a step waits for cannot come");
  decider.fail(
      {first.frame, first.node, f.visit[first.node]},
      Error{Status::failed,
            "milestone.unreachable",
            "nothing that still runs can make (" + condition + ") hold, and nobody outside can",
            "let a step that is sure to run change what it reads, or give it a 'timeout'",
            {},
            WEFT_ERR_BAD_INPUT});
  return true;
}

}  // namespace weft::run
