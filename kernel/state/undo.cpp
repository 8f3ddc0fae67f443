#include "state/undo.hpp"

namespace weft::state {

using namespace weft::lit;
using event::Event;
using event::Type;

namespace {

Undo* undo_of(State& state, const Event& e) {
  for (auto it = state.undo.rbegin(); it != state.undo.rend(); ++it) {
    if (it->frame == e.frame && it->node == e.node && it->visit == e.visit) return &*it;
  }
  return nullptr;
}

}  // namespace

void forget_doubt(State& state, const Event& e) {
  --state.doubted;
  std::erase_if(state.undo, [&](const Undo& u) {
    return u.is_doubted && u.frame == e.frame && u.node == e.node && u.visit == e.visit;
  });
}

void remember_undo(State& state, Frame& frame, const Event& e) {
  const plan::Rarity* rarity = state.plan->rarity(state.node(frame, e.node));
  if (rarity == nullptr) return;
  if (rarity->is_pivot) {
    for (Frame* f = &frame;; f = &state.frames[f->parent]) {
      f->passed_pivot = true;
      touch(state, *f);
      if (f->parent == event::no_frame) break;
    }
  }
  const bool is_diverted = (frame.traits[e.node] & trait_diverted) != 0;
  if (rarity->compensation == plan::none || is_diverted) return;
  Undo undo;
  undo.frame = e.frame;
  undo.node = e.node;
  undo.visit = e.visit;
  undo.is_doubted = e.type == Type::step_doubted;
  undo.arguments = frame.value[e.node];
  const bool is_envelope = (e.flags & event::is_envelope) != 0;
  if (!undo.is_doubted) undo.result = is_envelope ? e.value()["result"_k].slot() : e.payload;
  state.undo.push_back(undo);
}

void fold_undo(State& state, const Event& e) {
  Undo* undo = undo_of(state, e);
  if (undo == nullptr) return;
  std::erase_if(state.waits, [&](const Wait& w) {
    return w.frame == e.frame && w.node == e.node && w.kind == Wait::Kind::compensation;
  });
  const Frame& frame = state.frames[e.frame];
  switch (e.type) {
    case Type::step_compensating:
      undo->stage = Undo::Stage::running;
      undo->attempt = e.attempt;
      if (e.payload != nullptr) undo->compensation = e.payload;
      return;
    case Type::step_waiting:
      undo->stage = Undo::Stage::waiting;
      state.waits.push_back({Wait::Kind::compensation, e.frame, e.node,
                             e.value()["due_ns"_k].as_i64(never), e.tick, e.payload});
      return;
    case Type::step_compensated:
      undo->stage = Undo::Stage::done;
      if (frame.visit[e.node] != e.visit) return;
      if (frame.status[e.node] == WEFT_NODE_UNKNOWN) --state.doubted;
      frame.status[e.node] = WEFT_NODE_COMPENSATED;
      return;
    default: undo->stage = Undo::Stage::failed; return;
  }
}

}  // namespace weft::state
