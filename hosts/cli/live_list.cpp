#include "live_list.hpp"

#include <algorithm>

namespace weft::cli {

uint32_t LiveList::width() const {
  const uint32_t columns = terminal_->width();
  return columns != 0 ? columns : 80;
}

uint32_t LiveList::room() const {
  const uint32_t rows = terminal_->height() != 0 ? terminal_->height() : 24;
  return rows > 4 ? rows - 2 : 2;
}

// A terminal that became narrower since has wrapped what was drawn.
std::string LiveList::to_top() const {
  uint32_t rows = 0;
  for (const uint32_t columns : drawn_) rows += std::max(1U, (columns + width() - 1) / width());
  return rows == 0 ? "\r" : "\r\x1b[" + std::to_string(rows) + "A";
}

void LiveList::draw(std::string_view above, const std::vector<std::string>& lines) {
  std::string out;
  if (!is_hiding_) out += "\x1b[?25l";
  is_hiding_ = true;
  out += to_top();
  if (!above.empty()) out.append("\x1b[J").append(above);
  drawn_.clear();
  // The last column stays free: writing there makes some terminals wrap.
  const uint32_t columns = width() > 1 ? width() - 1 : 1;
  for (const std::string& line : lines) {
    const std::string shown = cut(line, columns);
    drawn_.push_back(columns_of(shown));
    out += shown + "\x1b[K\n";
  }
  out += "\x1b[J";
  terminal_->write(out);
}

void LiveList::leave() {
  if (is_hiding_) terminal_->write("\x1b[?25h");
  is_hiding_ = false;
  drawn_.clear();
}

}  // namespace weft::cli
