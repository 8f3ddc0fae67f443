#include "engine/course.hpp"

#include <algorithm>
#include <unordered_map>

#include "state/visit.hpp"

namespace weft::engine {

namespace {

// What the kernel does itself needs no attempt.
bool has_run(const plan::Node& node, uint8_t status, uint16_t attempts) {
  using plan::Kind;
  if (status == WEFT_NODE_SKIPPED) return false;
  const bool is_called = node.kind == Kind::tool || node.kind == Kind::block;
  return attempts > 0 || (!is_called && node.kind != Kind::record);
}

uint64_t key(uint32_t frame, uint32_t node) { return uint64_t{frame} << 32U | node; }

struct Walk {
  const state::State& state;
  std::unordered_map<uint64_t, uint32_t> inner;  // the latest frame of a block step
  std::unordered_map<uint32_t, const state::Frame*> seen;
  std::unordered_map<uint64_t, uint16_t> attempts;  // of passes
  std::vector<Ran> all;

  void add(uint32_t frame) {
    const state::Frame& f = state.frames[frame];
    seen.emplace(frame, &f);
    for (uint32_t n = 0; n < f.count; ++n) {
      const plan::Node& node = state.node(f, n);
      if (f.status[n] == WEFT_NODE_PENDING || node.id.empty()) continue;
      all.push_back({state::whole_order(state, f.order[n]), frame, n, f.visit[n], f.attempt[n],
                     true, has_run(node, f.status[n], f.attempt[n])});
      const auto child = inner.find(key(frame, n));
      if (child != inner.end()) add(child->second);
    }
  }

  void add_passes() {
    for (const state::Pass& pass : state.passes) {
      const auto found = seen.find(pass.frame);
      if (found == seen.end() || pass.node >= found->second->count) continue;
      const plan::Node& node = state.node(*found->second, pass.node);
      if (node.id.empty() || !has_run(node, WEFT_NODE_SUCCEEDED, pass.attempt)) continue;
      attempts[key(pass.frame, pass.node)] = pass.attempt;
      all.push_back({state::whole_order(state, pass.order), pass.frame, pass.node, pass.visit,
                     pass.attempt, false, true});
    }
    for (Ran& ran : all) {
      const auto found = attempts.find(key(ran.frame, ran.node));
      if (ran.attempts == 0 && found != attempts.end()) ran.attempts = found->second;
    }
  }
};

}  // namespace

std::vector<Ran> course_of(const state::State& state) {
  Walk walk{state, {}, {}, {}, {}};
  // A block that was tried again has the frames of its attempts; steps are told once.
  for (const state::Frame& f : state.frames) {
    if (f.parent != event::no_frame) walk.inner[key(f.parent, f.parent_node)] = f.number;
  }
  if (!state.frames.empty()) walk.add(0);
  walk.add_passes();
  std::stable_sort(walk.all.begin(), walk.all.end(),
                   [](const Ran& a, const Ran& b) { return a.order < b.order; });
  return std::move(walk.all);
}

}  // namespace weft::engine
