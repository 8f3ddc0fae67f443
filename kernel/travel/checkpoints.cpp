#include "travel/checkpoints.hpp"

#include "base/text.hpp"

namespace weft::travel {

using namespace weft::lit;
using event::Event;
using event::Type;

Result<void> fold(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                  const Each& each) {
  state::Pages pages;
  state::State state(plan, pages);
  const journal::Recovery::Each tell = [&](const Event& e) { each(state, e); };
  journal::Recovery recovery(state, &tell, history.fetch, history.plan_of);
  for (const std::string& records : history.records) {
    auto taken = recovery.take(records);
    if (!taken) return taken.error();
  }
  return {};
}

bool is_of_step(const state::State& state, const Event& e) {
  if (e.frame == event::no_frame || e.node == event::no_node) return false;
  if (e.type == Type::frame_opened || e.frame >= state.frames.size()) return false;
  return !state.node(state.frames[e.frame], e.node).id.empty();
}

Result<std::vector<Checkpoint>> checkpoints(const History& history,
                                            const std::shared_ptr<const plan::Plan>& plan) {
  std::vector<Checkpoint> all;
  Checkpoint next;
  auto folded = fold(history, plan, [&](const state::State& state, const Event& e) {
    if (ends_step(e.type) && next.step.empty() && is_of_step(state, e)) {
      next.step = state::step_path(state, e.frame, e.node);
      next.status = state::node_status_text(state.frames[e.frame].status[e.node]);
    }
    if ((e.flags & event::is_last) == 0) return;
    next.seq = e.seq;
    next.time_ns = e.tick;
    next.state = static_cast<RunState>(state.status);
    if (!next.step.empty() || all.empty()) all.push_back(std::move(next));
    next = {};
  });
  if (!folded) return folded.error();
  return all;
}

namespace {

// By its path, or by the name that the definition gives it.
bool is_called(const state::State& state, const Event& e, std::string_view step) {
  const plan::Node& node = state.node(state.frames[e.frame], e.node);
  return state::step_path(state, e.frame, e.node) == step || node.at["name"_k].as_text() == step;
}

Error never(std::string_view what, const History& history, std::string_view step) {
  return {Status::not_found, "run.unknown_step",
          "no step " + base::quoted(step) + " was " + std::string(what) + " in run " +
              base::quoted(history.run),
          "'weft show " + history.run + "' lists its steps"};
}

// The end of the first decision with an event that the predicate knows; 0 where there is none.
template <class Predicate>
Result<uint64_t> first_end(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                           Predicate is_it) {
  uint64_t found = 0;
  bool has_come = false;
  auto folded = fold(history, plan, [&](const state::State& state, const Event& e) {
    if (found != 0) return;
    has_come = has_come || (is_of_step(state, e) && is_it(state, e));
    if (has_come && (e.flags & event::is_last) != 0) found = e.seq;
  });
  if (!folded) return folded.error();
  return found;
}

Result<uint64_t> start_of(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                          std::string_view step) {
  auto found = first_end(history, plan, [step](const state::State& state, const Event& e) {
    const bool starts = e.type == Type::step_started || e.type == Type::step_queued;
    return starts && is_called(state, e, step);
  });
  if (found && *found == 0) return never("started", history, step);
  return found;
}

}  // namespace

Result<uint64_t> point_of(const History& history, const std::shared_ptr<const plan::Plan>& plan,
                          std::string_view name) {
  if (!name.starts_with(completion_prefix)) return start_of(history, plan, name);
  const std::string_view step = name.substr(completion_prefix.size());
  auto found = first_end(history, plan, [step](const state::State& state, const Event& e) {
    return e.type == Type::step_succeeded && is_called(state, e, step);
  });
  if (found && *found == 0) return never("completed", history, step);
  return found;
}

bool ends_decision(const History& history, uint64_t seq, uint64_t* before) {
  uint64_t next = 1;
  *before = 0;
  for (const std::string& piece : history.records) {
    event::Reader reader(piece, next);
    while (!reader.done() && next <= seq) {
      const auto record = reader.next();
      if (!record) return false;
      if ((record->event.flags & event::is_last) != 0) *before = next;
      ++next;
    }
  }
  return *before == seq && seq != 0;
}

}  // namespace weft::travel
