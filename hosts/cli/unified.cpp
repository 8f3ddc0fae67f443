#include "unified.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "text.hpp"

namespace weft::cli {
namespace {

constexpr size_t context = 3, table_max = 4'000'000;

// Each with its line end, where it has one.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return lines;
}

struct Line {
  char sign;  // ' ', '-' or '+'
  std::string_view text;
};

// All lines of both, those that are common in one.
class Merged final {
 public:
  Merged(std::vector<std::string_view> before, std::vector<std::string_view> after)
      : before_(std::move(before)), after_(std::move(after)) {}

  std::vector<Line> lines() {
    const size_t most = std::min(before_.size(), after_.size());
    size_t head = 0, tail = 0;
    while (head < most && before_[head] == after_[head]) ++head;
    while (tail < most - head &&
           before_[before_.size() - 1 - tail] == after_[after_.size() - 1 - tail]) {
      ++tail;
    }
    for (size_t i = 0; i < head; ++i) add(' ', before_[i]);
    middle(head, tail);
    for (size_t i = before_.size() - tail; i < before_.size(); ++i) add(' ', before_[i]);
    return std::move(out_);
  }

 private:
  void add(char sign, std::string_view text) { out_.push_back({sign, text}); }

  // The longest common subsequence, by a table of what is left of it.
  void middle(size_t head, size_t tail) {
    const size_t rows = before_.size() - head - tail, columns = after_.size() - head - tail;
    const bool fits = rows == 0 || columns <= table_max / (rows + 1);
    std::vector<uint32_t> left(fits ? (rows + 1) * (columns + 1) : 0);
    const auto at = [&](size_t i, size_t k) -> uint32_t& { return left[i * (columns + 1) + k]; };
    for (size_t i = rows; fits && i-- > 0;) {
      for (size_t k = columns; k-- > 0;) {
        at(i, k) = before_[head + i] == after_[head + k] ? at(i + 1, k + 1) + 1
                                                         : std::max(at(i + 1, k), at(i, k + 1));
      }
    }
    size_t i = 0, k = 0;
    while (fits && i < rows && k < columns) {
      if (before_[head + i] == after_[head + k]) {
        add(' ', before_[head + i++]);
        ++k;
      } else if (at(i + 1, k) >= at(i, k + 1)) {
        add('-', before_[head + i++]);
      } else {
        add('+', after_[head + k++]);
      }
    }
    while (i < rows) add('-', before_[head + i++]);
    while (k < columns) add('+', after_[head + k++]);
  }

  std::vector<std::string_view> before_, after_;
  std::vector<Line> out_;
};

std::string range_of(size_t first, size_t count) {
  return concat({std::to_string(count == 0 ? first : first + 1),
                 count == 1 ? "" : "," + std::to_string(count)});
}

// The lines from, to, of which before and after lines of each text come earlier.
std::string piece(const std::vector<Line>& lines, size_t from, size_t to) {
  size_t before = 0, after = 0, removed = 0, added = 0;
  for (size_t i = 0; i < to; ++i) {
    size_t& old_count = i < from ? before : removed;
    size_t& new_count = i < from ? after : added;
    if (lines[i].sign != '+') ++old_count;
    if (lines[i].sign != '-') ++new_count;
  }
  std::string out =
      concat({"@@ -", range_of(before, removed), " +", range_of(after, added), " @@\n"});
  for (size_t i = from; i < to; ++i) {
    out.append(1, lines[i].sign).append(lines[i].text);
    if (!lines[i].text.ends_with('\n')) out += "\n\\ No newline at end of file\n";
  }
  return out;
}

}  // namespace

std::string unified(const Side& before, const Side& after) {
  if (before.text == after.text) return {};
  const std::vector<Line> lines = Merged(lines_of(before.text), lines_of(after.text)).lines();
  std::string out = concat({"--- ", before.name, "\n+++ ", after.name, "\n"});
  for (size_t i = 0; i < lines.size();) {
    if (lines[i].sign == ' ') {
      ++i;
      continue;
    }
    const size_t from = i > context ? i - context : 0;
    size_t last = i;
    while (i < lines.size() && i - last <= 2 * context) {
      if (lines[i].sign != ' ') last = i;
      ++i;
    }
    const size_t to = std::min(last + context + 1, lines.size());
    out += piece(lines, from, to);
    i = to;
  }
  return out;
}

}  // namespace weft::cli
