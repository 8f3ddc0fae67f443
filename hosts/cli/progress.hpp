// Progress: what people see of a run while it runs: a live list, plain lines, or nothing.
#pragma once

#include <condition_variable>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include <weft/draft/sink.h>

#include "live_list.hpp"
#include "steps.hpp"
#include "terminal.hpp"

namespace weft::cli {

enum class ProgressMode : uint8_t { nothing, lines, list };

// Functions may be called from any thread.
class Progress final {
 public:
  Progress(const Terminal& terminal, ProgressMode mode);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // For KernelOptions.observer.
  const weft_sink* sink() const { return &sink_; }
  // Whole lines, kept apart from the list.
  void print(std::string_view text);
  // The id of the run, as its first event tells it; empty before.
  std::string run();
  // The last state is drawn and stays. Nothing is drawn afterwards.
  void finish();

 private:
  static void consume(void* self, const weft_event* const* events, uint32_t n,
                      uint64_t dropped) noexcept;
  static weft_status flush(void* self, const weft_call* call, weft_out* out) noexcept;
  void take(const weft_event* const* events, uint32_t n);
  void draw_now_and_then();
  void draw(std::string above, bool is_last);
  std::vector<std::string> lines_of(bool is_last, std::string& above);
  std::string list_line(const Step& step) const;
  std::string plain_line(const Step& step) const;

  const Terminal* terminal_;
  ProgressMode mode_;
  weft_sink sink_;
  LiveList list_;

  std::mutex mutex_;  // guards what follows
  std::condition_variable changed_;
  std::string run_;
  Steps steps_;
  uint32_t name_columns_ = 0;
  uint32_t frame_ = 0;  // of the sign of running steps
  bool is_dirty_ = false;
  bool is_finished_ = false;
  std::thread drawer_;
};

}  // namespace weft::cli
