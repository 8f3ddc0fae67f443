#include "maker.hpp"

#include <algorithm>

namespace weft::legacy {

namespace {

using TreeKind = Tree::Kind;

}  // namespace

void Chain::add(std::vector<Tree> item) {
  Tree now = Tree::of_kind(TreeKind::list, {});
  now.items.reserve(item.size());
  for (Tree& step : item) {
    now.items.push_back(*step.find("id"));
    if (!before_.items.empty()) step.set("depends_on", before_);
    list_.items.push_back(std::move(step));
  }
  now.place = item.empty() ? Span{} : now.items.front().place;
  before_ = std::move(now);
}

void Chain::add(Tree step) {
  std::vector<Tree> item;
  item.push_back(std::move(step));
  add(std::move(item));
}

void Maker::found(Kind kind, Span place, std::string what, std::string becomes,
                  uint32_t confidence) {
  reading_.findings.push_back(
      {kind, place, std::move(what), std::move(becomes), confidence, std::string()});
}

bool Maker::refuse(uint32_t at, std::string message, std::string hint) {
  reading_.fault = {Status::bad_input, "format.syntax", std::move(message), std::move(hint), at};
  return false;
}

std::string Maker::next_id(std::string_view label) {
  ++made_;
  return label.empty() ? "step_" + std::to_string(made_) : std::string(label);
}

bool Maker::step(Span action, std::string_view label, Tree& step) {
  action = parts_.trim(action);
  const std::string_view words = parts_.view(action);
  const bool says_something = std::any_of(words.begin(), words.end(), [](char c) {
    const bool is_sign = c == '-' || c == '_' || c == '.' || c == '@';
    return (is_name_char(c) && !is_sign) || static_cast<uint8_t>(c) >= 0x80U;
  });
  if (!says_something) {
    return refuse(action.at, words.empty() ? "a step is missing here" : "this names nothing to do",
                  "say what the step does, or '/' and the name of a command");
  }
  if (made_ >= steps_max) {
    reading_.fault = {
        Status::limit, "limit.count", "the text has more than 10000 steps", {}, action.at};
    return false;
  }
  Span name{action.at, action.at}, given = action;
  if (words.starts_with('/')) {
    name = {action.at, action.at + 1};
    while (name.end < action.end && is_name_char(words[name.end - action.at])) ++name.end;
    if (name.end - name.at == 1) return refuse(name.at, "a command has a name", "such as /echo");
    given = parts_.trim({name.end, action.end});
  }
  const bool is_named = !name.is_empty();
  const std::string command(is_named ? parts_.view(name).substr(1) : "task");
  step = Tree::of_kind(TreeKind::object, action);
  step.note = words;
  step.set("id", Tree::of(next_id(label), action));
  step.set("command", Tree::of(command, is_named ? name : action));
  if (!given.is_empty()) {
    Tree parameters = Tree::of_kind(TreeKind::object, given);
    parameters.set("input", Tree::of(parts_.plain(given), given));
    step.set("parameters", std::move(parameters));
  }
  step.set("timeout", Tree::of_kind(TreeKind::number, action, timeout_s));
  found(Kind::step, action, is_named ? "a command" : "a text without a command",
        "a step that calls '" + command + "'", is_named ? 100 : 90);
  reading_.findings.back().command = command;
  if (!is_named) judge_words(action);
  if (words.find("{{") != words.npos || words.find("${") != words.npos) {
    found(Kind::assumed, action, "braces", "a template, which is filled in", 60);
  }
  return true;
}

bool Maker::step_or_block(Span text, std::string_view label, Tree& step) {
  text = parts_.trim(text);
  if (depth_ >= depth_max) return refuse(text.at, "chains are nested more than 32 deep");
  // A block has its number before what stands in it.
  const uint32_t number = ++made_;
  const std::string id = label.empty() ? "step_" + std::to_string(number) : std::string(label);
  Chain chain(text);
  ++depth_;
  const bool is_read = sequence(text, chain);
  --depth_;
  if (!is_read) return false;
  Tree list = chain.take();
  if (list.items.size() == 1) {
    made_ = number;
    step = std::move(list.items.front());
    step.items.front().text = id;
    return true;
  }
  step = Tree::of_kind(TreeKind::object, text);
  step.note = parts_.view(text);
  step.set("id", Tree::of(id, text));
  step.set("type", Tree::of("chain", text));
  step.set("steps", std::move(list));
  return true;
}

uint32_t Maker::take_count(Span& item) {
  const std::string_view words = parts_.view(item);
  size_t digits = words.size();
  while (digits > 0 && words[digits - 1] >= '0' && words[digits - 1] <= '9') --digits;
  if (digits == words.size()) return 0;
  size_t star = digits;
  while (star > 0 && is_blank(words[star - 1])) --star;
  const bool is_star = star > 1 && words[star - 1] == '*' && words[star - 2] != '\\';
  if (!is_star) return 0;
  uint64_t count = 0;
  for (const char c : words.substr(digits)) {
    count = std::min<uint64_t>(count * 10 + static_cast<uint64_t>(c - '0'), UINT32_MAX);
  }
  item = parts_.trim({item.at, item.at + static_cast<uint32_t>(star) - 1});
  return static_cast<uint32_t>(count);
}

std::string Maker::take_label(Span& item, bool is_close) {
  const std::string_view words = parts_.view(item);
  size_t end = 0;
  while (end < words.size() && is_name_char(words[end])) ++end;
  if (end == 0 || end + 1 >= words.size() || words[end] != ':') return {};
  const char next = words[end + 1];
  const bool is_number = words[0] >= '0' && words[0] <= '9';
  const bool is_url = words.substr(end + 1).starts_with("//");
  const bool is_label = is_close ? !is_url : is_blank(next) || next == '[';
  if (is_number || !is_label) return {};
  std::string label(words.substr(0, end));
  item = parts_.trim({item.at + static_cast<uint32_t>(end) + 1, item.end});
  return label;
}

Tree Maker::definition(std::string_view type) {
  const Span whole = parts_.whole();
  Tree made = Tree::of_kind(TreeKind::object, whole);
  made.set("id", Tree::of(std::string(type), whole));
  made.set("type", Tree::of(std::string(type), whole));
  made.set("legacy_mode", Tree::of_kind(TreeKind::boolean, whole, 1));
  made.set("preserve_output_format", Tree::of_kind(TreeKind::boolean, whole, 1));
  return made;
}

Tree Maker::chain(Chain steps) {
  Tree made = definition("chain");
  made.set("steps", steps.take());
  Tree options = Tree::of_kind(TreeKind::object, parts_.whole());
  options.set("save_state", Tree::of_kind(TreeKind::boolean, parts_.whole(), 0));
  made.set("options", std::move(options));
  return made;
}

}  // namespace weft::legacy
