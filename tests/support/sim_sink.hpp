// SimSink: a sink that writes events down as text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include <weft/draft/sink.h>

#include "plugin/bound.hpp"

namespace weft::tests {

class SimSink final {
 public:
  // With WEFT_BLOCKING it runs among the works that are handed off.
  explicit SimSink(uint32_t flags = WEFT_BLOCKING);
  SimSink(const SimSink&) = delete;
  SimSink& operator=(const SimSink&) = delete;

  plugin::BoundSink bound();

  std::vector<std::string> lines;
  uint64_t dropped = 0, seen = 0;
  bool writes = true;                // else it only counts
  std::function<void()> on_consume;  // before a batch is read

 private:
  static void consume(void* self, const weft_event* const* events, uint32_t n,
                      uint64_t dropped) noexcept;
  weft_sink table_{};
};

}  // namespace weft::tests
