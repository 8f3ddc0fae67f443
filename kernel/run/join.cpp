// What branches beside each other have changed comes together when their block ends, in the order
// of writing; that of an iteration already when its place in the table is needed.
#include <algorithm>
#include <string>

#include "base/json.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "run/decide.hpp"
#include "run/merge.hpp"
#include "run/points.hpp"
#include "run/scope.hpp"
#include "spec/schema.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;
using state::Layer;

namespace {

constexpr size_t shown_chars = 60;  // of a value in a message

// What became of the steps of a branch.
struct Outcome {
  uint32_t touched = 0;
  bool is_bad = false;
  bool was_continued = false;

  void take(const plan::Node& node, uint8_t status) {
    if (status == WEFT_NODE_PENDING || status == WEFT_NODE_SKIPPED) return;
    ++touched;
    was_continued = was_continued || status == WEFT_NODE_CONTINUED;
    const bool went_on = status == WEFT_NODE_CONTINUED && !node.is_spared;
    if (status != WEFT_NODE_SUCCEEDED && !went_on) is_bad = true;
  }
  // One that is nothing but a failed step has not succeeded, though the run goes on.
  bool is_good() const { return !is_bad && !(was_continued && touched == 1); }
};

bool is_of(const Layer& layer, uint32_t branch) { return layer.branch < branch; }

// The layers of a frame that count, in their order: those of branches that succeeded.
std::vector<Layer> succeeded(const state::State& state, const Frame& f) {
  const Layer* first = state::first_layer(state, f.number);
  const Layer* end = state::end_layer(state, f.number);
  std::vector<Outcome> outcomes(static_cast<size_t>(end - first));
  for (uint32_t n = 0; n < f.count; ++n) {
    const plan::Node& node = state.node(f, n);
    const Layer* layer = std::lower_bound(first, end, node.branch, is_of);
    if (node.branch == plan::none || layer == end || layer->branch != node.branch) continue;
    Outcome& outcome = outcomes[static_cast<size_t>(layer - first)];
    // A later visit has begun, so this one has been brought in, or had failed.
    if (f.visit[n] > layer->visit) outcome.is_bad = true;
    if (f.visit[n] == layer->visit) outcome.take(node, f.status[n]);
  }
  std::vector<Layer> all;
  all.reserve(outcomes.size());
  for (const Layer* layer = first; layer != end; ++layer) {
    const bool counts = layer->branch != state::joined_branches &&
                        outcomes[static_cast<size_t>(layer - first)].is_good();
    if (counts) all.push_back(*layer);
  }
  std::sort(all.begin(), all.end(), [](const Layer& a, const Layer& b) {
    return a.visit != b.visit ? a.visit < b.visit : a.branch < b.branch;
  });
  return all;
}

// The same of one branch, whose steps stand in one lane.
bool has_succeeded(const state::State& state, const Frame& f, const Layer& layer, uint32_t node) {
  const uint32_t written = state.block(f).written();
  const uint32_t first = node / written * written;
  Outcome outcome;
  for (uint32_t n = first; n < first + written; ++n) {
    const bool is_its = state.node(f, n).branch == layer.branch && f.visit[n] == layer.visit;
    if (is_its) outcome.take(state.node(f, n), f.status[n]);
  }
  return outcome.is_good();
}

std::string shown(const plan::Plan& plan, const Path& path, Value value, Arena arena) {
  if (!value.exists()) return "nothing";
  std::string text = base::json_text(plan.redactor->shown(path.back(), value, arena));
  if (text.size() > shown_chars) text = text.substr(0, shown_chars) + "...";
  return text;
}

// What is told beside the message.
Value conflict_details(const Conflict& c, const plan::Plan& plan, Arena arena) {
  Builder b(arena);
  b.begin_object();
  b.set("path"_k, std::string_view(base::join_path(c.met)));
  b.key("branches"_k);
  b.begin_array();
  b.text(c.first);
  b.text(c.second);
  b.end_array();
  b.key("values"_k);
  b.begin_array();
  for (const Value one : {c.first_value, c.second_value}) {
    b.link(one.exists() ? plan.redactor->shown(c.met.back(), one, arena) : null_value());
  }
  b.end_array();
  b.end_object();
  return b.take_value();
}

}  // namespace

