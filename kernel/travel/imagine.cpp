#include "travel/imagine.hpp"

#include <algorithm>

#include <weft/draft/hook.h>

#include "base/limits.hpp"
#include "event/record.hpp"

namespace weft::travel {

using namespace weft::lit;
using run::Command;
using run::Input;

namespace {

uint64_t points_of(const std::vector<Answer>& answers) {
  uint64_t points = 0;
  for (const Answer& answer : answers) {
    const Input& input = answer.cause.input;
    const bool is_verdict = input.kind == Input::Kind::verdict && input.result != run::only_told;
    if (is_verdict) points |= uint64_t{1} << input.point;
  }
  return points;
}

Input input_to(const Command& command, Input::Kind kind) {
  Input input;
  input.kind = kind;
  input.attempt = command.attempt;
  input.frame = command.frame;
  input.node = command.node;
  input.visit = command.visit;
  input.is_compensation = command.is_compensation;
  input.point = command.point;
  return input;
}

// What hooks were asked about, by where and at which point.
std::string key_at(std::string_view path, uint32_t point) {
  return std::string(path) + " (" + std::to_string(point) + ")";
}

// A step and what undoes it have answers of their own.
std::string key_of(std::string_view path, bool is_compensation) {
  std::string key(path);
  if (is_compensation) key += " (undone)";
  return key;
}

}  // namespace

Imagined::Imagined(const Replay& replayed, std::string run, std::shared_ptr<const plan::Plan> plan)
    : answers_(&replayed.answers()),
      run_(0, std::move(run), std::move(plan), pages_),
      recollection_(replayed.shared()),
      decider_(points_of(*answers_), {}, recollection_.lend()) {
  const std::vector<Answer>& answers = *answers_;
  for (size_t i = 0; i < answers.size(); ++i) {
    switch (answers[i].cause.input.kind) {
      case Input::Kind::reply:
        replies_[key_of(answers[i].step, answers[i].cause.input.is_compensation)].push(i);
        break;
      case Input::Kind::verdict:
        if (answers[i].cause.input.result == run::only_told) break;
        verdicts_[key_at(answers[i].step, answers[i].cause.input.point)].push(i);
        break;
      case Input::Kind::submit:
      case Input::Kind::fork:
      case Input::Kind::message:
      case Input::Kind::cancel:
      case Input::Kind::expire: common_.push(i); break;
      default: break;  // timers are set anew, and nothing happens to the process
    }
  }
}

void Imagined::play() {
  while (!state::is_ended(run_.state.status) && step()) {
  }
}

bool Imagined::step() {
  if (!at_once_.empty()) {
    const Input input = at_once_.back();
    at_once_.pop_back();
    decide(input, tick_);
    return true;
  }
  size_t next = SIZE_MAX;
  if (!ready_.empty()) next = ready_.top().answer;
  if (!common_.empty()) next = std::min(next, common_.front());
  const int64_t at = next != SIZE_MAX ? (*answers_)[next].tick : INT64_MAX;
  if (!due_.empty() && due_.top().at <= at) {
    const Due due = due_.top();
    due_.pop();
    decide(due.input, due.at);
    return true;
  }
  if (next == SIZE_MAX) return false;
  if (!common_.empty() && common_.front() == next) {
    give_common();
  } else {
    const Ready ready = ready_.top();
    ready_.pop();
    give(ready);
  }
  return true;
}

void Imagined::give_common() {
  const Answer& answer = (*answers_)[common_.front()];
  common_.pop();
  Cause cause = answer.cause;
  decide(cause.ready(), answer.tick);
}

void Imagined::give(const Ready& ready) {
  const Answer& answer = (*answers_)[ready.answer];
  Cause cause = answer.cause;
  Input& input = cause.input;
  input.attempt = ready.command.attempt;
  input.frame = ready.command.frame;
  input.node = ready.command.node;
  input.visit = ready.command.visit;
  // Another policy may try again where the recorded one gave up.
  const bool is_fault = input.kind == Input::Kind::reply && input.status == WEFT_FAILED;
  if (is_fault) input.result = 0;
  if (is_fault && input.value["class"_k].as_text() == "transient") {
    cause.error.flags |= WEFT_ERR_RETRYABLE;
  }
  decide(cause.ready(), answer.tick);
}

void Imagined::decide(const Input& input, int64_t tick) {
  tick_ = std::max(tick_, tick);
  decision_.clear();
  recollection_.move_to(tick_);
  decider_.decide(run_, input, tick_, decision_);
  for (const event::Event& e : decision_.events) {
    const uint64_t payload = e.payload != nullptr ? state::Vault::payload_bytes(e.payload) : 0;
    event::encode(e, payload, {run_.state.vault.origins()}, records_);
  }
  for (const Command& command : decision_.commands) perform(command);
}

void Imagined::perform(const Command& command) {
  switch (command.kind) {
    case Command::Kind::call: return want(command, false);
    case Command::Kind::ask: return want(command, true);
    case Command::Kind::stop: return stop(command);
    case Command::Kind::wake_at:
      return due_.push({command.due, ++timers_, input_to(command, Input::Kind::wake)});
    case Command::Kind::timer_at:
      return due_.push({command.due, ++timers_, input_to(command, Input::Kind::fired)});
    default: return;
  }
}

void Imagined::want(const Command& command, bool is_asked) {
  const std::string path =
      key_of(state::step_path(run_.state, command.frame, command.node), command.is_compensation);
  auto& all = is_asked ? verdicts_ : replies_;
  const auto found = all.find(is_asked ? key_at(path, command.point) : path);
  if (found != all.end() && !found->second.empty()) {
    ready_.push({found->second.front(), command});
    found->second.pop();
  } else if (is_asked) {
    at_once_.push_back(input_to(command, Input::Kind::verdict));
  } else {
    unanswered_.insert_or_assign(path, command);
  }
}

// A call that has no answer ends when it is asked to.
void Imagined::stop(const Command& command) {
  const std::string path = state::step_path(run_.state, command.frame, command.node);
  const auto found = unanswered_.find(path);
  if (found == unanswered_.end()) return;
  static constexpr weft_error asked{
      sizeof(weft_error), WEFT_CANCELLED, WEFT_ERR_CANCELLED, 0, 0, {0}, {nullptr, 0}};
  Input input = input_to(found->second, Input::Kind::reply);
  input.status = WEFT_CANCELLED;
  input.error = &asked;
  at_once_.push_back(input);
  unanswered_.erase(found);
}

History Imagined::take_history() {
  History history;
  history.run = run_.id;
  history.records.emplace_back(records_.begin(), records_.end());
  return history;
}

void Imagined::tell(Replayed& replayed) const {
  replayed.state = static_cast<RunState>(run_.state.status);
  replayed.result = Document::copy(run_.state.outcome);
  replayed.unanswered.clear();
  replayed.unused.clear();
  for (const auto& [path, command] : unanswered_) replayed.unanswered.push_back(path);
  for (const auto& [path, numbers] : replies_) {
    if (!numbers.empty()) replayed.unused.push_back(path);
  }
}

}  // namespace weft::travel
