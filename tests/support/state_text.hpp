// state_text: all that is true of a run as text, so that two states can be compared.
#pragma once

#include <string>

#include "base/json.hpp"
#include "state/state.hpp"

namespace weft::tests {

class StateText final {
 public:
  static std::string of(const state::State& state) {
    StateText out;
    out.run(state);
    for (const state::Frame& frame : state.frames) out.frame(frame);
    out.waits(state);
    return out.text_;
  }

 private:
  void line(const char* name, std::initializer_list<uint64_t> numbers) {
    text_ += name;
    for (const uint64_t n : numbers) text_ += ' ' + std::to_string(n);
    text_ += '\n';
  }
  void value(const char* name, Value v) {
    text_ += std::string(name) + ' ' + (v.exists() ? base::json_text(v) : "-") + '\n';
  }

  void run(const state::State& s) {
    line("run", {static_cast<uint64_t>(s.status), s.seq, s.seed, static_cast<uint64_t>(s.accepted),
                 static_cast<uint64_t>(s.updated), static_cast<uint64_t>(s.ended),
                 static_cast<uint64_t>(s.since), s.busy, s.continued, s.doubted, s.frames.size()});
    value("acceptance", s.acceptance);
    value("input", s.input);
    value("params", s.params);
    value("stopping", s.stopping);
    value("outcome", s.outcome);
    value("variables", s.variables);
    value("reason", s.reason);
    line("more", {static_cast<uint64_t>(s.spent), s.base_seq, s.had_timer ? 1U : 0U});
  }

  void waits(const state::State& s) {
    for (const state::Wait& w : s.waits) {
      line("wait", {static_cast<uint64_t>(w.kind), w.frame, w.node, static_cast<uint64_t>(w.due),
                    static_cast<uint64_t>(w.since)});
      value("about", Value(w.about));
    }
    for (const state::Signal& signal : s.signals) {
      line("signal", {signal.seq});
      value("about", Value(signal.about));
    }
    for (const state::Vote& vote : s.votes) {
      line("vote", {vote.frame, vote.node});
      value("about", Value(vote.about));
    }
    for (const state::Undo& u : s.undo) {
      line("undo", {u.frame, u.node, u.visit, static_cast<uint64_t>(u.stage), u.attempt,
                    u.is_doubted ? 1U : 0U});
      for (const weft_slot* slot : {u.arguments, u.result, u.compensation}) {
        value("of", Value(slot));
      }
    }
    for (const weft_slot* id : s.signal_ids) value("id", Value(id));
    for (const state::Pass& p : s.passes) line("pass", {p.frame, p.node, p.visit, p.order});
    for (const state::Past& p : s.past) {
      line("past", {p.frame, p.node, p.is_envelope ? 1U : 0U});
      value("of", Value(p.result));
    }
    for (const state::Layer& layer : s.layers) {
      line("layer", {layer.frame, layer.branch, layer.visit});
      value("told", Value(layer.told));
    }
  }

  void frame(const state::Frame& f) {
    line("frame",
         {f.number, f.block, f.parent, f.parent_node, f.parent_visit, f.count, f.active, f.prev,
          f.stopping ? 1U : 0U, f.closed ? 1U : 0U, f.passed_pivot ? 1U : 0U, f.joining ? 1U : 0U});
    line("outer", {f.outer != nullptr ? f.outer->number : event::no_frame});
    value("memo", f.memo);
    value("rollback", f.rollback);
    value("before", f.before);
    for (uint32_t n = 0; n < f.count; ++n) {
      const uint32_t inner = f.inner != nullptr ? f.inner[n] : event::no_frame;
      if (f.status[n] == WEFT_NODE_PENDING) {
        line("pending", {f.visit[n], f.attempt[n], f.traits[n], inner});
        continue;
      }
      const int64_t ended = state::is_node_ended(f.status[n]) ? f.ended[n] : 0;
      line("node", {n, f.status[n], f.visit[n], f.attempt[n], f.traits[n], inner,
                    static_cast<uint64_t>(f.began[n]), static_cast<uint64_t>(ended), f.order[n]});
      value("value", Value(f.value[n]));
    }
  }

  std::string text_;
};

}  // namespace weft::tests
