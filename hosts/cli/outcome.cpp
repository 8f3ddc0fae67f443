#include "outcome.hpp"

#include <unistd.h>

#include <mutex>

#include "text.hpp"
#include "times.hpp"

namespace weft::cli {

using namespace weft::lit;

namespace {

// Between the thread that runs and the one that is interrupted.
class Stopper final {
 public:
  explicit Stopper(Session& session) : session_(&session) {}

  void accepted(const std::string& run) {
    const std::lock_guard lock(mutex_);
    run_ = run;
    if (is_wanted_ && !is_asked_) ask();
  }
  void first() {
    const std::lock_guard lock(mutex_);
    is_wanted_ = true;
    session_->progress().print("weft: ending after the steps under way; interrupt again to leave" +
                               std::string(session_->keeps_runs() ? " and resume later\n" : "\n"));
    learn_run();
    if (!run_.empty()) ask();
  }
  [[noreturn]] void last() {
    const std::lock_guard lock(mutex_);
    session_->progress().finish();
    learn_run();
    std::string text = "weft: left the run as it is";
    if (session_->keeps_runs() && !run_.empty()) text += "; go on with: weft resume " + run_;
    session_->console().err.write(text + "\n");
    _exit(static_cast<int>(Exit::interrupted));
  }

 private:
  // Its first events may come before its start has returned.
  void learn_run() {
    if (run_.empty()) run_ = session_->progress().run();
  }
  void ask() {
    is_asked_ = true;
    auto asked = session_->kernel().cancel(run_, "interrupted");
    if (!asked) session_->say(asked.error());
  }

  Session* session_;
  std::mutex mutex_;
  std::string run_;
  bool is_wanted_ = false, is_asked_ = false;
};

Style style_of(RunState state) {
  switch (exit_of(state)) {
    case Exit::ok: return Style::green;
    case Exit::failed: return Style::red;
    default: return Style::yellow;
  }
}

std::string words_of(RunState state) {
  switch (state) {
    case RunState::partially_completed: return "completed in part";
    case RunState::waiting: return "waits";
    default: return std::string(to_text(state));
  }
}

void print_reason(Session& session, const Outcome& outcome) {
  const Value reason = outcome.result.view();
  if (outcome.state == RunState::failed) return session.say(error_of(reason));
  const std::string_view text = reason.is_text() ? reason.as_text() : reason["message"_k].as_text();
  if (!text.empty()) session.progress().print("reason: " + printable(text) + "\n");
  if (outcome.state != RunState::waiting && outcome.state != RunState::paused) return;
  auto why = session.kernel().why(outcome.run);
  if (why && !why->command.empty()) session.progress().print("hint: " + why->command + "\n");
}

void print_people(Session& session, const Outcome& outcome, int64_t took, const Ending& ending) {
  const bool has_result =
      outcome.state == RunState::completed || outcome.state == RunState::partially_completed;
  if (!has_result) print_reason(session, outcome);
  if (!ending.is_quiet) {
    const Terminal& err = session.console().err;
    std::string line =
        err.paint(style_of(outcome.state), words_of(outcome.state)) + " in " + duration_text(took);
    if (session.keeps_runs()) line += err.paint(Style::dim, ", weft show " + outcome.run);
    session.progress().print(line + "\n");
  }
  if (has_result) session.console().out.write(result_text(outcome.result.view()));
}

bool rests(RunState state) { return state == RunState::waiting || state == RunState::paused; }

}  // namespace

Exit conduct(Session& session, const Go& go, const Ending& ending) {
  Stopper stopper(session);
  session.interrupts().watch([&] { stopper.first(); }, [&] { stopper.last(); });
  const int64_t began = wall_ns();
  auto outcome = go([&](const std::string& run) { stopper.accepted(run); });
  const int64_t took = wall_ns() - began;
  session.progress().finish();
  session.interrupts().stop();
  if (!outcome) {
    session.say(outcome.error());
    return exit_of(outcome.error());
  }
  if (ending.as_json) {
    session.console().out.write(outcome->detail.to_json(true) + "\n");
  } else {
    print_people(session, *outcome, took, ending);
  }
  finish_started(session, outcome->run, began);
  return exit_of(outcome->state);
}

void finish_started(Session& session, std::string_view run, int64_t began) {
  constexpr int64_t look_ns = 100'000'000;
  Kernel& kernel = session.kernel();
  while (kernel.turn()) {
  }
  RunFilter since;
  since.since_ns = began;
  auto runs = kernel.list(since);
  if (!runs) return;  // the run itself is over and told
  for (const Value one : runs->view()) {
    const std::string_view parent = one["parent"_k].as_text();
    if (parent.empty() || (!run.empty() && parent != run)) continue;
    const std::string id(one["id"_k].as_text());
    while (true) {
      auto outcome = kernel.wait(id, look_ns);
      if (outcome || outcome.error().status != Status::timeout) break;
      outcome = kernel.show(id);
      if (!outcome || rests(outcome->state)) break;
    }
    finish_started(session, id, began);
  }
}

std::string result_text(Value value) {
  std::string text = value.is_text() ? std::string(value.as_text()) : to_json(value, true);
  if (!text.ends_with('\n')) text += '\n';
  return text;
}

Error error_of(Value failure) {
  Error error;
  if (failure.is_text()) error.message = failure.as_text();
  if (!failure.is_object()) return error;
  error.code = failure["code"_k].as_text();
  const std::string_view step = failure["step"_k].as_text();
  if (!step.empty()) error.message = "step " + in_quotes(step) + ": ";
  error.message += failure["message"_k].as_text();
  const int64_t attempt = failure["attempt"_k].as_i64();
  if (attempt > 1) error.message += " (attempt " + std::to_string(attempt) + ")";
  error.hint = failure["hint"_k].as_text();
  return error;
}

}  // namespace weft::cli
