#include "progress.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "times.hpp"

namespace weft::cli {
namespace {

constexpr std::chrono::milliseconds between_drawings(100);
constexpr uint32_t time_columns = 12;

std::string_view word_of(StepState state) {
  switch (state) {
    case StepState::succeeded: return "succeeded";
    case StepState::failed: return "failed";
    case StepState::skipped: return "skipped";
    case StepState::cancelled: return "cancelled";
    case StepState::doubted: return "unknown";
    default: return "running";
  }
}

Style style_of(StepState state) {
  switch (state) {
    case StepState::succeeded: return Style::green;
    case StepState::failed: return Style::red;
    case StepState::skipped: return Style::dim;
    case StepState::running: return Style::cyan;
    default: return Style::yellow;
  }
}

std::string_view sign_of(StepState state, uint32_t frame) {
  static constexpr std::array<std::string_view, 8> running{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧"};
  switch (state) {
    case StepState::succeeded: return "✓";
    case StepState::failed: return "✗";
    case StepState::skipped: return "-";
    case StepState::cancelled: return "■";
    case StepState::doubted: return "?";
    case StepState::retrying: return "↻";
    default: return running[frame % running.size()];
  }
}

}  // namespace

Progress::Progress(const Terminal& terminal, ProgressMode mode)
    : terminal_(&terminal),
      mode_(mode),
      sink_{sizeof(weft_sink), 0, uint64_t{1} << WEFT_AREA_WORKFLOW, consume, flush},
      list_(terminal) {
  if (mode_ == ProgressMode::list) drawer_ = std::thread([this] { draw_now_and_then(); });
}

Progress::~Progress() { finish(); }

void Progress::consume(void* self, const weft_event* const* events, uint32_t n, uint64_t) noexcept {
  static_cast<Progress*>(self)->take(events, n);
}

weft_status Progress::flush(void*, const weft_call*, weft_out*) noexcept { return WEFT_OK; }

void Progress::take(const weft_event* const* events, uint32_t n) {
  const std::lock_guard lock(mutex_);
  if (run_.empty() && n != 0) run_.assign(events[0]->run.p, events[0]->run.n);
  if (mode_ == ProgressMode::nothing) return;
  std::string lines;
  for (uint32_t i = 0; i < n; ++i) {
    const Step* step = steps_.take(*events[i]);
    if (step == nullptr) continue;
    is_dirty_ = true;
    name_columns_ = std::max(name_columns_, 2 * step->depth + columns_of(step->name));
    const bool tells = step->has_ended() || step->state == StepState::retrying;
    if (mode_ == ProgressMode::lines && tells) lines += plain_line(*step);
  }
  if (!lines.empty()) terminal_->write(lines);
}

void Progress::print(std::string_view text) {
  const std::lock_guard lock(mutex_);
  if (mode_ != ProgressMode::list || is_finished_) {
    terminal_->write(text);
  } else {
    draw(std::string(text), false);
  }
}

std::string Progress::run() {
  const std::lock_guard lock(mutex_);
  return run_;
}

void Progress::finish() {
  {
    const std::lock_guard lock(mutex_);
    if (is_finished_) return;
    is_finished_ = true;
    if (mode_ == ProgressMode::list) {
      draw({}, true);
      list_.leave();
    }
  }
  changed_.notify_all();
  if (drawer_.joinable()) drawer_.join();
}

// Runs that end at once are drawn once, by finish().
void Progress::draw_now_and_then() {
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, between_drawings, [this] { return is_finished_; })) {
    if (is_dirty_ || steps_.running() != 0) draw({}, false);
  }
}

void Progress::draw(std::string above, bool is_last) {
  is_dirty_ = false;
  ++frame_;
  const std::vector<std::string> lines = lines_of(is_last, above);
  if (!lines.empty() || !above.empty()) list_.draw(above, lines);
}

// What does not fit is let go upwards while it has ended; else only running steps are shown.
std::vector<std::string> Progress::lines_of(bool is_last, std::string& above) {
  const uint32_t room = list_.room();
  while (!is_last && steps_.all().size() > room) {
    const std::string first = list_line(steps_.all().front());
    if (!steps_.drop_first()) break;
    above += cut(first, list_.width() - 1) + "\n";
  }
  std::vector<std::string> lines;
  const bool is_short = is_last || steps_.all().size() <= room;
  for (const Step& step : steps_.all()) {
    if (!is_short && (step.has_ended() || lines.size() + 1 >= room)) continue;
    lines.push_back(list_line(step));
  }
  if (is_short) return lines;
  lines.push_back(terminal_->paint(Style::dim, "… " + std::to_string(steps_.ended()) + " ended, " +
                                                   std::to_string(steps_.running()) + " running"));
  return lines;
}

std::string Progress::list_line(const Step& step) const {
  const uint32_t width = list_.width();
  const uint32_t most = width > time_columns + 12 ? width - time_columns - 3 : 8;
  const uint32_t names = std::min(name_columns_, most);
  const uint32_t indent = std::min(2 * step.depth, names / 2);
  const bool is_skipped = step.state == StepState::skipped;
  const int64_t until = step.has_ended() ? step.ended : wall_ns();
  const std::string time = is_skipped ? "skipped" : duration_text(until - step.began);
  std::string line(indent, ' ');
  line += terminal_->paint(style_of(step.state), sign_of(step.state, frame_)) + " ";
  line += pad(cut(step.name, names - indent), names - indent) + "  ";
  const std::string space(time.size() < 9 ? 9 - time.size() : 0, ' ');
  line += terminal_->paint(Style::dim, space + time);
  if (!step.note.empty()) line += "  " + terminal_->paint(Style::dim, step.note);
  return line;
}

std::string Progress::plain_line(const Step& step) const {
  std::string line = printable(step.path) + ": ";
  if (step.state == StepState::retrying) {
    return line + "attempt " + std::to_string(step.attempt) + " failed: " + step.note + "\n";
  }
  line += terminal_->paint(style_of(step.state), word_of(step.state));
  if (step.state != StepState::skipped) line += " in " + duration_text(step.ended - step.began);
  if (!step.note.empty()) line += ": " + step.note;
  return line + "\n";
}

}  // namespace weft::cli
