// sink.jsonl: appends each event to a file as one line of JSON.
#include <cstring>

#include <weft/sdk/event_json.hpp>
#include <weft/sdk/failure.hpp>
#include <weft/sdk/plugin.hpp>

#include "file.hpp"

namespace weft::jsonl {
namespace {

using lit::operator""_k;

enum class Sync : uint8_t { end, never, batch };

Sync sync_of(std::string_view word) {
  if (word == "end") return Sync::end;
  if (word == "never") return Sync::never;
  if (word == "batch") return Sync::batch;
  throw sdk::failure("tool.invalid_argument", "'fsync' is one of 'end', 'never' and 'batch'");
}

std::string path_of(Value config) {
  const std::string_view path = config["path"_k].as_text();
  if (path.empty()) throw sdk::failure("tool.invalid_argument", "'path' names no file");
  return std::string(path);
}

Rotation rotation_of(Value config) {
  constexpr uint64_t keep_max = 1000;
  const uint64_t keep = config["keep"_k].as_u64(5);
  if (keep > keep_max) throw sdk::failure("tool.invalid_argument", "'keep' is at most 1000");
  return {config["rotate_bytes"_k].as_u64(0), static_cast<uint32_t>(keep)};
}

}  // namespace

// Lines that could not be written wait, in order, up to waiting_max; later ones are then counted
// and told as dropped. A line that was written in part is completed, never repeated.
class Jsonl final {
 public:
  static constexpr std::string_view id = "jsonl";
  static constexpr uint64_t waiting_max = 8U << 20U;

  Jsonl(sdk::Host host, Value config)
      : host_(host),
        file_(path_of(config), rotation_of(config)),
        sync_(sync_of(config["fsync"_k].as_text("end"))) {
    if (const int problem = file_.open(); problem != 0) {
      throw sdk::failure("tool.io",
                         "cannot open '" + file_.path() + "': " + std::strerror(problem));
    }
  }
  ~Jsonl() { static_cast<void>(flush()); }
  Jsonl(const Jsonl&) = delete;
  Jsonl& operator=(const Jsonl&) = delete;

  void consume(std::span<const weft_event* const> events, uint64_t dropped) {
    dropped_ += dropped;
    bool writable = waiting_.empty() || write_waiting();
    for (const weft_event* event : events) {
      line_.clear();
      sdk::append_event_json(line_, *event);
      line_ += '\n';
      add(writable);
    }
    if (!writable) return;
    tell_dropped();
    static_cast<void>(write_out(sync_ == Sync::batch));
  }

  Result<void> flush() {
    tell_dropped();
    const int problem = write_out(sync_ != Sync::never);
    if (problem == 0) return {};
    return sdk::failure("tool.io", "cannot write '" + file_.path() + "': " + std::strerror(problem),
                        {{"failures", static_cast<int64_t>(failures_)}});
  }

 private:
  // Makes line_ wait, and writes and rotates first where it would not fit.
  void add(bool& writable) {
    if (writable && file_.is_full(waiting_.size() + line_.size())) {
      writable = write_waiting();
      if (writable) rotate();
    }
    if (writable && waiting_.size() >= chunk) writable = write_waiting();
    const bool fits = waiting_.size() + line_.size() + room_to_tell <= waiting_max;
    if (!fits && !waiting_.empty()) {
      ++dropped_;
      return;
    }
    tell_dropped();
    waiting_ += line_;
  }
  void tell_dropped() {
    if (dropped_ == 0) return;
    sdk::append_dropped_json(waiting_, dropped_);
    waiting_ += '\n';
    dropped_ = 0;
  }
  void rotate() { note("rotate", file_.rotate()); }
  bool write_waiting() {
    last_problem_ = file_.write(waiting_);
    return note("write", last_problem_);
  }
  int write_out(bool sync) {
    if (!write_waiting()) return last_problem_;
    const int problem = sync ? file_.sync() : 0;
    if (sync) note("sync", problem);
    return problem;
  }
  // Counts every failure; logs the first of a row, and that the row is over. Whether all is well.
  bool note(std::string_view verb, int problem) {
    if (problem != 0) ++failures_;
    const bool is_known = complaint_ == verb;
    if (problem != 0 ? is_known : !is_known) return problem == 0;
    complaint_ = problem != 0 ? verb : std::string_view();
    std::string text = problem != 0 ? "cannot " : "can again ";
    text.append(verb).append(" '").append(file_.path()).append("'");
    if (problem != 0) text.append(": ").append(std::strerror(problem));
    text.append("; failures so far: ").append(std::to_string(failures_));
    host_.log(problem != 0 ? WEFT_LOG_WARN : WEFT_LOG_INFO, text);
    return problem == 0;
  }

  static constexpr size_t chunk = 256U << 10U;
  static constexpr size_t room_to_tell = 64;

  sdk::Host host_;
  File file_;
  Sync sync_;
  std::string waiting_, line_;
  uint64_t dropped_ = 0, failures_ = 0;
  int last_problem_ = 0;
  std::string_view complaint_;  // the verb that fails, or empty
};

}  // namespace weft::jsonl

WEFT_PLUGIN(weft::jsonl::Jsonl);
