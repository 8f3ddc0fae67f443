#include "run/scope.hpp"

namespace weft::run {

using namespace weft::lit;
using expr::Found;
using plan::RootKind;
using state::Frame;

namespace {

constexpr weft_slot true_slot{WEFT_BOOL, 0, 0, 0, {1}};
constexpr weft_slot false_slot{WEFT_BOOL, 0, 0, 0, {0}};

Found missing() { return {Value(), false, "path.missing"}; }

Found found_or_missing(Value v) { return v.exists() ? Found{v, false, nullptr} : missing(); }

Found first_segment(Value v) { return {v, true, nullptr}; }

// Of a step that failed only this may be asked.
Found of_failed(Value error, Key first) {
  if (first.view() == "success") return first_segment(Value(&false_slot));
  if (first.view() == "error") return first_segment(error);
  return {Value(), false, "path.step_failed"};
}

// The field of the envelope, else the field inside the result; 'output' and 'results' mean the
// whole result where neither has them.
Found of_success(Value stored, bool is_envelope, Key first) {
  const Value result = is_envelope ? stored["result"_k] : stored;
  if (first.n == 0) return {result, false, nullptr};
  const std::string_view name = first.view();
  if (name == "result") return first_segment(result);
  if (name == "success") return first_segment(Value(&true_slot));
  const bool is_of_envelope = name == "message" || name == "metadata" || name == "iterations";
  if (is_envelope && is_of_envelope && stored[first].exists()) {
    return first_segment(stored[first]);
  }
  if ((name == "output" || name == "results") && !result[first].exists()) {
    return first_segment(result);
  }
  return {result, false, nullptr};
}

}  // namespace

Value result_of(const Frame& frame, uint32_t node) {
  const Value stored(frame.value[node]);
  return (frame.traits[node] & event::is_envelope) != 0 ? stored["result"_k] : stored;
}

// A pattern that ends a block without a result leaves this in its memo.
Value about_closed(const Frame& frame) { return frame.closed ? frame.memo["metadata"_k] : Value(); }

Value about(const state::State& state, const Frame& frame, uint32_t node) {
  const bool has_result = frame.status[node] == WEFT_NODE_SUCCEEDED;
  if (has_result && (frame.traits[node] & event::is_envelope) == 0) return {};
  if (has_result) return Value(frame.value[node])["metadata"_k];
  const bool has_frame = frame.inner != nullptr && frame.inner[node] != event::no_frame;
  return has_frame ? about_closed(state.frames[frame.inner[node]]) : Value();
}

Found FrameScope::of_step(const Frame& holder, uint32_t n, Key first) const {
  switch (holder.status[n]) {
    case WEFT_NODE_SUCCEEDED:
      return of_success(Value(holder.value[n]), (holder.traits[n] & event::is_envelope) != 0,
                        first);
    case WEFT_NODE_FAILED:
    case WEFT_NODE_CONTINUED:
      if (const Value said = about(*state, holder, n);
          first.view() == "metadata" && said.exists()) {
        return first_segment(said);
      }
      return of_failed(Value(holder.value[n]), first);
    case WEFT_NODE_SKIPPED:
    case WEFT_NODE_CANCELLED: return {Value(), false, "path.step_skipped"};
    default: return missing();
  }
}

// Those of a block stand where its arguments would, for as long as it runs.
Value FrameScope::binding(Key name) const {
  if (bindings[name].exists()) return bindings[name];
  for (const Frame* f = frame; f->parent != event::no_frame; f = f->outer) {
    const bool runs = state::is_node_active(f->outer->status[f->parent_node]);
    const Value held(f->outer->value[f->parent_node]);
    if (runs && held[name].exists()) return held[name];
  }
  return {};
}

// As the branch has them in which the step stands. One that came with a move it does not have yet.
Value FrameScope::variable(Key name) const {
  const state::Branch branch = state::branch_of(*state, frame->number, node, visit);
  const Value found = state::variables_in(*state, branch)[name];
  const bool may_be_new = !found.exists() && state->moved.exists() && !given().exists();
  return may_be_new ? state->variables[name] : found;
}

// What the definition in which the step stands was called with; missing where it is the run's own.
Value FrameScope::given() const {
  const uint32_t whole = state::definition_of(*state, frame->number);
  return whole != 0 ? state->frames[whole].before : Value();
}

// What each visit of a step gave that comes again, the first one first; null where it gave nothing.
Value FrameScope::history(const Frame& holder, uint32_t n, Arena arena) const {
  Builder b(arena);
  b.begin_array();
  const auto add = [&b](Value stored, bool is_envelope) {
    const Value bare = is_envelope ? stored["result"_k] : stored;
    b.link(bare.exists() ? bare : null_value());
  };
  for (const state::Past& past : state->past) {
    if (past.frame == holder.number && past.node == n) {
      add(Value(past.result), past.is_envelope);
    }
  }
  if (state::is_node_ended(holder.status[n])) {
    const bool has_result = holder.status[n] == WEFT_NODE_SUCCEEDED;
    add(has_result ? Value(holder.value[n]) : Value(),
        (holder.traits[n] & event::is_envelope) != 0);
  }
  b.end_array();
  return b.take_value();
}

Found FrameScope::look_up(const void* self, const expr::Asked& asked, Arena arena) {
  const auto& [root, name, first] = asked;
  const auto& scope = *static_cast<const FrameScope*>(self);
  const state::State& state = *scope.state;
  switch (static_cast<RootKind>(root.kind)) {
    case RootKind::step: {
      const Frame* f = scope.frame;
      uint32_t speaker = scope.node;
      for (uint32_t up = root.b; up > 0; --up) {
        speaker = f->parent_node;
        f = &state.frames[f->parent];
      }
      const uint32_t n = state.block(*f).beside(root.a, speaker);
      const Found found = scope.of_step(*f, n, first);
      if (first.view() != plan::history_name || !state.node(*f, n).keeps_history) return found;
      // A result that has a member of that name is asked for that.
      const bool has_own = found.code == nullptr && found.value[first].exists();
      return has_own ? found : first_segment(scope.history(*f, n, arena));
    }
    case RootKind::input: {
      const Value given = scope.given();
      return found_or_missing(given.exists() ? given["input"_k] : state.input);
    }
    case RootKind::params: {
      const Value given = scope.given();
      return found_or_missing(given.exists() ? given["params"_k] : state.params);
    }
    case RootKind::prev:
      if (scope.frame->prev == event::no_node) return missing();
      return {result_of(*scope.frame, scope.frame->prev), false, nullptr};
    case RootKind::run: return found_or_missing(state.acceptance);
    case RootKind::result: return found_or_missing(scope.result);
    case RootKind::named: {
      const Value variable = scope.variable(Key(name));
      if (variable.exists()) return found_or_missing(variable);
      const Value given = scope.given();
      const Value member = (given.exists() ? given["input"_k] : state.input)[Key(name)];
      if (member.exists()) return found_or_missing(member);
      return found_or_missing((given.exists() ? given["params"_k] : state.params)[Key(name)]);
    }
    case RootKind::original: return found_or_missing(scope.original);
    case RootKind::reason: return found_or_missing(scope.reason);
    // Handles; the engine puts the secret in the place of its handle when it calls a tool.
    case RootKind::secret: return found_or_missing(state.acceptance["secrets"_k]);
    case RootKind::loop: {
      if (root.a == 0) return found_or_missing(scope.binding(Key(name)));
      const Value loop = scope.binding("loop"_k);
      return found_or_missing(loop[root.a == 1 ? "index"_k : "value"_k]);
    }
    case RootKind::shared:
      if (scope.shared.read == nullptr) return missing();
      return scope.shared.read(scope.shared.self, scope, {root.a, name, first.view()});
  }
  return missing();
}

}  // namespace weft::run
