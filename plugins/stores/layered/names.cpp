#include "names.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace weft::layered {
namespace {

size_t edits(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 0; i < a.size(); ++i) {
    size_t before = row[0]++;
    for (size_t j = 0; j < b.size(); ++j) {
      const size_t same = before + (a[i] == b[j] ? 0 : 1);
      before = row[j + 1];
      row[j + 1] = std::min({same, before + 1, row[j] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (const std::string_view part : parts) text += part;
  return text;
}

std::string in_quotes(std::string_view name) {
  std::string text = "'";
  for (const char c : name.substr(0, 200)) text += static_cast<unsigned char>(c) < 0x20U ? '?' : c;
  return text += '\'';
}

bool overlap(std::string_view a, std::string_view b) {
  return a.starts_with(b) || b.starts_with(a);
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  size_t best = std::min<size_t>(word.size(), 60) / 3 + 2;
  std::string_view found;
  for (const std::string_view one : known) {
    const size_t distance = edits(word.substr(0, 60), one);
    if (distance >= best) continue;
    best = distance;
    found = one;
  }
  return found;
}

}  // namespace weft::layered
