// Table: rows under headings, each column as wide as its widest cell.
#pragma once

#include <string>
#include <vector>

#include "terminal.hpp"

namespace weft::cli {

class Table final {
 public:
  explicit Table(std::vector<std::string> headings) : headings_(std::move(headings)) {}

  // Requires: as many cells as headings. Cells may be painted.
  void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  bool is_empty() const { return rows_.empty(); }
  // Lines are cut to the width of a terminal.
  std::string text(const Terminal& terminal) const;

 private:
  std::vector<std::string> headings_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace weft::cli