std::string Decider::branch_name(const Frame& f, const Layer& layer) {
  if (state().block(f).lanes > 1) return "iteration " + std::to_string(layer.visit);
  for (uint32_t n = 0; n < f.count; ++n) {
    const plan::Node& node = state().node(f, n);
    if (node.branch == layer.branch && !node.id.empty()) return base::quoted(node.id);
  }
  return "branch " + std::to_string(layer.branch);
}

Merging Decider::merging(const Frame& f, Value target) {
  const auto custom = [this, &f](uint32_t expression, Value bindings) {
    FrameScope names{&state(), &f, {}, {}, {}, event::no_node, bindings};
    names.shared = shared_reader();
    return state().plan->expressions[expression].evaluate(names.lend(tick_, seed({f.number})),
                                                          scratch_.arena());
  };
  const plan::Merge& merge = state().plan->merges[state().block(f).merge];
  return {{merge, custom, scratch_.arena()}, state::variables_before(state(), f), target};
}

// What was brought in before, and the layers of the branches that succeeded.
Result<void> Decider::bring_together(Merging& all, const Frame& f) {
  if (const Layer* joined = state::find_layer(state(), f.number, state::joined_branches)) {
    if (auto done = all.resume(Value(joined->told)); !done) return done;
  }
  for (const Layer& layer : succeeded(state(), f)) {
    auto done = all.add(branch_name(f, layer), layer.variables(), layer.writes());
    if (!done) return done;
  }
  return {};
}

// False when the block fails for it, or ends later, once hooks have said what becomes of conflicts.
bool Decider::join(Frame& f, const Ending& how) {
  const plan::Block& block = state().block(f);
  if (state().layers.empty() || !block.isolates) return true;
  if (state().plan->merges[block.merge].policy == spec::MergePolicy::discard) return true;
  const state::Branch outer = state::branch_around(state(), f);
  Merging all = merging(f, state::variables_in(state(), outer));
  Result<void> done = bring_together(all, f);
  const bool asks = how.said == nullptr && listens(WEFT_AT_STATE_CONFLICT);
  if (done && asks && !all.conflicts().empty()) return ask_of_conflicts(f, all, how);
  if (done && how.said != nullptr) done = follow(all, *how.said);
  // What was in conflict before something else went wrong is told first.
  if (auto settled = all.settled(); !settled) done = settled;
  if (!done) return fail_join(f, all, done.error(), how.said);
  if (all.is_empty()) return true;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("variables"_k, all.variables());
  b.key("changes"_k);
  all.write_changes(b);
  if (!outer.is_of_run()) {
    const Layer* layer = state::layer_of(state(), outer);
    const Value before = layer != nullptr ? layer->writes() : Value();
    b.key("writes"_k);
    b.begin_array();
    for (const Value one : before) b.link(one);
    for (const std::string& path : all.writes()) b.text(path);
    b.end_array();
  }
  b.end_object();
  Error why;
  return emit(Type::state_changed, around(f), {b.take_value()}, &why) || fail_join(f, all, why);
}

// Where a change stands that a frame makes for what is around it: the step that holds it, nothing
// when that is the run, or itself when its variables are its own.
At Decider::around(const Frame& f) {
  if (f.parent == event::no_frame) return {};
  if (is_call(state(), f)) return {f.number};
  return {f.parent, f.parent_node, f.parent_visit};
}

// Where an earlier iteration stood, a new one is about to begin. Those before it have ended, so
// what it changed joins what they did. Where hooks will be asked, what is in conflict goes along
// until the loop ends: no iteration sees what others wrote, so nobody needs the answer before.
// False when the block fails for it.
bool Decider::make_room(Frame& f, const At& at) {
  const uint32_t branch = node(at).branch;
  if (branch == plan::none) return true;
  const Layer* there = state::find_layer(state(), f.number, branch);
  if (there == nullptr || there->visit >= at.visit) return true;
  const bool is_kept =
      state().plan->merges[state().block(f).merge].policy != spec::MergePolicy::discard;
  if (!is_kept || !has_succeeded(state(), f, *there, at.node)) return true;
  const Layer layer = *there;
  Merging all = merging(f, state::variables_before(state(), f));
  Result<void> done;
  if (const Layer* joined = state::find_layer(state(), f.number, state::joined_branches)) {
    done = all.resume(Value(joined->told));
  }
  if (done) done = all.add(branch_name(f, layer), layer.variables(), layer.writes());
  const bool asks_later = listens(WEFT_AT_STATE_CONFLICT) && all.sides() <= sides_max;
  if (auto settled = all.settled(); !settled && !asks_later) done = settled;
  if (!done) return fail_join(f, all, done.error());
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("variables"_k, all.variables());
  for (const Key name : {"changes"_k, "writes"_k, "writers"_k}) {
    b.key(name);
    b.begin_array();
    if (name.view() == "writes") {
      for (const std::string& path : all.writes()) b.text(path);
    } else if (name.view() == "writers") {
      for (const std::string_view writer : all.writers()) b.text(writer);
    }
    b.end_array();
  }
  if (!all.conflicts().empty()) {
    b.key("conflicts"_k);
    all.write_sides(b);
  }
  b.set("joined"_k, branch);
  b.end_object();
  Error why;
  const bool kept =
      emit(Type::state_changed, {f.number, event::no_node, layer.visit}, {b.take_value()}, &why);
  return kept || fail_join(f, all, why);
}

