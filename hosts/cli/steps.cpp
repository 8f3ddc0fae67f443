#include "steps.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <weft/value.hpp>

#include "terminal.hpp"
#include "times.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

constexpr size_t steps_max = 500;  // kept; nobody reads more, and a loop may have millions

std::optional<StepState> state_of(std::string_view type) {
  struct Row {
    std::string_view type;
    StepState state;
  };
  static constexpr Row rows[] = {{"workflow.step.started", StepState::running},
                                 {"workflow.frame.opened", StepState::running},
                                 {"workflow.step.succeeded", StepState::succeeded},
                                 {"workflow.step.failed", StepState::failed},
                                 {"workflow.step.retried", StepState::retrying},
                                 {"workflow.step.skipped", StepState::skipped},
                                 {"workflow.step.cancelled", StepState::cancelled},
                                 {"workflow.step.doubted", StepState::doubted}};
  for (const Row& row : rows) {
    if (row.type == type) return row.state;
  }
  return {};
}

std::string_view message_of(Value v) {
  return v.is_text() ? v.as_text() : v["message"_k].as_text();
}

std::string note_of(StepState state, Value v, int64_t now) {
  switch (state) {
    case StepState::failed:
    case StepState::skipped:
    case StepState::cancelled:
    case StepState::doubted: return printable(message_of(v));
    case StepState::retrying: {
      const int64_t due = v["due_ns"_k].as_i64(now);
      return printable(message_of(v["error"_k])) + "; again in " + duration_text(due - now);
    }
    default: return {};
  }
}

}  // namespace

const Step* Steps::take(const weft_event& event) {
  const auto state = state_of(to_view(event.type));
  const std::string_view path = to_view(event.step);
  const bool has_name = !path.substr(path.rfind('/') + 1).starts_with('#');  // conditions have none
  if (!state || path.empty() || !has_name) return nullptr;
  Step& step = find(event);
  const bool had_ended = step.has_ended();
  step.state = *state;
  step.attempt = std::max(step.attempt, event.attempt);
  step.note = note_of(*state, Value(event.data), event.time_ns);
  const bool is_visited_again = had_ended && !step.has_ended();
  if (step.began == 0 || is_visited_again) step.began = event.time_ns;
  if (step.has_ended()) step.ended = event.time_ns;
  if (is_visited_again) {
    ++running_;
    --ended_;
  } else if (step.has_ended() && !had_ended) {
    --running_;
    ++ended_;
  }
  return &step;
}

Step& Steps::find(const weft_event& event) {
  std::string path(to_view(event.step));
  const auto found = by_path_.find(path);
  if (found != by_path_.end()) return *found->second;
  if (steps_.size() >= steps_max) forget_one();

  const size_t slash = path.rfind('/');
  const bool is_inner = slash != std::string::npos;
  const auto parent = is_inner ? by_path_.find(path.substr(0, slash)) : by_path_.end();
  Step step;
  step.name = printable(is_inner ? path.substr(slash + 1) : path);
  step.depth = static_cast<uint32_t>(std::count(path.begin(), path.end(), '/'));
  step.path = path;
  auto at = steps_.end();
  if (parent != by_path_.end()) {
    at = std::next(parent->second);
    while (at != steps_.end() && at->depth > parent->second->depth) ++at;
  }
  ++running_;
  const auto inserted = steps_.insert(at, std::move(step));
  by_path_.emplace(std::move(path), inserted);
  return *inserted;
}

bool Steps::drop_first() {
  if (steps_.empty() || !steps_.front().has_ended()) return false;
  const auto next = std::next(steps_.begin());
  const bool has_inner = next != steps_.end() && next->depth > steps_.front().depth;
  if (has_inner && std::any_of(next, steps_.end(), [](const Step& s) { return !s.has_ended(); })) {
    return false;
  }
  by_path_.erase(steps_.front().path);
  steps_.pop_front();
  return true;
}

void Steps::forget_one() {
  const auto ended =
      std::find_if(steps_.begin(), steps_.end(), [](const Step& s) { return s.has_ended(); });
  if (ended == steps_.end()) return;
  by_path_.erase(ended->path);
  steps_.erase(ended);
}

}  // namespace weft::cli
