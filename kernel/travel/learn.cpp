#include "travel/learn.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "base/blocks.hpp"
#include "base/limits.hpp"
#include "base/pack.hpp"
#include "run/scope.hpp"
#include "state/shown.hpp"
#include "travel/checkpoints.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

struct Condition {
  std::string at, text, basis;
};

struct Decision {
  size_t of = 0;      // conditions
  uint32_t node = 0;  // in its block
  int64_t at = 0;
  std::optional<bool> value;
  std::string error, side;
  std::string_view outcome;
  std::optional<int64_t> took;
  bool is_hidden = false;
  base::Doc read;
};

// A side that was chosen in a frame, for the conditions that were asked before.
struct Open {
  std::vector<size_t> asked;  // decisions
  std::vector<uint32_t> steps;
  size_t left = 0;  // steps that have not ended
  int64_t began = 0, last = 0;
  bool is_chosen = false, is_redirected = false, has_failed = false, was_cancelled = false;
};

bool contains(Value nodes, uint64_t node) {
  for (const Value one : nodes) {
    if (one.as_u64(UINT64_MAX) == node) return true;
  }
  return false;
}

// Writes what a condition may read, also what it passed over, and drops what nobody may see.
class Reading final {
 public:
  Reading(const state::State& state, const Event& e) : state_(state), e_(e) {
    names_.state = &state;
    names_.frame = &state.frames[e.frame];
    names_.node = e.node;
    names_.visit = e.visit;
  }

  base::Doc take(const expr::Expression& expression);
  bool is_hidden() const { return is_hidden_; }

 private:
  expr::Found find(const expr::Asked& asked);
  void write(const expr::Asked& asked);

  const state::State& state_;
  const Event& e_;
  run::FrameScope names_{};
  base::Blocks blocks_;
  Builder b_{blocks_.arena()};
  bool is_hidden_ = false;
};

base::Doc Reading::take(const expr::Expression& expression) {
  const std::vector<expr::Asked> all = expression.asked();
  b_.begin_array();
  for (auto one = all.begin(); one != all.end(); ++one) {
    const bool is_told = std::any_of(all.begin(), one, [&](const expr::Asked& before) {
      return before.name == one->name && before.first.view() == one->first.view();
    });
    if (!is_told) write(*one);
  }
  b_.end_array();
  return base::pack(b_.take_value());
}

// What lies beside the run is known only where it was read.
expr::Found Reading::find(const expr::Asked& asked) {
  if (asked.root.kind != static_cast<uint32_t>(plan::RootKind::shared)) {
    const expr::Scope scope = names_.lend(e_.tick, 0);
    return scope.value(scope.self, asked, blocks_.arena());
  }
  std::string path(asked.name);
  if (asked.first.n != 0) path.append(".").append(asked.first.view());
  const Value read = e_.value()["metadata"_k]["read"_k][Key(path)];
  return {read, true, read.exists() ? nullptr : "learned.unread"};
}

void Reading::write(const expr::Asked& asked) {
  expr::Found found = find(asked);
  if (found.code == nullptr && !found.took_first && asked.first.n != 0 && found.value.is_object()) {
    found.value = found.value[asked.first];
    found.took_first = true;
    if (!found.value.exists()) found.code = "path.missing";
  }
  if (found.code != nullptr) found.value = {};
  const std::string_view name = asked.first.n != 0 ? asked.first.view() : asked.name;
  const Value value = found.value;
  if (value.exists() && state::shown(state_, name, value, blocks_.arena()).slot() != value.slot()) {
    is_hidden_ = true;
    found.code = "learned.hidden";
  } else if (value.exists() && base::packed_bytes(value) > base::limits::learned_bytes) {
    found.code = "learned.too_large";
  }
  b_.begin_array();
  b_.text(asked.name);
  b_.text(asked.first.view());
  b_.boolean(found.took_first);
  b_.text(found.code != nullptr ? found.code : "");
  if (found.code == nullptr && value.exists()) b_.link(value);
  b_.end_array();
}

class Pupil final {
 public:
  explicit Pupil(Canons& canons) : canons_(canons) {}

