// Observed: the events of a run as lines, from a sink in this process.
#pragma once

#include <string>

#include <weft/draft/sink.h>

namespace weft::golden {

// Times and ids are left out. Read it when the kernel is gone, which waits for its sinks.
class Observed final {
 public:
  static const weft_sink* table();
  const std::string& lines() const { return lines_; }

 private:
  static void consume(void* self, const weft_event* const* events, uint32_t n,
                      uint64_t dropped) noexcept;

  std::string lines_;
};

}  // namespace weft::golden
