#include "gather.hpp"

#include <algorithm>

using weft::Builder;
using weft::Value;

namespace loop {
namespace {

constexpr uint32_t lists_per_level = 16;

void write(const std::vector<Value>& values, Builder& out) {
  out.begin_array();
  for (const Value one : values) out.link(one);
  out.end_array();
}

void flatten_list(Value list, uint32_t height, std::vector<Value>& to) {
  for (const Value one : list) height == 0 ? to.push_back(one) : flatten_list(one, height - 1, to);
}

}  // namespace

Value add_chunk(Value levels, const std::vector<Value>& results, Builder& out) {
  if (results.empty()) return levels;
  uint32_t full = 0;  // levels that are full and move up as one list
  while (levels[full].size() + 1 == lists_per_level) ++full;
  const uint32_t most = std::max(levels.size(), full + 1);
  out.begin_array();
  for (uint32_t level = 0; level < most; ++level) {
    out.begin_array();
    for (uint32_t i = 0; level >= full && i < levels[level].size(); ++i) out.link(levels[level][i]);
    if (level == full) {
      // Inside out: the chunk is the last of the lowest list, that is the last of the next, ...
      for (uint32_t up = full; up > 0; --up) {
        out.begin_array();
        for (const Value list : levels[up - 1]) out.link(list);
      }
      write(results, out);
      for (uint32_t up = full; up > 0; --up) out.end_array();
    }
    out.end_array();
  }
  out.end_array();
  return out.take_value();
}

Value add_to_last(Value levels, const std::vector<Value>& results, uint32_t kept, Builder& out) {
  if (results.empty()) return levels;
  const Value lists = levels[0U];
  size_t have = results.size();
  uint32_t first = lists.size();
  while (first > 0 && have < kept) have += lists[--first].size();
  out.begin_array();
  out.begin_array();
  for (uint32_t i = first; i < lists.size(); ++i) out.link(lists[i]);
  write(results, out);
  out.end_array();
  out.end_array();
  return out.take_value();
}

// The higher the level, the older.
void flatten(Value levels, std::vector<Value>& to) {
  for (uint32_t level = levels.size(); level > 0; --level) {
    flatten_list(levels[level - 1], level, to);
  }
}

}  // namespace loop
