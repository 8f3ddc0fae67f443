// LogLines: what the kernel and its plugins log, as lines on the terminal.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include <weft/result.hpp>

#include "terminal.hpp"

namespace weft::cli {

using Print = std::function<void(std::string_view)>;

// The logger is made when the first line comes: most programs log nothing and start faster.
class LogLines final {
 public:
  LogLines(const Terminal& terminal, Print print);
  ~LogLines();

  // From any thread. level is one of WEFT_LOG_...
  void write(uint32_t level, std::string_view component, std::string_view message);

 private:
  struct Logger;
  const Terminal* terminal_;
  Print print_;
  std::once_flag once_;
  std::unique_ptr<Logger> logger_;
};

// 'trace' to 'error', or 'off', as the mask of levels from there on.
Result<uint32_t> log_mask_of(std::string_view level);

}  // namespace weft::cli
