#include "base/text.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

#include "base/limits.hpp"

namespace weft::base {
namespace {

// Length of the sequence at p, or 0 when it is not a shortest form of a scalar value.
size_t sequence_at(const uint8_t* p, size_t left) {
  const auto follows = [&](size_t i, uint8_t low, uint8_t high) {
    return i < left && p[i] >= low && p[i] <= high;
  };
  const uint8_t first = p[0];
  if (first < 0x80) return 1;
  if (first < 0xc2 || first > 0xf4) return 0;
  if (first < 0xe0) return follows(1, 0x80, 0xbf) ? 2 : 0;
  if (first < 0xf0) {
    const uint8_t low = first == 0xe0 ? 0xa0 : 0x80;
    const uint8_t high = first == 0xed ? 0x9f : 0xbf;
    return follows(1, low, high) && follows(2, 0x80, 0xbf) ? 3 : 0;
  }
  const uint8_t low = first == 0xf0 ? 0x90 : 0x80;
  const uint8_t high = first == 0xf4 ? 0x8f : 0xbf;
  return follows(1, low, high) && follows(2, 0x80, 0xbf) && follows(3, 0x80, 0xbf) ? 4 : 0;
}

}  // namespace

bool is_utf8(std::string_view bytes) {
  const auto* p = reinterpret_cast<const uint8_t*>(bytes.data());
  const uint8_t* end = p + bytes.size();
  const auto ascii_at = [](const uint8_t* at) {
    uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return (word & 0x8080808080808080U) == 0;
  };
  while (p != end) {
    const auto left = static_cast<size_t>(end - p);
    if (left >= 8 && ascii_at(p)) {
      p += 8;
      continue;
    }
    // The last word, which overlaps what was seen, ends most texts at once.
    if (left < 8 && bytes.size() >= 8 && ascii_at(end - 8)) return true;
    const size_t length = sequence_at(p, left);
    if (length == 0) return false;
    p += length;
  }
  return true;
}

uint64_t count_code_points(std::string_view utf8) {
  return static_cast<uint64_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (static_cast<uint8_t>(c) & 0xc0U) != 0x80; }));
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto c = static_cast<uint32_t>(code_point);
  if (c < 0x80) {
    out += static_cast<char>(c);
    return;
  }
  const uint32_t follow = c < 0x800 ? 1 : c < 0x10000 ? 2 : 3;
  const uint32_t lead = follow == 1 ? 0xc0 : follow == 2 ? 0xe0 : 0xf0;
  out += static_cast<char>(lead | c >> (6 * follow));
  for (uint32_t i = follow; i-- != 0;) out += static_cast<char>(0x80U | (c >> (6 * i) & 0x3fU));
}

std::string fold_name(std::string_view name) {
  std::string folded;
  folded.reserve(name.size());
  for (const char c : name) {
    if (c == '-' || c == '_') continue;
    folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return folded;
}

uint32_t edit_distance(std::string_view a, std::string_view b) {
  if (std::max(a.size(), b.size()) > limits::name_chars) return a == b ? 0 : UINT32_MAX;
  const size_t width = b.size() + 1;
  std::vector<uint32_t> cells(3 * width);
  uint32_t* before = cells.data();
  uint32_t* above = before + width;
  uint32_t* row = above + width;
  for (size_t j = 0; j < width; ++j) row[j] = static_cast<uint32_t>(j);
  for (size_t i = 1; i <= a.size(); ++i) {
    uint32_t* spare = before;
    before = above;
    above = row;
    row = spare;
    row[0] = static_cast<uint32_t>(i);
    for (size_t j = 1; j < width; ++j) {
      const uint32_t differs = a[i - 1] != b[j - 1] ? 1 : 0;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + differs});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
  }
  return row[b.size()];
}

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string folded = fold_name(word);
  auto best = static_cast<uint32_t>(std::min<size_t>(folded.size(), limits::name_chars) / 3 + 1);
  std::string_view found;
  for (const std::string_view candidate :
       candidates.first(std::min<size_t>(candidates.size(), limits::candidates))) {
    const uint32_t distance = edit_distance(folded, fold_name(candidate));
    if (distance >= best) continue;
    best = distance;
    found = candidate;
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view found = nearest(word, candidates);
  return found.empty() ? std::string() : "did you mean " + quoted(found) + "?";
}

std::string quoted(std::string_view name) {
  constexpr size_t most = 60;
  size_t size = std::min(name.size(), most);
  if (size < name.size()) {
    while (size != 0 && (static_cast<uint8_t>(name[size]) & 0xc0U) == 0x80) --size;
  }
  std::string text = "'";
  for (const char c : name.substr(0, size)) text += static_cast<uint8_t>(c) < 0x20 ? '?' : c;
  text += size < name.size() ? "...'" : "'";
  return text;
}

}  // namespace weft::base
