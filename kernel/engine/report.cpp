#include "engine/report.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "base/encode.hpp"
#include "base/time.hpp"
#include "engine/added.hpp"
#include "engine/course.hpp"
#include "run/scope.hpp"
#include "run/undone.hpp"
#include "state/shown.hpp"

namespace weft::engine {

using namespace weft::lit;

namespace {

void set_time(Builder& b, Key key, int64_t tick) {
  if (tick != 0) b.set(key, std::string_view(base::time_text(tick)));
}

double milliseconds(int64_t ns) { return static_cast<double>(ns) / 1e6; }

// What results say that they took.
struct Use {
  std::optional<int64_t> tokens;
  std::optional<double> cost;

  void add(Value said) {
    const Value some = said["tokens"_k], price = said["cost"_k];
    if (some.is_integer()) tokens = tokens.value_or(0) + some.as_i64();
    if (price.is_number()) cost = cost.value_or(0) + price.as_f64();
  }
  void tell(Builder& b) const {
    if (tokens) b.set("tokens"_k, *tokens);
    if (cost) b.set("cost"_k, *cost);
  }
};

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
  b.set("attempts"_k, ran.attempts);
  if ((f.traits[ran.node] & event::is_cached) != 0) b.set("cached"_k, true);
  set_time(b, "started_at"_k, f.began[ran.node]);
  if (state::is_node_ended(status)) {
    b.set("duration_ms"_k, milliseconds(f.ended[ran.node] - f.began[ran.node]));
  }
  const Value about = run::about(state, f, ran.node);
  Use use;
  use.add(about);
  use.tell(b);
  if (about.exists()) b.set("metadata"_k, state::shown(state, about, arena));
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

// The points that one can go back to, in the order in which they came.
void add_checkpoints(Builder& b, const state::State& state, const std::vector<Ran>& course) {
  std::vector<const Ran*> ended;
  for (const Ran& ran : course) {
    const uint8_t status = state.frames[ran.frame].status[ran.node];
    if (ran.is_latest && ran.has_run && status == WEFT_NODE_SUCCEEDED) ended.push_back(&ran);
  }
  const auto end_of = [&](const Ran& ran) { return state.frames[ran.frame].ended[ran.node]; };
  std::stable_sort(ended.begin(), ended.end(),
                   [&](const Ran* a, const Ran* c) { return end_of(*a) < end_of(*c); });
  b.key("checkpoints"_k);
  b.begin_array();
  for (const Ran* ran : ended) b.text(state::step_path(state, ran->frame, ran->node));
  b.end_array();
}

// What steps were and took, added up.
void add_metrics(Builder& b, const state::State& state, const std::vector<Ran>& course) {
  std::array<uint64_t, 16> count{};
  uint64_t steps = 0, attempts = 0, cached = 0;
  Use use;
  for (const Ran& ran : course) {
    if (ran.has_run) attempts += ran.attempts;
    if (!ran.is_latest) continue;
    const state::Frame& f = state.frames[ran.frame];
    ++steps;
    ++count[f.status[ran.node] % count.size()];
    if ((f.traits[ran.node] & event::is_cached) != 0) ++cached;
    // That of a block is what its steps took.
    if (state.node(f, ran.node).kind != plan::Kind::block) use.add(run::about(state, f, ran.node));
  }
  b.key("metrics"_k);
  b.begin_object();
  b.set("events"_k, state.seq);
  b.set("steps"_k, steps);
  b.set("succeeded"_k, count[WEFT_NODE_SUCCEEDED]);
  b.set("failed"_k, count[WEFT_NODE_FAILED] + count[WEFT_NODE_CONTINUED]);
  b.set("skipped"_k, count[WEFT_NODE_SKIPPED]);
  b.set("cancelled"_k, count[WEFT_NODE_CANCELLED]);
  b.set("attempts"_k, attempts);
  b.set("cached"_k, cached);
  use.tell(b);
  b.end_object();
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
  for (const Key name : {"final_result"_k, "final_output"_k}) {
    if (succeeded) b.set(name, outcome);
  }
  if (state.status == state::RunStatus::failed) b.set("error"_k, outcome);
  if (state.status == state::RunStatus::cancelled) b.set("reason"_k, outcome);
  if (state.status == state::RunStatus::failed) add_failure(b, id, state);
  set_time(b, "started_at"_k, state.accepted);
  if (state.ended != 0) b.set("duration_ms"_k, milliseconds(state.ended - state.accepted));
  const std::vector<Ran> course = course_of(state);
  b.key("step_results"_k);
  b.begin_object();
  for (const Ran& ran : course) {
    if (ran.is_latest) add_step(b, state, ran, blocks.arena());
  }
  b.end_object();
  b.key("execution_path"_k);
  b.begin_array();
  for (const Ran& ran : course) {
    if (ran.has_run) b.text(state::step_path(state, ran.frame, ran.node, ran.visit));
  }
  b.end_array();
  add_decisions(b, state, blocks.arena());
  add_of_pattern(b, state, blocks.arena());
  add_checkpoints(b, state, course);
  add_metrics(b, state, course);
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
