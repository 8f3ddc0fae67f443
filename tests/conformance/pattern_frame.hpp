// FakeFrame: a frame as a pattern sees it, with a table of nodes that its commands change.
#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <weft/draft/pattern.h>

#include "subject.hpp"

namespace weft::test {

struct Command {
  uint32_t kind = 0;
  uint64_t node = 0;
  std::string args;  // as JSON
  bool operator==(const Command&) const = default;
};

// A pattern with its instance; may be used by several frames at once.
struct Pattern {
  const weft_pattern* table = nullptr;
  void* self = nullptr;
};

class FakeFrame final {
 public:
  // Nodes that are no steps are conditions and records: they end as soon as they are started.
  FakeFrame(Pattern pattern, Value plan, std::vector<bool> is_step);
  ~FakeFrame() { forget(); }
  FakeFrame(const FakeFrame&) = delete;
  FakeFrame& operator=(const FakeFrame&) = delete;

  // Opens the cache where it is not open, with what was told before; puts what has ended into the
  // table; then applies the commands as the kernel does.
  weft_status tell(std::span<const weft_fact> facts);
  // Closes the cache, so that the next fact meets a new one.
  void forget();
  void remember(Value memo) { memo_ = memo; }

  bool is_closed() const { return closings_ != 0; }
  std::vector<uint32_t> running() const;
  uint8_t status(uint32_t node) const { return status_[node]; }
  uint32_t visit(uint32_t node) const { return visit_[node]; }
  // What has happened by itself since it was asked last: ends of conditions, choices.
  std::vector<weft_fact> at_once() {
    untold_.insert(untold_.end(), at_once_.begin(), at_once_.end());
    return std::exchange(at_once_, {});
  }
  // Up to the first one that closes the frame.
  const std::vector<Command>& commands() const { return commands_; }
  // What a pattern must never do, as sentences.
  const std::vector<std::string>& faults() const { return faults_; }
  std::string_view message() const { return {error_.msg, error_.msg_len}; }

 private:
  static weft_status add(weft_cmds* to, const weft_cmd* command) noexcept;
  static weft_val result(void* impl, uint64_t node) noexcept;
  static weft_val outcome(void* impl, uint64_t node) noexcept;
  weft_frame lend();
  weft_status open(std::span<const weft_fact> facts);
  void apply(const weft_cmd& command);
  void start(uint32_t node, uint32_t visit, Value settled);
  void close(const weft_cmd& command);
  void fault(const std::string& what, uint64_t node);

  Pattern pattern_;
  Memory memory_;
  Value plan_, memo_;
  std::vector<uint8_t> status_;
  std::vector<uint32_t> visit_;
  std::vector<bool> is_step_;
  std::vector<Value> settled_;               // by node: the result that the pattern gave it
  std::vector<weft_fact> at_once_, untold_;  // of which the latter were handed out
  void* cache_ = nullptr;
  bool is_open_ = false, is_stopping_ = false;
  int closings_ = 0;
  weft_error error_{};
  std::vector<weft_cmd> given_;
  std::vector<Command> commands_;
  std::vector<std::string> faults_;
};

}  // namespace weft::test
