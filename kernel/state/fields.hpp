// Fields: what belongs to a run as a whole, listed once for whoever writes, reads or sweeps it.
#pragma once

#include <type_traits>

#include "state/state.hpp"

namespace weft::state {

// A visitor has number, choice (of so many), value and list. A new field is one more line at the
// end of its list, and snapshot_version goes up.

template <class Visit, class Slot>
void visit_payload(Visit& v, Slot& slot) {
  if constexpr (std::is_const_v<Slot>) {
    v.value(Value(slot));
  } else {
    Value value(slot);
    v.value(value);
    slot = value.slot();
  }
}

template <class Visit, class S>
void visit_run(Visit& v, S& s) {
  v.choice(s.status, run_status_count);
  v.number(s.seed);
  v.number(s.accepted);
  v.number(s.updated);
  v.number(s.ended);
  v.number(s.since);
  v.number(s.continued);
  v.value(s.acceptance);
  v.value(s.input);
  v.value(s.params);
  v.value(s.stopping);
  v.value(s.outcome);
  v.number(s.spent);
  v.number(s.base_seq);
  v.choice(s.had_timer, 2);
  v.value(s.variables);
  v.value(s.reason);
  v.value(s.moved);
  v.number(s.cost);
  v.number(s.tokens);
}

// What the run waits for, what came and was not asked for yet, and what can be undone.
template <class Visit, class S>
void visit_waits(Visit& v, S& s) {
  v.list(s.waits, [&v](auto& wait) {
    v.choice(wait.kind, wait_kind_count);
    v.number(wait.frame);
    v.number(wait.node);
    v.number(wait.due);
    v.number(wait.since);
    visit_payload(v, wait.about);
  });
  v.list(s.signals, [&v](auto& signal) {
    v.number(signal.seq);
    visit_payload(v, signal.about);
  });
  v.list(s.votes, [&v](auto& vote) {
    v.number(vote.frame);
    v.number(vote.node);
    visit_payload(v, vote.about);
  });
  v.list(s.undo, [&v](auto& undo) {
    v.number(undo.frame);
    v.number(undo.node);
    v.number(undo.visit);
    v.choice(undo.stage, undo_stage_count);
    v.choice(undo.is_doubted, 2);
    v.number(undo.attempt);
    visit_payload(v, undo.arguments);
    visit_payload(v, undo.result);
    visit_payload(v, undo.compensation);
  });
  v.list(s.signal_ids, [&v](auto& id) { visit_payload(v, id); });
  v.list(s.layers, [&v](auto& layer) {
    v.number(layer.frame);
    v.number(layer.branch);
    v.number(layer.visit);
    visit_payload(v, layer.told);
  });
  v.list(s.confided, [&v](auto& told) { visit_payload(v, told); });
  v.list(s.passes, [&v](auto& pass) {
    v.number(pass.frame);
    v.number(pass.node);
    v.number(pass.visit);
    v.number(pass.order);
    v.number(pass.attempt);
  });
  v.list(s.past, [&v](auto& past) {
    v.number(past.frame);
    v.number(past.node);
    v.choice(past.is_envelope, 2);
    visit_payload(v, past.result);
  });
}

// What stands in front of a frame's table.
template <class Visit, class F>
void visit_frame(Visit& v, F& f) {
  v.number(f.block);
  v.number(f.parent);
  v.number(f.parent_node);
  v.number(f.parent_visit);
  v.number(f.prev);
  v.number(f.detour);
  v.choice(f.stopping, 2);
  v.choice(f.closed, 2);
  v.value(f.memo);
  v.choice(f.passed_pivot, 2);
  v.value(f.rollback);
  v.value(f.before);
}

}  // namespace weft::state
