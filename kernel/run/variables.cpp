// Variables: what steps and people change of them, each change recorded with old and new value.
#include <string>

#include "base/compare.hpp"
#include "base/path.hpp"
#include "base/text.hpp"
#include "run/decide.hpp"
#include "run/merge.hpp"
#include "spec/schema.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

namespace {

// The variables with all changes made, by their paths.
Result<Value> changed(Value variables, Value changes, Arena arena) {
  for (uint32_t i = 0; i < changes.size(); ++i) {
    auto path = base::split_path(changes.key(i));
    if (!path) return path.error();
    if (path->front().starts_with('$')) {
      return Error{Status::bad_input, "state.place",
                   base::quoted(changes.key(i)) + " is no variable of the run",
                   "'weft state set' changes what lies beside runs"};
    }
    const std::vector<std::string_view> segments(path->begin(), path->end());
    auto made = base::set(variables, segments, changes[i], arena);
    if (!made) return made;
    variables = *made;
  }
  return variables;
}

bool has_places(Value changes) {
  for (uint32_t i = 0; i < changes.size(); ++i) {
    if (changes.key(i).starts_with('$')) return true;
  }
  return false;
}

bool is_in(Value list, std::string_view text) {
  for (const Value one : list) {
    if (one.as_text() == text) return true;
  }
  return false;
}

void write_change(std::string_view path, Value before, Value after, Builder& out) {
  const auto segments = base::split_path(path);
  const Value old = segments ? inside(before, *segments) : Value();
  out.begin_object();
  out.set("path"_k, path);
  if (old.exists()) out.set("old"_k, old);
  if (segments) out.set("new"_k, inside(after, *segments));
  out.end_object();
}

}  // namespace

void Decider::start_set(const At& at, Value said) {
  const bool only_reads = node(at).kind == plan::Kind::state && said["get"_k].exists();
  const uint32_t point = only_reads ? WEFT_AT_BEFORE_STATE_READ : WEFT_AT_BEFORE_STATE_WRITE;
  listens(point) ? ask_of_step(at, point, said) : write(at, said);
}

void Decider::write(const At& at, Value changes) {
  if (node(at).kind == plan::Kind::state) return do_state(at, changes);
  std::vector<Change> shared;
  Value own = changes;
  if (has_places(changes)) {
    auto rest = take_places(at, changes, shared);
    if (!rest) return fail(at, rest.error());
    own = *rest;
  }
  if (own.size() > 0 && !change_variables(at, own)) return;
  if (record_changes(at, shared)) succeed(at, {changes});
}

// Records the variables as they are afterwards, and what of them is new; in a branch also what it
// has changed in all. False when a step failed for it.
bool Decider::change_variables(const At& at, Value changes) {
  const state::Branch branch = state::branch_of(state(), at.frame, at.node, at.visit);
  const Value before = state::variables_in(state(), branch);
  const bool is_of_step = at.frame != event::no_frame;
  const auto refuse = [&](const Error& why) {
    is_of_step ? fail(at, why) : void(++out_->ignored);
    return false;
  };
  auto after = changed(before, changes, scratch_.arena());
  if (!after) return refuse(after.error());
  for (uint32_t i = 0; i < changes.size(); ++i) {
    const auto path = base::split_path(changes.key(i));
    const plan::Block* block = is_of_step ? &state().block(frame(at)) : nullptr;
    const plan::Variable* variable = state().plan->variable(path->front(), block);
    if (variable == nullptr) continue;
    const Value value = (*after)[Key(variable->name)];
    auto fits = variable->schema->check_and_complete(value, scratch_.arena());
    if (!fits) return refuse(fits.error());
  }
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("variables"_k, after->is_object() ? *after : Value());
  b.key("changes"_k);
  b.begin_array();
  for (uint32_t i = 0; i < changes.size(); ++i) {
    write_change(changes.key(i), before, *after, b);
  }
  b.end_array();
  if (!branch.is_of_run()) {
    const state::Layer* layer = state::layer_of(state(), branch);
    const Value written = layer != nullptr ? layer->writes() : Value();
    b.key("writes"_k);
    b.begin_array();
    for (const Value one : written) b.link(one);
    for (uint32_t i = 0; i < changes.size(); ++i) {
      if (!is_in(written, changes.key(i))) b.text(changes.key(i));
    }
    b.end_array();
  }
  b.end_object();
  Error why;
  if (!emit(Type::state_changed, at, {b.take_value()}, &why)) return refuse(why);
  const Value told(out_->events.back().payload);
  announce(at, WEFT_AT_AFTER_STATE_WRITE, Phase::state_change, told);
  announce(at, WEFT_AT_STAGE_TRANSITION, Phase::state_change, told);
  return true;
}

// The variables of a branch as they were when a frame in it began, of which what was written before
// remains. Those of the run are put back by rollback_done alone.
void Decider::put_back(const Frame& f) {
  const state::Branch branch = state::branch_around(state(), f);
  const Value start = state::variables_before(state(), f);
  const state::Layer* layer = branch.is_of_run() ? nullptr : state::layer_of(state(), branch);
  if (layer == nullptr) return;
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("variables"_k, start);
  b.key("changes"_k);
  b.begin_array();
  for (const Value path : layer->writes()) {
    const auto segments = base::split_path(path.as_text());
    const bool is_same =
        segments && base::equal(inside(layer->variables(), *segments), inside(start, *segments));
    if (!is_same) write_change(path.as_text(), layer->variables(), start, b);
  }
  b.end_array();
  b.set("writes"_k, layer->writes());
  b.end_object();
  emit(Type::state_changed, around(f), {b.take_value()});
}

}  // namespace weft::run