// The block ends when hooks have answered. Until then nothing runs in it, so that what they are
// asked about stays as it is. Answers false.
bool Decider::ask_of_conflicts(Frame& f, const Merging& all, const Ending& how) {
  stop_rest(f);
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("for"_k, std::string_view("join"));
  b.set("point"_k, WEFT_AT_STATE_CONFLICT + 0U);
  b.key("data"_k);
  all.write_question(b);
  b.set("result"_k, how.result);
  if (how.about.exists()) b.set("about"_k, how.about);
  b.end_object();
  Error why;
  if (!emit(Type::hook_asked, {f.number}, {b.take_value()}, &why)) return fail_join(f, all, why);
  ask_hooks({f.number}, WEFT_AT_STATE_CONFLICT, Phase::parallel_join,
            Value(out_->events.back().payload)["data"_k]);
  return false;
}

// What hooks make of conflicts has to be what the variables may be.
Result<void> Decider::follow(Merging& all, const Input& said) {
  if (said.result != WEFT_VERDICT_MODIFIED) return {};
  if (auto done = all.decide(said.value); !done) return done;
  const Value variables = all.variables();
  for (const Value one : said.value) {
    const auto path = base::split_path(one["path"_k].as_text());
    const plan::Variable* variable = path ? state().plan->variable(path->front()) : nullptr;
    if (variable == nullptr) continue;
    auto fits =
        variable->schema->check_and_complete(variables[Key(variable->name)], scratch_.arena());
    if (!fits) return fits.error();
  }
  return {};
}

// The answer is recorded even where nobody had anything to say: the question is over.
void Decider::of_join(const At& at, Value about, const Input& input) {
  Frame& f = state().frames[at.frame];
  if (f.joining) {
    Builder b(scratch_.arena());
    b.begin_object();
    b.set("point"_k, point_name(input.point));
    b.set("phase"_k, phase_text(Phase::parallel_join));
    b.set("result"_k, input.result);
    if (input.value.exists()) b.set("value"_k, input.value);
    b.end_object();
    emit(Type::hook_executed, at, {b.take_value()});
  }
  close(f, {about["result"_k], about["about"_k], &input});
}

// Answers false, for whoever asks whether the block goes on.
bool Decider::fail_join(Frame& f, const Merging& all, Error error, const Input* said) {
  const plan::Plan& plan = *state().plan;
  const Arena arena = scratch_.arena();
  const bool is_refused = said != nullptr && said->result == WEFT_VERDICT_CANCEL;
  // A hook that gave what it must not give, or could not be asked.
  if (is_refused && said->value["code"_k].exists()) error = refusal(*said);
  const bool is_conflict = error.code == "state.conflict" && !all.conflicts().empty();
  if (is_conflict) {
    const Conflict& c = all.conflicts().front();
    error.message += ": " + shown(plan, c.met, c.first_value, arena) + " and " +
                     shown(plan, c.met, c.second_value, arena);
    if (is_refused) error.message += "; a hook refused to decide: " + reason_text(said->value);
  }
  const Value plain = explain({f.parent, f.parent_node, f.parent_visit}, error);
  if (!is_conflict) {
    fail_frame(f, plain);
    return false;
  }
  Builder b(arena);
  b.begin_object();
  for (uint32_t i = 0; i < plain.size(); ++i) b.set(Key(plain.key(i)), plain[i]);
  b.set("details"_k, conflict_details(all.conflicts().front(), plan, arena));
  b.end_object();
  fail_frame(f, b.take_value());
  return false;
}

}  // namespace weft::run
