// What patterns are told and what their commands do to a frame.
#include <algorithm>
#include <string>

#include "base/limits.hpp"
#include "base/valid.hpp"
#include "run/decide.hpp"
#include "run/scope.hpp"

namespace weft::run {

using namespace weft::lit;
using event::Type;
using state::Frame;

// One call of a pattern: where its commands and questions arrive.
struct Decider::Asked {
  Decider* decider;
  Frame* frame;
};

void Decider::open_frame(uint32_t block, const At& parent) {
  const auto number = state().frames.size();
  Builder b(scratch_.arena());
  b.integer(state::frame_payload(parent.frame, block));
  emit(Type::frame_opened, {number, parent.node, parent.visit}, {b.take_value()});
  if (listens(WEFT_AT_STAGE_TRANSITION)) announce_frame(state().frames[number], true);
  weft_fact begin{WEFT_FACT_BEGIN, 0, 0, 0, 0};
  const Value start = state().acceptance["start"_k];
  if (number == 0 && start.is_integer()) {
    begin.flags = 1;
    begin.node = start.as_u64();
  }
  tell(number, begin);
}

void Decider::tell(uint32_t frame, const weft_fact& fact) { facts_.push_back({frame, fact}); }

// Facts of one frame that follow each other go together. Telling may lead to more facts.
void Decider::deliver() {
  while (delivered_ < facts_.size()) {
    const uint32_t to = facts_[delivered_].frame;
    batch_.clear();
    while (delivered_ < facts_.size() && facts_[delivered_].frame == to) {
      batch_.push_back(facts_[delivered_++].fact);
    }
    Frame& f = state().frames[to];
    if (!f.closed && !f.joining) ask(f);
    // It may still end with a result, if that of its last step is among what it will hear.
    const bool hears_more =
        f.stopping && std::any_of(facts_.begin() + delivered_, facts_.end(),
                                  [to](const Delivery& d) { return d.frame == to; });
    if (f.stopping && f.active == 0 && !f.closed && !hears_more) settle_stopped(f);
  }
  facts_.clear();
  delivered_ = 0;
}

// The statuses as they were before what this frame was not told yet: a cache that is opened knows
// the past, and hears of the rest as facts.
const uint8_t* Decider::status_before(const Frame& f) {
  const uint8_t* status = f.status;
  uint8_t* copy = nullptr;
  const auto mask = [&](const weft_fact& fact) {
    if (fact.kind != WEFT_FACT_ENDED) return;
    if (copy == nullptr) {
      copy = static_cast<uint8_t*>(scratch_.arena().allocate(f.count));
      status = std::copy_n(f.status, f.count, copy) - f.count;
    }
    copy[static_cast<uint32_t>(fact.node)] = WEFT_NODE_RUNNING;
  };
  for (const weft_fact& fact : batch_) mask(fact);
  for (size_t i = delivered_; i < facts_.size(); ++i) {
    if (facts_[i].frame == f.number) mask(facts_[i].fact);
  }
  return status;
}

void Decider::ask(Frame& f) {
  Run& run = *run_;
  if (run.caches.size() <= f.number) run.caches.resize(state().frames.size());
  const spec::BoundPattern& bound = run.pattern(f);
  Run::Cache& cache = run.caches[f.number];
  if (!cache.open) cache.seed = seed({f.number});
  Asked asked{this, &f};
  weft_frame lent{sizeof lent,
                  0,
                  to_str(run.id),
                  state().block(f).compiled.raw(),
                  state().input.raw(),
                  f.memo.raw(),
                  static_cast<uint64_t>(tick_),
                  cache.seed,
                  f.count,
                  scratch_.raw(),
                  &asked,
                  f.status,
                  f.visit,
                  frame_result,
                  frame_outcome};
  weft_error error;
  error.size = sizeof error;
  error.flags = error.retry_after_ms = error.msg_len = 0;
  error.detail = {nullptr, 0};
  weft_status status = WEFT_OK;
  if (!cache.open) {
    lent.status = status_before(f);
    status = bound.table->open(bound.self, &lent, &cache.decoded, &error);
    cache.open = status == WEFT_OK;
    lent.status = f.status;
  }
  commands_.clear();
  weft_cmds commands{sizeof commands, 0, &asked, add_command};
  if (status == WEFT_OK) {
    status = bound.table->step(bound.self, cache.decoded, &lent, batch_.data(),
                               static_cast<uint32_t>(batch_.size()), &commands, &error);
  }
  if (status != WEFT_OK) {
    const Error why{Status::failed,
                    "pattern.failed",
                    "the pattern of this block failed: " + std::string(error.msg, error.msg_len),
                    "report it to the author of the pattern",
                    {},
                    WEFT_ERR_BUG};
    return fail_frame(f, explain({}, why));
  }
  // Applying one may ask nobody, so the list does not change meanwhile.
  for (const weft_cmd& c : commands_) {
    const bool goes_on = apply(f, c);
    bindings_ = {};
    if (!goes_on || f.closed) return;
  }
}

weft_status Decider::add_command(weft_cmds* to, const weft_cmd* c) noexcept {
  const Asked& asked = *static_cast<const Asked*>(to->impl);
  Decider& decider = *asked.decider;
  const bool may_name_none = c->kind == WEFT_CMD_RETURN || c->kind == WEFT_CMD_FAIL ||
                             c->kind == WEFT_CMD_MEMO || c->kind == WEFT_CMD_SELECT;
  const uint64_t node = c->node & WEFT_NO_NODE;
  if (c->kind < WEFT_CMD_START || c->kind > WEFT_CMD_MEMO) return WEFT_BAD_INPUT;
  const bool is_last = c->kind == WEFT_CMD_RETURN && node == WEFT_LAST_NODE;
  if (node >= asked.frame->count && !is_last && !(may_name_none && node == WEFT_NO_NODE)) {
    return WEFT_BAD_INPUT;
  }
  if (decider.commands_.size() >= base::limits::steps * 10) return WEFT_LIMIT;
  weft_cmd kept = *c;
  const base::Known known{&decider.state().vault, [](const void* vault, const void* p) noexcept {
                            return static_cast<const state::Vault*>(vault)->holds(p);
                          }};
  for (weft_val* v : {&kept.args, &kept.opts}) {
    if (v->root == nullptr) continue;
    auto copy = base::copy_checked(Value(*v), decider.scratch_.arena(), known);
    if (!copy) return WEFT_BAD_INPUT;
    *v = copy->raw();
  }
  // It was copied to the end of what is in use, without what it links to.
  if (c->kind == WEFT_CMD_MEMO && kept.args.root != nullptr &&
      !known.holds(known.self, kept.args.root)) {
    const auto* root = reinterpret_cast<const char*>(kept.args.root);
    const auto own = static_cast<uint64_t>(decider.scratch_.raw()->cur - root);
    if (own > base::limits::memo_bytes) return WEFT_LIMIT;
  }
  decider.commands_.push_back(kept);
  return WEFT_OK;
}

weft_val Decider::frame_result(void* frame, uint64_t node) noexcept {
  const Frame& f = *static_cast<const Asked*>(frame)->frame;
  const auto n = static_cast<uint32_t>(node);
  if (n >= f.count || f.status[n] != WEFT_NODE_SUCCEEDED) return {nullptr, 0};
  return result_of(f, n).raw();
}

weft_val Decider::frame_outcome(void* frame, uint64_t node) noexcept {
  const Asked& asked = *static_cast<const Asked*>(frame);
  const Frame& f = *asked.frame;
  const auto n = static_cast<uint32_t>(node);
  if (n >= f.count || !state::is_node_ended(f.status[n])) return {nullptr, 0};
  Builder b(asked.decider->scratch_.arena());
  b.begin_object();
  const bool failed = f.status[n] == WEFT_NODE_FAILED || f.status[n] == WEFT_NODE_CONTINUED;
  if (failed) b.set("error"_k, Value(f.value[n]));
  const bool has_envelope = !failed && (f.traits[n] & event::is_envelope) != 0;
  if (has_envelope) b.set("metadata"_k, Value(f.value[n])["metadata"_k]);
  b.set("duration_ns"_k, f.ended[n] - f.began[n]);
  b.end_object();
  return b.take();
}

// What a START asks for: a step, or a node that is given its result. False when it is not to be
// run.
bool Decider::begin(Frame& f, const At& at, const weft_cmd& c) {
  const bool was_visited = f.status[at.node] != WEFT_NODE_PENDING && f.visit[at.node] >= at.visit;
  if (state::is_node_active(f.status[at.node]) || was_visited) return false;
  if (Value(c.opts)["result"_k].exists()) {
    settle_node(at, Value(c.opts)["result"_k]);
    return true;
  }
  const plan::Kind kind = node(at).kind;
  if (kind == plan::Kind::record) return false;
  if (f.detour != event::no_node && kind != plan::Kind::expression && passes_over(f, at.node)) {
    skip(at, text("passed over, hooks sent the block to another step"));
    return true;
  }
  if (!state().layers.empty() && !make_room(f, at)) return true;
  if (listens(WEFT_AT_STAGE_TRANSITION)) announce_begin(f, at);
  bindings_ = Value(c.args);
  const bool waits = state().status == state::RunStatus::paused && kind != plan::Kind::expression;
  waits ? hold(at) : start(at);
  bindings_ = {};
  return true;
}

void Decider::give_result(Frame& f, uint32_t n, const weft_cmd& c) {
  if (f.detour != event::no_node) {
    const Error lost{Status::failed,
                     "hook.lost_target",
                     "hooks sent the block to step '" + std::string(state().node(f, f.detour).id) +
                         "', and the block ended without it",
                     "redirect to a step that comes later",
                     {},
                     WEFT_ERR_BUG};
    return fail_frame(f, explain({}, lost));
  }
  Value result = c.args.root != nullptr ? Value(c.args) : null_value();
  const uint32_t from = n == static_cast<uint32_t>(WEFT_LAST_NODE) ? f.prev : n;
  const bool has_one = from < f.count && f.status[from] == WEFT_NODE_SUCCEEDED;
  if (c.args.root == nullptr && has_one) result = result_of(f, from);
  close(f, {result, Value(c.opts)});
}

// False when the frame is closed, so that what follows no longer matters.
bool Decider::apply(Frame& f, const weft_cmd& c) {
  const auto n = static_cast<uint32_t>(c.node);
  const auto visit = static_cast<uint32_t>(c.node >> 32U);
  const At at{f.number, n, visit};
  switch (c.kind) {
    case WEFT_CMD_START:
      if (f.stopping || begin(f, at, c)) return true;
      break;
    case WEFT_CMD_CANCEL: {
      const Value reason = c.args.root != nullptr ? Value(c.args) : text("no longer needed");
      // What has not begun never will; in a block that ends it may have been started in vain.
      const bool is_new = f.status[n] == WEFT_NODE_PENDING || f.visit[n] < visit;
      if (!is_new) stop(f, n, reason);
      if (is_new && !f.stopping) emit(Type::step_cancelled, at, {reason});
      return true;
    }
    case WEFT_CMD_SKIP:
      if (f.status[n] != WEFT_NODE_PENDING && f.visit[n] >= visit) break;
      if (!state().layers.empty() && !make_room(f, at)) return false;
      // The pattern decided it, so it need not be told.
      emit(Type::step_skipped, at, {c.args.root != nullptr ? Value(c.args) : text("not needed")});
      return true;
    case WEFT_CMD_SELECT: offer(f, at, Value(c.args)); return true;
    case WEFT_CMD_TIMER: {
      Builder b(scratch_.arena());
      b.natural(c.at_ns);
      emit(Type::timer_set, at, {b.take_value()});
      command(Command::Kind::timer_at, at, {}, static_cast<int64_t>(c.at_ns));
      return true;
    }
    case WEFT_CMD_MEMO: emit(Type::frame_advanced, {f.number}, {Value(c.args)}); return true;
    case WEFT_CMD_RETURN:
      if (f.rollback.exists()) return true;
      give_result(f, n, c);
      return false;
    case WEFT_CMD_FAIL: {
      // What was asked to end does not fail because it ends; it closes when nothing runs in it.
      if (f.stopping) return true;
      const bool has_node = n < f.count && f.value[n] != nullptr;
      const bool own = c.args.root != nullptr && Value(c.args).is_object();
      if (!own && !has_node) break;
      fail_frame(f, own ? Value(c.args) : Value(f.value[n]));
      return false;
    }
    default: break;
  }
  const Error why{
      Status::failed,
      "pattern.failed",
      "the pattern started or skipped node " + std::to_string(n) + " although it is not to be run",
      "report it to the author of the pattern",
      {},
      WEFT_ERR_BUG};
  fail_frame(f, explain({}, why));
  return false;
}

// Whatever still runs in a frame that ends is asked to end and not waited for.
void Decider::stop_rest(Frame& f) {
  for (uint32_t n = 0; f.active > 0 && n < f.count; ++n) {
    if (!state::is_node_active(f.status[n])) continue;
    const At at{f.number, n, f.visit[n], f.attempt[n]};
    Frame* inner = state().child(f, n);
    if (inner != nullptr) {
      leave(*inner);
    } else if (f.status[n] == WEFT_NODE_RUNNING) {
      command(Command::Kind::stop, at);
    }
    emit(Type::step_cancelled, at, {text("its block has ended")});
  }
}

void Decider::leave(Frame& f) {
  stop_rest(f);
  if (listens(WEFT_AT_STAGE_TRANSITION)) announce_frame(f, false);
  emit(Type::frame_closed, {f.number});
  run_->close_cache(f);
}

// A result with what is said about it.
Payload Decider::in_envelope(Value result, Value about) {
  Builder b(scratch_.arena());
  b.begin_object();
  b.set("result"_k, result);
  for (const Key name : {"message"_k, "metadata"_k, "iterations"_k}) {
    if (about[name].exists()) b.set(name, about[name]);
  }
  b.end_object();
  return {b.take_value(), event::is_envelope};
}

void Decider::close(Frame& f, const Ending& how) {
  if (!join(f, how)) return;
  Payload result{how.result};
  const plan::Block& block = state().block(f);
  if (block.output != plan::none) {
    FrameScope names{&state(), &f, result.value};
    names.shared = shared_reader();
    auto made = state().plan->templates[block.output].evaluate(names.lend(tick_, seed({f.number})),
                                                               scratch_.arena());
    if (!made) return fail_frame(f, explain({}, made.error()));
    result = {*made};
  }
  const bool is_outermost = f.parent == event::no_frame;
  if (is_outermost && how.about.is_object()) emit(Type::frame_advanced, {f.number}, {how.about});
  leave(f);
  if (is_outermost) {
    const bool whole = state().continued == 0;
    return finish(whole ? Type::run_completed : Type::run_partially_completed, result.value);
  }
  if (how.about.is_object()) result = in_envelope(result.value, how.about);
  const Frame& outer = state().frames[f.parent];
  succeed({f.parent, f.parent_node, f.parent_visit, outer.attempt[f.parent_node]}, result);
}

void Decider::fail_frame(Frame& f, Value error) {
  if (!f.rollback.exists() && start_rollback(f, error)) return;
  close_failed(f, error);
}

void Decider::close_failed(Frame& f, Value error) {
  leave(f);
  if (f.parent == event::no_frame) return finish(Type::run_failed, error);
  const Frame& outer = state().frames[f.parent];
  const At at{f.parent, f.parent_node, f.parent_visit, outer.attempt[f.parent_node]};
  const bool may_help = error["class"_k].as_text() == "transient";
  if (may_help && !outer.stopping && again(at, error, 0)) return;
  fail(at, error);
}

void Decider::stop_frame(Frame& f, Value reason) {
  for (uint32_t n = 0; f.active > 0 && n < f.count; ++n) {
    if (state::is_node_active(f.status[n])) stop(f, n, reason);
  }
  tell(f.number, {WEFT_FACT_CANCEL, 0, 0, 0, 0});
}

// Nothing runs any more in a frame that was asked to end, or that undoes what it did.
void Decider::settle_stopped(Frame& f) {
  if (f.rollback.exists()) return undo_next(f);
  const bool undoes = f.parent == event::no_frame && undoing(f, {}) == "compensate";
  if (undoes && start_rollback(f, {})) return;
  close_stopped(f);
}

void Decider::close_stopped(Frame& f) {
  leave(f);
  if (f.parent == event::no_frame) {
    const Value why = state().stopping["error"_k];
    return why.exists() ? finish(Type::run_failed, why)
                        : finish(Type::run_cancelled, state().stopping["reason"_k]);
  }
  const Frame& outer = state().frames[f.parent];
  const At at{f.parent, f.parent_node, f.parent_visit, outer.attempt[f.parent_node]};
  emit(Type::step_cancelled, at, {text("asked to end")});
  ended(at, WEFT_NODE_CANCELLED);
}

}  // namespace weft::run
