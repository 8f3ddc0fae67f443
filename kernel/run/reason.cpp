#include "run/reason.hpp"

#include "base/time.hpp"

namespace weft::run {

using namespace weft::lit;
using state::Wait;

namespace {

std::string until(const Wait& wait) {
  return wait.due != state::never ? " until " + base::time_text(wait.due) : std::string();
}

// Of what a block waits for as a whole, the step that it is.
std::string step_text(const state::State& state, const Wait& wait) {
  if (wait.frame == event::no_frame) return {};
  const state::Frame& frame = state.frames[wait.frame];
  const bool of_block = wait.node == event::no_node;
  if (of_block && frame.parent == event::no_frame) return "the run ";
  return "step '" +
         (of_block ? state::step_path(state, frame.parent, frame.parent_node)
                   : state::step_path(state, wait.frame, wait.node)) +
         "' ";
}

std::string of_wait(const state::State& state, const Wait& wait) {
  const Value about(wait.about);
  const std::string step = step_text(state, wait);
  switch (wait.kind) {
    case Wait::Kind::start: return "the run begins at " + base::time_text(wait.due);
    case Wait::Kind::attempt: return step + "is tried again" + until(wait);
    case Wait::Kind::resource:
      return step + "waits for room" + until(wait) + ": " +
             std::string(about["error"_k]["message"_k].as_text());
    case Wait::Kind::signal:
      return step + "waits for the signal '" + std::string(about["name"_k].as_text()) + "'" +
             until(wait);
    case Wait::Kind::approval:
      if (about["for"_k].as_text() == "escalation") {
        return step + "failed and waits for a decision: " +
               std::string(about["error"_k]["message"_k].as_text());
      }
      return step + "waits for an approval" + until(wait) + ": " +
             std::string(about["title"_k].as_text());
    case Wait::Kind::pause: return step + "begins when the run is resumed";
    case Wait::Kind::milestone:
      return step + "waits until (" + std::string(about["condition"_k].as_text()) + ") holds" +
             (wait.due != state::never ? ", but not after " + base::time_text(wait.due) : "");
    case Wait::Kind::hook: return step + "waits for what a hook says";
    case Wait::Kind::compensation: return step + "is undone again" + until(wait);
    default: return step + "waits" + until(wait);
  }
}

}  // namespace

std::string waiting_text(const state::State& state) {
  const Wait* first = nullptr;
  for (const Wait& wait : state.waits) {
    if (first == nullptr || wait.due < first->due) first = &wait;
  }
  if (first == nullptr) return "the run waits";
  std::string text = of_wait(state, *first);
  if (state.waits.size() > 1) {
    text += " (and " + std::to_string(state.waits.size() - 1) + " more)";
  }
  return text;
}

}  // namespace weft::run
