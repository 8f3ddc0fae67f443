// LiveList: the lines at the bottom of a terminal that are drawn again in their place.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "terminal.hpp"

namespace weft::cli {

// The cursor is hidden from the first drawing on, until leave().
class LiveList final {
 public:
  explicit LiveList(const Terminal& terminal) : terminal_(&terminal) {}

  // above stays for good, over the lines. Lines are cut, so that none wraps.
  void draw(std::string_view above, const std::vector<std::string>& lines);
  // The lines stay as they are, and the cursor is shown behind them.
  void leave();
  uint32_t width() const;
  // How many lines may be drawn.
  uint32_t room() const;

 private:
  std::string to_top() const;

  const Terminal* terminal_;
  std::vector<uint32_t> drawn_;  // columns of each line
  bool is_hiding_ = false;
};

}  // namespace weft::cli
