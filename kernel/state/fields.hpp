// Fields: what belongs to a run as a whole, listed once for whoever writes, reads or sweeps it.
#pragma once

#include "state/state.hpp"

namespace weft::state {

// A visitor has number, choice (of so many), value and list. A new field is one more line at the
// end of its list, and snapshot_version goes up.

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
}

template <class Visit, class S>
void visit_timers(Visit& v, S& s) {
  v.list(s.timers, [&v](auto& timer) {
    v.number(timer.frame);
    v.number(timer.node);
    v.number(timer.due);
    v.choice(timer.of_pattern, 2);
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
  v.choice(f.stopping, 2);
  v.choice(f.closed, 2);
  v.value(f.memo);
}

}  // namespace weft::state
