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
    for (const state::Timer& t : state.timers) {
      out.line("timer", {t.frame, t.node, static_cast<uint64_t>(t.due), t.of_pattern ? 1U : 0U});
    }
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
  }

  void frame(const state::Frame& f) {
    line("frame", {f.number, f.block, f.parent, f.parent_node, f.parent_visit, f.count, f.active,
                   f.prev, f.stopping ? 1U : 0U, f.closed ? 1U : 0U});
    line("outer", {f.outer != nullptr ? f.outer->number : event::no_frame});
    value("memo", f.memo);
    for (uint32_t n = 0; n < f.count; ++n) {
      const uint32_t inner = f.inner != nullptr ? f.inner[n] : event::no_frame;
      if (f.status[n] == WEFT_NODE_PENDING) {
        line("pending", {f.visit[n], f.attempt[n], f.traits[n], inner});
        continue;
      }
      const int64_t ended = state::is_node_ended(f.status[n]) ? f.ended[n] : 0;
      line("node", {n, f.status[n], f.visit[n], f.attempt[n], f.traits[n], inner,
                    static_cast<uint64_t>(f.began[n]), static_cast<uint64_t>(ended)});
      value("value", Value(f.value[n]));
    }
  }

  std::string text_;
};

}  // namespace weft::tests