  void take(const state::State& state, const Event& e);
  base::Doc finish(std::string_view run, const plan::Plan& plan);

 private:
  void ask(const state::State& state, const Event& e);
  void choose(const state::State& state, const Event& e);
  void end_step(const Event& e);
  void settle(Open& open);
  void settle_all();
  size_t number_of(const state::State& state, const Event& e);
  void write(const Decision& decision, Builder& b) const;

  Canons& canons_;
  std::vector<Condition> conditions_;
  std::map<std::pair<const plan::Plan*, uint32_t>, size_t> by_node_;
  std::vector<Decision> decisions_;
  std::map<uint32_t, Open> open_;  // by frame
  std::string adapted_from_;       // the basis of the definition that was submitted
  const plan::Plan* accepted_ = nullptr;
  uint64_t dropped_ = 0;
  int64_t ended_ = 0;
};

// What came before a fork was decided by another run.
void Pupil::take(const state::State& state, const Event& e) {
  if (e.type == Type::run_accepted || e.type == Type::run_forked) {
    decisions_.clear();
    open_.clear();
    dropped_ = 0;
    adapted_from_ = state.acceptance["adapted"_k]["basis"_k].as_text();
    accepted_ = state.plan.get();
  }
  if (e.type == Type::run_migrated) settle_all();
  if (event::ends_run(e.type)) ended_ = e.tick;
  if (e.frame >= state.frames.size()) return;
  const state::Frame& frame = state.frames[e.frame];
  if (!says(state.block(frame), "learning"_k)) return;
  if (e.type == Type::branch_selected) return choose(state, e);
  if (!ends_step(e.type)) return;
  state.node(frame, e.node).is_condition ? ask(state, e) : end_step(e);
}

size_t Pupil::number_of(const state::State& state, const Event& e) {
  const plan::Plan& plan = *state.plan;
  const state::Frame& frame = state.frames[e.frame];
  const uint32_t node = state.block(frame).first + e.node;
  const auto [found, is_new] = by_node_.try_emplace({&plan, node}, conditions_.size());
  if (!is_new) return found->second;
  Condition& made = conditions_.emplace_back();
  made.at = canons_.pointer(plan, node);
  made.text = plan.expressions[plan.nodes[node].condition].text();
  const Canon* canon = canons_.of(plan);
  const bool is_adapted = !adapted_from_.empty() && accepted_ == &plan;
  if (is_adapted) made.basis = adapted_from_;
  if (!is_adapted && canon != nullptr) made.basis = canon->basis;
  return found->second;
}

void Pupil::ask(const state::State& state, const Event& e) {
  const bool is_known = e.type == Type::step_succeeded;
  if (!is_known && e.type != Type::step_failed) return;
  Open& open = open_[e.frame];
  if (open.is_chosen) settle(open);
  if (decisions_.size() >= base::limits::learned_decisions) {
    ++dropped_;
    return;
  }
  const plan::Node& node = state.node(state.frames[e.frame], e.node);
  Decision& made = decisions_.emplace_back();
  made.of = number_of(state, e);
  made.node = e.node;
  made.at = e.tick;
  Reading reading(state, e);
  made.read = reading.take(state.plan->expressions[node.condition]);
  made.is_hidden = reading.is_hidden();
  if (is_known) {
    made.value = e.value()["result"_k].as_bool();
    open.asked.push_back(decisions_.size() - 1);
  } else {
    made.error = e.value()["code"_k].as_text();
  }
}

