// Lists: several steps in one part of a text, parted by commas and 'then', or by arrows.
#include <algorithm>
#include <array>

#include "maker.hpp"

namespace weft::legacy {
namespace {

// Words of prose that no step says.
struct Said {
  std::string_view word, what;
  bool is_anywhere;
};
constexpr std::array<Said, 14> not_said{{
    {"if", "a condition", true},
    {"unless", "a condition", true},
    {"when", "a condition", false},
    {"whenever", "a condition", false},
    {"otherwise", "a condition", false},
    {"else", "a condition", false},
    {"until", "a repetition", true},
    {"repeat", "a repetition", false},
    {"while", "a repetition", false},
    {"for each", "a repetition", false},
    {"in parallel", "an order", true},
    {"meanwhile", "an order", false},
    {"simultaneously", "an order", true},
    {"concurrently", "an order", true},
}};
// Words at the beginning of an item that only part it from the one before.
constexpr std::array<std::string_view, 7> fillers{"and",     "then",   "first", "next",
                                                  "finally", "lastly", "also"};

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Bytes of '- ', '* ', '2. ' or '2) ' at the beginning.
uint32_t bullet_of(std::string_view words) {
  size_t end = 0;
  while (end < words.size() && is_digit(words[end])) ++end;
  const std::string_view signs = end > 0 ? ".)" : "-*";
  const bool is_bullet =
      end + 1 < words.size() && signs.find(words[end]) != signs.npos && is_blank(words[end + 1]);
  return is_bullet ? static_cast<uint32_t>(end) + 2 : 0;
}

}  // namespace

// What prose says beyond what a step can.
void Maker::judge_words(Span action) {
  for (const Said& one : not_said) {
    for (uint32_t at = action.at; at < action.end; ++at) {
      if (parts_.is_word_at(at, one.word)) {
        const Span place{at, at + static_cast<uint32_t>(one.word.size())};
        return found(Kind::lost, place, std::string(one.what) + " in words",
                     "only part of the text of a step that is always done once, in its turn", 100);
      }
      if (!one.is_anywhere) break;
    }
  }
  for (uint32_t at = action.at; at < action.end; ++at) {
    if (!parts_.is_word_at(at, "and")) continue;
    found(Kind::assumed, {at, at + 3}, "'and' within a step",
          "part of its text; a comma would part two steps", 70);
    return;
  }
}

bool Maker::sequence(Span text, Chain& chain) {
  text = parts_.trim(text);
  Span inner;
  for (uint32_t i = 0; i < depth_max && parts_.is_in_brackets(text, '(', inner); ++i) text = inner;
  if (text.is_empty()) return refuse(text.at, "a step is missing here");
  return parts_.has_arrow(text) ? arrows(text, chain) : list(text, chain);
}

// Commas, line ends and 'then' part items, several of these together once.
bool Maker::list(Span text, Chain& chain) {
  std::vector<Span> items;
  std::string signs;  // which of the three stands behind each item
  const auto separator = [&](uint32_t at) -> uint32_t {
    const char c = parts_.view(text)[at - text.at];
    if (c == ',' || c == '\n') {
      signs += c;
      return 1;
    }
    if (!parts_.is_word_at(at, "then")) return 0;
    signs += 't';
    return 4;
  };
  if (!parts_.split(text, separator, items)) {
    reading_.fault = parts_.fault;
    return false;
  }
  signs += '.';
  bool has_lines = false;
  for (size_t i = 0; i < items.size(); ++i) {
    const char before = i > 0 ? signs[i - 1] : ',';
    const bool is_open = before == '\n' || signs[i] == '\n' || (signs[i] == 't' && before == ',');
    if (is_open && items[i].is_empty()) continue;
    const std::string_view words = parts_.view(items[i]);
    if (words.starts_with('#') && before != 't') continue;
    if (signs[i] == 't' && before == ',' && words == "and") continue;
    if (!list_item(items[i], chain)) return false;
    has_lines = has_lines || (before == '\n' && !items[i - 1].is_empty());
  }
  if (chain.is_empty()) return refuse(text.at, "a step is missing here");
  if (has_lines) found(Kind::assumed, text, "line ends", "one step behind the other", 80);
  return true;
}

bool Maker::list_item(Span item, Chain& chain) {
  item.at += bullet_of(parts_.view(item));
  item = parts_.trim(item);
  for (bool is_again = true; is_again;) {
    is_again = false;
    for (const std::string_view filler : fillers) {
      const auto length = static_cast<uint32_t>(filler.size());
      const bool is_there = item.end - item.at > length && parts_.is_word_at(item.at, filler) &&
                            (is_blank(parts_.view(item)[length]));
      if (!is_there) continue;
      found(Kind::assumed, {item.at, item.at + length}, "a word between steps", "left out", 90);
      item = parts_.trim({item.at + length, item.end});
      is_again = true;
    }
  }
  Tree made;
  if (!step(item, {}, made)) return false;
  chain.add(std::move(made));
  return true;
}

bool Maker::arrows(Span text, Chain& chain) {
  std::vector<Span> items;
  if (!parts_.split_at_arrows(text, items)) {
    reading_.fault = parts_.fault;
    return false;
  }
  for (const Span item : items) {
    std::vector<Span> lines;
    parts_.split(item, '\n', lines);
    const auto is_blank_or_remark = [&](Span line) {
      return line.is_empty() || parts_.view(line).starts_with('#');
    };
    if (lines.size() > 1) {
      lines.erase(std::remove_if(lines.begin(), lines.end(), is_blank_or_remark), lines.end());
    }
    if (lines.empty()) return refuse(item.at, "a step is missing here");
    for (size_t i = 0; i < lines.size(); ++i) {
      if (i > 0) found(Kind::assumed, lines[i], "a line without an arrow", "what comes next", 60);
      std::vector<Tree> made;
      if (!arrow_item(lines[i], made)) return false;
      chain.add(std::move(made));
    }
  }
  return true;
}

bool Maker::arrow_item(Span item, std::vector<Tree>& made) {
  const size_t first = made.size();
  const std::string label = take_label(item);
  const Span with_count = item;
  const uint32_t count = take_count(item);
  Span inside;
  if (parts_.is_in_brackets(item, '[', inside)) {
    if (!group(inside, label, made)) return false;
  } else {
    Tree one;
    if (!step(item, label, one)) return false;
    made.push_back(std::move(one));
  }
  for (size_t i = first; i < made.size() && count > 0; ++i) {
    if (made[i].find("retry") != nullptr) return refuse(with_count.at, "it is repeated already");
    made[i].set("retry", Tree::of_kind(Tree::Kind::number, with_count, int64_t{count}));
  }
  return true;
}

// Items beside each other.
bool Maker::group(Span inside, const std::string& label, std::vector<Tree>& made) {
  if (depth_ >= depth_max) return refuse(inside.at, "brackets are nested more than 32 deep");
  std::vector<Span> items;
  if (!parts_.split(inside, ',', items)) {
    reading_.fault = parts_.fault;
    return false;
  }
  const size_t first = made.size();
  found(Kind::shape, inside, "brackets", "steps beside each other", 100);
  ++depth_;
  for (const Span item : items) {
    if (!arrow_item(item, made)) return false;
  }
  --depth_;
  for (size_t i = first; i < made.size() && !label.empty(); ++i) {
    made[i].items.front().text = label + "_" + std::to_string(i - first + 1);
  }
  return true;
}

}  // namespace weft::legacy
