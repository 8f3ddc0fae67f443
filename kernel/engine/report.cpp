#include "engine/report.hpp"

#include <algorithm>
#include <unordered_map>
#include <vector>

#include "base/encode.hpp"
#include "base/time.hpp"
#include "run/scope.hpp"
#include "run/undone.hpp"
#include "state/shown.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

struct Ran {
  int64_t began;
  uint32_t frame, node;
};

void set_time(Builder& b, Key key, int64_t tick) {
  if (tick != 0) b.set(key, std::string_view(base::time_text(tick)));
}

double milliseconds(int64_t ns) { return static_cast<double>(ns) / 1e6; }

void add_step(Builder& b, const state::State& state, const Ran& ran, Arena arena) {
  const state::Frame& f = state.frames[ran.frame];
  const uint8_t status = f.status[ran.node];
  const std::string path = state::step_path(state, ran.frame, ran.node);
  b.key(Key(path));
  b.begin_object();
  b.set("status"_k, state::node_status_text(status));
  if (status == WEFT_NODE_SUCCEEDED) {
    b.set("output"_k, state::shown(state, run::result_of(f, ran.node), arena));
  }
  const bool failed = status == WEFT_NODE_FAILED || status == WEFT_NODE_CONTINUED;
  if (failed) b.set("error"_k, state::shown(state, Value(f.value[ran.node]), arena));
  if (status == WEFT_NODE_SKIPPED) {
    b.set("reason"_k, state::shown(state, Value(f.value[ran.node]), arena));
  }
  b.set("attempts"_k, f.attempt[ran.node]);
  if ((f.traits[ran.node] & event::is_cached) != 0) b.set("cached"_k, true);
  set_time(b, "started_at"_k, f.began[ran.node]);
  if (state::is_node_ended(status)) {
    b.set("duration_ms"_k, milliseconds(f.ended[ran.node] - f.began[ran.node]));
  }
  b.end_object();
}

// What a class of errors says about where to look.
std::string_view diagnosis_of(std::string_view kind) {
  if (kind == "transient") return "something outside failed for the moment; trying again may help";
  if (kind == "resource") return "there was no room or quota for longer than a step may wait";
  if (kind == "agent") return "an agent or its provider could not do what was asked";
  if (kind == "bug") return "a plugin broke its contract";
  return "the definition, its input or a permission is wrong; the same run would fail again";
}

// What a person needs who finds a run that failed: what it means, what was undone, what would work.
void add_failure(Builder& b, const std::string& id, const state::State& state) {
  const Value error = state.outcome;
  b.set("diagnosis"_k, diagnosis_of(error["class"_k].as_text()));
  const bool was_undone = !state.frames.empty() && state.frames.front().rollback.exists();
  b.set("rollback_applied"_k, was_undone);
  b.key("compensated"_k);
  b.begin_array();
  for (const std::string& path : run::undone(state, state::Undo::Stage::done, 0)) b.text(path);
  b.end_array();
  b.key("recovery_plan"_k);
  b.begin_array();
  const std::string_view step = error["step"_k].as_text();
  if (!step.empty()) b.text("weft fork " + id + " --at " + std::string(step));
  if (error["code"_k].as_text() == "permission.denied") {
    b.text("weft run FILE --allow-read GLOB, or a grant in 'policy' of the definition");
  }
  const std::string_view hint = error["hint"_k].as_text();
  if (!hint.empty()) b.text(hint);
  b.end_array();
}

// Every condition that was asked, with what it came to and what it had read; and of those the ones
// that were true, which are the way that the run has gone. Of one asked again, the latest answer.
void add_decisions(Builder& b, const state::State& state, Arena arena) {
  std::vector<std::pair<const state::Frame*, uint32_t>> asked;
  for (const state::Frame& f : state.frames) {
    for (uint32_t n = 0; n < f.count; ++n) {
      const bool is_asked = state.node(f, n).is_condition && f.status[n] == WEFT_NODE_SUCCEEDED;
      if (is_asked) asked.emplace_back(&f, n);
    }
  }
  if (asked.empty()) return;
  std::stable_sort(asked.begin(), asked.end(), [](const auto& a, const auto& c) {
    return a.first->ended[a.second] < c.first->ended[c.second];
  });
  b.key("conditions_evaluated"_k);
  b.begin_array();
  for (const auto& [f, n] : asked) {
    b.begin_object();
    const bool is_outermost = f->parent == event::no_frame;
    if (!is_outermost) {
      b.set("in"_k, std::string_view(state::step_path(state, f->parent, f->parent_node)));
    }
    b.set("condition"_k, Value(f->value[n])["metadata"_k]["condition"_k]);
    b.set("value"_k, run::result_of(*f, n));
    b.set("read"_k, state::shown(state, Value(f->value[n])["metadata"_k]["read"_k], arena));
    b.end_object();
  }
  b.end_array();
}