// Where hooks sent the run elsewhere, what became of it tells nothing of the condition. What was
// not true leads to the side without a condition, if there is one, behind the last that was asked.
void Pupil::choose(const state::State& state, const Event& e) {
  Open& open = open_[e.frame];
  const uint64_t none = UINT64_MAX;
  const uint64_t taken_step = e.value()["taken"_k].as_u64(none);
  const uint64_t was_true = e.value()["condition"_k].as_u64(none);
  const uint64_t last = open.asked.empty() ? none : decisions_[open.asked.back()].node;
  Value wanted, taken;
  bool is_behind = false;
  const Value sides = state.block(state.frames[e.frame]).compiled["sides"_k];
  for (const Value side : sides) {
    const uint64_t condition = side[1U].as_u64(none);
    const bool fits =
        was_true != none ? condition == was_true : is_behind && !side[1U].is_integer();
    if (fits && !wanted.exists()) wanted = side;
    if (taken_step != none && contains(side[2U], taken_step)) taken = side;
    is_behind = is_behind || (last != none && condition == last);
  }
  open.is_redirected = taken.exists() && wanted.exists() && taken.slot() != wanted.slot();
  const Value side = taken.exists() ? taken : wanted;
  open.is_chosen = true;
  open.began = open.last = e.tick;
  for (const Value node : side[2U]) open.steps.push_back(static_cast<uint32_t>(node.as_u64()));
  open.left = open.steps.size();
  for (const size_t number : open.asked) decisions_[number].side = side[0U].as_text("none");
}

void Pupil::end_step(const Event& e) {
  const auto found = open_.find(e.frame);
  if (found == open_.end() || !found->second.is_chosen) return;
  Open& open = found->second;
  if (std::find(open.steps.begin(), open.steps.end(), e.node) == open.steps.end()) return;
  if (open.left > 0) --open.left;
  if (e.type == Type::step_failed) open.has_failed = true;
  if (e.type == Type::step_cancelled) open.was_cancelled = true;
  if (e.type != Type::step_skipped) open.last = e.tick;
}

// An empty side has no outcome, and what took no time that was seen has no duration.
void Pupil::settle(Open& open) {
  std::string_view outcome;
  if (open.is_chosen && !open.steps.empty()) {
    outcome = open.has_failed                       ? "failed"
              : open.was_cancelled || open.left > 0 ? "cancelled"
                                                    : "succeeded";
  }
  if (open.is_redirected) outcome = "redirected";
  for (const size_t number : open.asked) {
    decisions_[number].outcome = outcome;
    if (open.last > open.began) decisions_[number].took = open.last - open.began;
  }
  open = {};
}

void Pupil::settle_all() {
  for (auto& [frame, open] : open_) settle(open);
  open_.clear();
}

void Pupil::write(const Decision& decision, Builder& b) const {
  b.begin_object();
  b.set("of"_k, static_cast<uint64_t>(decision.of));
  b.set("at_ns"_k, decision.at);
  if (decision.value) b.set("value"_k, *decision.value);
  if (!decision.error.empty()) b.set("error"_k, std::string_view(decision.error));
  if (!decision.side.empty()) b.set("side"_k, std::string_view(decision.side));
  if (!decision.outcome.empty()) b.set("outcome"_k, decision.outcome);
  if (decision.took) b.set("took_ns"_k, *decision.took);
  if (decision.is_hidden) b.set("hidden"_k, true);
  b.set("read"_k, decision.read.view());
  b.end_object();
}

base::Doc Pupil::finish(std::string_view run, const plan::Plan& plan) {
  settle_all();
  if (ended_ == 0 || decisions_.empty()) return {};
  base::Blocks blocks;
  Builder b(blocks.arena());
  b.begin_object();
  b.set("run"_k, run);
  b.set("workflow"_k, std::string_view(plan.id));
  b.set("ended_ns"_k, ended_);
  b.set("dropped"_k, dropped_);
  b.key("conditions"_k);
  b.begin_array();
  for (const Condition& condition : conditions_) {
    b.begin_object();
    b.set("at"_k, std::string_view(condition.at));
    b.set("text"_k, std::string_view(condition.text));
    b.set("basis"_k, std::string_view(condition.basis));
    b.end_object();
  }
  b.end_array();
  b.key("decisions"_k);
  b.begin_array();
  for (const Decision& decision : decisions_) write(decision, b);
  b.end_array();
  b.end_object();
  return base::pack(b.take_value());
}

}  // namespace

Result<base::Doc> learn(const Side& side, Canons& canons) {
  Pupil pupil(canons);
  auto folded = fold(*side.history, side.plan,
                     [&](const state::State& state, const Event& e) { pupil.take(state, e); });
  if (!folded) return folded.error();
  return pupil.finish(side.history->run, *side.plan);
}

}  // namespace weft::travel
