// sink.console: one line per event on stderr or stdout.
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <weft/sdk/event_json.hpp>
#include <weft/sdk/failure.hpp>
#include <weft/sdk/plugin.hpp>

#include "line.hpp"

namespace weft::console {
namespace {

using lit::operator""_k;

// One of the words a setting may be; the first is the default.
std::string_view word_of(Value config, Key name, std::initializer_list<std::string_view> words) {
  const std::string_view given = config[name].as_text(*words.begin());
  std::string choices;
  for (const std::string_view word : words) {
    if (word == given) return word;
    choices.append(choices.empty() ? "'" : ", '").append(word).append("'");
  }
  std::string message;
  message.append("'").append(name.view()).append("' is one of ").append(choices);
  throw sdk::failure("tool.invalid_argument", message);
}

// NO_COLOR counts when it is set and not empty (no-color.org).
bool wants_color(std::string_view setting, std::FILE* stream) {
  if (setting != "auto") return setting == "always";
  const char* no_color = std::getenv("NO_COLOR");
  return (no_color == nullptr || *no_color == 0) && isatty(fileno(stream)) == 1;
}

}  // namespace

class Console final {
 public:
  static constexpr std::string_view id = "console";

  Console(sdk::Host host, Value config)
      : host_(host),
        stream_(word_of(config, "stream"_k, {"stderr", "stdout"}) == "stdout" ? stdout : stderr),
        is_json_(word_of(config, "format"_k, {"pretty", "json"}) == "json"),
        lines_(wants_color(word_of(config, "color"_k, {"auto", "never", "always"}), stream_)) {}

  void consume(std::span<const weft_event* const> events, uint64_t dropped) {
    text_.clear();
    if (dropped != 0) append_dropped(dropped);
    for (const weft_event* event : events) {
      if (is_json_) {
        sdk::append_event_json(text_, *event);
        text_ += '\n';
      } else {
        lines_.append(text_, *event);
      }
    }
    write();
  }

  Result<void> flush() {
    if (std::fflush(stream_) == 0) return {};
    return sdk::failure("tool.io", std::string("cannot write events: ") + std::strerror(errno));
  }

 private:
  void append_dropped(uint64_t count) {
    if (!is_json_) return lines_.append_dropped(text_, count);
    sdk::append_dropped_json(text_, count);
    text_ += '\n';
  }
  // Through the stream of the program, so that its own lines keep their order.
  void write() {
    const bool done = std::fwrite(text_.data(), 1, text_.size(), stream_) == text_.size() &&
                      std::fflush(stream_) == 0;
    if (done || complained_) return;
    complained_ = true;
    host_.log(WEFT_LOG_WARN, std::string("cannot write events: ") + std::strerror(errno));
  }

  sdk::Host host_;
  std::FILE* stream_;
  bool is_json_;
  Lines lines_;
  std::string text_;
  bool complained_ = false;
};

}  // namespace weft::console

WEFT_PLUGIN(weft::console::Console);
