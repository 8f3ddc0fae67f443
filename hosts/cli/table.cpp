#include "table.hpp"

#include <algorithm>

namespace weft::cli {
namespace {

std::string line_of(const std::vector<std::string>& cells, const std::vector<uint32_t>& widths) {
  std::string line;
  for (size_t i = 0; i + 1 < cells.size(); ++i) line += pad(cells[i], widths[i]) + "  ";
  line += cells.back();
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::string Table::text(const Terminal& terminal) const {
  std::vector<uint32_t> widths(headings_.size());
  for (size_t i = 0; i < widths.size(); ++i) widths[i] = columns_of(headings_[i]);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < widths.size(); ++i) widths[i] = std::max(widths[i], columns_of(row[i]));
  }
  const uint32_t most = terminal.width() != 0 ? terminal.width() : UINT32_MAX;
  std::string out = terminal.paint(Style::bold, cut(line_of(headings_, widths), most)) + "\n";
  for (const auto& row : rows_) out += cut(line_of(row, widths), most) + "\n";
  return out;
}

}  // namespace weft::cli
