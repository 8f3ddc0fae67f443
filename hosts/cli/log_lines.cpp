#include "log_lines.hpp"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include <array>
#include <memory>
#include <vector>

#include <weft/abi.h>

#include "arguments.hpp"
#include "suggest.hpp"
#include "text.hpp"

namespace weft::cli {
namespace {

constexpr std::array<std::string_view, 6> levels{"trace", "debug", "info", "warn", "error", "off"};

Style style_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::err) return Style::red;
  return level == spdlog::level::warn ? Style::yellow : Style::cyan;
}

// Hands formatted lines to whoever draws, so that they do not tear a live list.
class LineSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  LineSink(const Terminal& terminal, Print print)
      : terminal_(&terminal), print_(std::move(print)) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t buffer;
    formatter_->format(message, buffer);
    const std::string_view all(buffer.data(), buffer.size());
    const size_t first = message.color_range_start, last = message.color_range_end;
    std::string line(all.substr(0, first));
    line += terminal_->paint(style_of(message.level), all.substr(first, last - first));
    print_(line.append(all.substr(last)));
  }
  void flush_() override {}

  const Terminal* terminal_;
  Print print_;
};

}  // namespace

struct LogLines::Logger {
  spdlog::logger logger;
};

LogLines::LogLines(const Terminal& terminal, Print print)
    : terminal_(&terminal), print_(std::move(print)) {}
LogLines::~LogLines() = default;

void LogLines::write(uint32_t level, std::string_view component, std::string_view message) {
  std::call_once(once_, [this] {
    auto sink = std::make_shared<LineSink>(*terminal_, print_);
    sink->set_pattern("%H:%M:%S.%e %^%l%$ %v");
    logger_ = std::make_unique<Logger>(Logger{spdlog::logger("weft", std::move(sink))});
    logger_->logger.set_level(spdlog::level::trace);  // the kernel's mask has decided already
  });
  const std::string text = printable(component) + ": " + printable(message);
  const auto known = static_cast<spdlog::level::level_enum>(std::min(level, WEFT_LOG_ERROR));
  logger_->logger.log(known, spdlog::string_view_t(text.data(), text.size()));
}

Result<uint32_t> log_mask_of(std::string_view level) {
  for (uint32_t i = 0; i < levels.size(); ++i) {
    if (levels[i] == level) return (0x1fU << i) & 0x1fU;
  }
  std::string hint =
      did_you_mean(level, std::vector<std::string_view>(levels.begin(), levels.end()));
  if (hint.empty()) hint = "levels are 'trace', 'debug', 'info', 'warn', 'error' and 'off'";
  return usage_error("unknown log level " + in_quotes(level), std::move(hint));
}

}  // namespace weft::cli