// Depth first, so that what began within one turn keeps the order in which it was decided.
struct Order {
  const state::State& state;
  std::unordered_map<uint64_t, uint32_t> inner;  // the latest frame of a block step
  std::vector<Ran> all;

  static uint64_t key(uint32_t frame, uint32_t node) { return uint64_t{frame} << 32U | node; }

  void add(uint32_t frame) {
    const state::Frame& f = state.frames[frame];
    for (uint32_t n = 0; n < f.count; ++n) {
      if (f.status[n] == WEFT_NODE_PENDING || state.node(f, n).id.empty()) continue;
      all.push_back({f.began[n], frame, n});
      const auto child = inner.find(key(frame, n));
      if (child != inner.end()) add(child->second);
    }
  }
};

std::vector<Ran> in_order_of_start(const state::State& state) {
  Order order{state, {}, {}};
  // A block that was tried again has the frames of its attempts; steps are told once.
  for (const state::Frame& f : state.frames) {
    if (f.parent != event::no_frame) order.inner[Order::key(f.parent, f.parent_node)] = f.number;
  }
  if (!state.frames.empty()) order.add(0);
  std::stable_sort(order.all.begin(), order.all.end(),
                   [](const Ran& a, const Ran& b) { return a.began < b.began; });
  return std::move(order.all);
}

}  // namespace

base::Doc detail_of(const std::string& id, const state::State& state) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  const plan::Plan& plan = *state.plan;
  const bool succeeded = state.status == state::RunStatus::completed ||
                         state.status == state::RunStatus::partially_completed;
  b.begin_object();
  b.set("run_id"_k, std::string_view(id));
  b.key("workflow"_k);
  b.begin_object();
  b.set("id"_k, std::string_view(plan.id));
  b.set("version"_k, std::string_view(plan.version));
  b.set("hash"_k, std::string_view(base::to_hex(plan.hash)));
  const Value adapted = state.acceptance["adapted"_k];
  if (adapted.exists()) b.set("adapted"_k, adapted);
  b.end_object();
  const Value cause = state.acceptance["caused_by"_k];
  if (cause.exists()) b.set("caused_by"_k, cause);
  b.set("status"_k, state::to_text(state.status));
  const Value outcome = state::shown(state, state.outcome, blocks.arena());
  if (succeeded) b.set("final_result"_k, outcome);
  if (state.status == state::RunStatus::failed) b.set("error"_k, outcome);
  if (state.status == state::RunStatus::cancelled) b.set("reason"_k, outcome);
  if (state.status == state::RunStatus::failed) add_failure(b, id, state);
  set_time(b, "started_at"_k, state.accepted);
  if (state.ended != 0) b.set("duration_ms"_k, milliseconds(state.ended - state.accepted));
  const std::vector<Ran> order = in_order_of_start(state);
  b.key("step_results"_k);
  b.begin_object();
  for (const Ran& ran : order) add_step(b, state, ran, blocks.arena());
  b.end_object();
  b.key("execution_path"_k);
  b.begin_array();
  for (const Ran& ran : order) {
    if (state.frames[ran.frame].attempt[ran.node] == 0) continue;
    b.text(state::step_path(state, ran.frame, ran.node));
  }
  b.end_array();
  add_decisions(b, state, blocks.arena());
  b.key("warnings"_k);
  b.begin_array();
  for (const std::string& warning : plan.warnings) b.text(warning);
  b.end_array();
  b.end_object();
  auto doc = base::try_pack(b.take_value());
  return doc ? std::move(*doc) : base::Doc();
}

Report make_report(const run::Run& run, bool with_detail) {
  Report report;
  report.run = run.id;
  report.status = run.state.status;
  const bool rests =
      run.state.status == state::RunStatus::waiting || run.state.status == state::RunStatus::paused;
  const bool failed = run.state.status == state::RunStatus::failed;
  base::Blocks redacted;
  Value why = rests ? run.state.reason : run.state.outcome;
  // A result is for the program that asked for it, an error for people.
  if (rests || failed) why = state::shown(run.state, why, redacted.arena());
  auto outcome = base::try_pack(why.exists() ? why : null_value());
  if (outcome) {
    report.outcome = std::move(*outcome);
  } else {
    report.error = outcome.error();
  }
  if (with_detail) report.detail = detail_of(run.id, run.state);
  return report;
}

}  // namespace weft::engine
