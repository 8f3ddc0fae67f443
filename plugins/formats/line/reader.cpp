#include "reader.hpp"

#include <algorithm>

namespace weft::line {
namespace {

using Kind = Tree::Kind;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

Tree list_at(Span place) { return Tree::of_kind(Kind::list, place); }

bool is_off(std::string_view value) { return value == "off" || value == "false" || value == "no"; }

}  // namespace

bool Reader::refuse(uint32_t at, std::string message, std::string hint) {
  fault_ = {Status::bad_input, "format.syntax", std::move(message), std::move(hint), at};
  return false;
}

bool Reader::read(Tree& definition) { return split() && make(definition); }

// The name, the text in quotes, the flags.
bool Reader::split() {
  uint32_t at = 0;
  const auto skip = [&] {
    while (at < text_.size() && is_blank(text_[at])) ++at;
  };
  for (skip(); at < text_.size() && text_[at] == '#'; skip()) {
    at = static_cast<uint32_t>(std::min(text_.find('\n', at), text_.size()));  // a remark
  }
  name_at_ = at;
  if (at < text_.size() && text_[at] == '/') {
    const uint32_t first = ++at;
    while (at < text_.size() && is_name_char(text_[at])) ++at;
    name_ = text_.substr(first, at - first);
    if (name_.empty()) return refuse(first, "a command has a name", "such as /chain \"a → b\"");
    skip();
  }
  content_at_ = at;
  if (at < text_.size() && (text_[at] == '"' || text_[at] == '\'')) {
    if (!read_content(at)) return false;
  } else if (name_.empty() || (at < text_.size() && text_[at] != '-')) {
    return refuse(std::min<uint32_t>(at, static_cast<uint32_t>(text_.size())),
                  "a line says what to do in quotes",
                  "such as /chain \"a → b\"; more lines are YAML");
  }
  return read_flags(at);
}

bool Reader::read_content(uint32_t& at) {
  const char quote = text_[at++];
  for (; at < text_.size() && text_[at] != quote; ++at) {
    const char c = text_[at];
    const bool is_pair = c == '\\' && at + 1 < text_.size();
    if (is_pair && text_[at + 1] == quote) {
      content_.at.push_back(++at);
      content_.text += quote;
      continue;
    }
    content_.text += c;
    content_.at.push_back(at);
    if (!is_pair) continue;
    content_.text += text_[++at];
    content_.at.push_back(at);
  }
  if (at == text_.size()) {
    fault_ = {Status::bad_input, "format.unclosed", "the quotes around the line do not end",
              "close them, or put a backslash before a quote inside", content_at_};
    return false;
  }
  content_.at.push_back(at++);
  has_content_ = true;
  return true;
}

bool Reader::read_flags(uint32_t at) {
  while (true) {
    while (at < text_.size() && is_blank(text_[at])) ++at;
    if (at == text_.size()) return true;
    Flag flag;
    flag.place.at = at;
    if (!text_.substr(at).starts_with("--")) {
      return refuse(at, "behind the quotes stand flags only", "such as --save-state");
    }
    const uint32_t first = at += 2;
    while (at < text_.size() && is_name_char(text_[at])) ++at;
    flag.name = text_.substr(first, at - first);
    if (at < text_.size() && text_[at] == '=') {
      const uint32_t value = ++at;
      while (at < text_.size() && !is_blank(text_[at])) ++at;
      flag.value = text_.substr(value, at - value);
    }
    flag.place.end = at;
    flags_.push_back(std::move(flag));
  }
}

bool Reader::flag(const Flag& flag, Tree& definition, Tree& options) {
  const auto text = [&] { return Tree::of(flag.value, flag.place); };
  const auto truth = [&] {
    return Tree::of_kind(Kind::boolean, flag.place, is_off(flag.value) ? 0 : 1);
  };
  const bool is_flow = definition.find("conditions") != nullptr;
  if (flag.name == "task") return true;  // taken already
  if (flag.name == "resume-from") {
    return refuse(flag.place.at, "'--resume-from' is about a run, not about what it does",
                  "say it to the run: 'weft run LINE --from STEP'");
  }
  if (flag.name == "id" || flag.name == "error" || flag.name == "detect") {
    if (flag.value.empty()) return refuse(flag.place.at, "'--" + flag.name + "' needs a value");
    if (flag.name == "id") {
      definition.items[0] = text();
    } else {
      definition.set(flag.name == "error" ? "error_strategy" : "detect", text());
    }
    return true;
  }
  const bool is_mark = flag.name == "legacy-mode" || flag.name == "preserve-output-format";
  if (is_mark || (is_flow && (flag.name == "adaptive" || flag.name == "learning"))) {
    std::string field = flag.name;
    std::replace(field.begin(), field.end(), '-', '_');
    definition.set(std::move(field), truth());
    return true;
  }
  if (!is_flow && flag.name == "save-state") {
    options.items[0] = truth();
    return true;
  }
  if (!is_flow && flag.name == "parallel") {
    options.set("parallel_where_possible", truth());
    return true;
  }
  return refuse(flag.place.at, "there is no flag '--" + flag.name + "' here",
                is_flow ? "known are --error, --adaptive, --learning, --id and --task"
                        : "known are --error, --save-state, --parallel, --id and --task");
}

bool Reader::make(Tree& definition) {
  if (name_ == "migrate-workflow") {
    return refuse(name_at_, "'/migrate-workflow' is about a definition, and is none itself",
                  "say it to the program: weft '/migrate-workflow \"analyze FILE\"'");
  }
  for (const std::string_view later : {"swarm", "pipeline", "stream", "streaming"}) {
    if (name_ != later) continue;
    fault_ = {Status::bad_input, "spec.not_available",
              "'/" + name_ + "' needs a pattern that this version does not have",
              "'/chain' and '/flow' are there", name_at_};
    return false;
  }
  for (const Flag& one : flags_) {
    if (one.name == "task" && !one.value.empty()) default_command_ = one.value;
  }
  if (content_.at.empty()) content_.at.push_back(content_at_);
  const bool is_auto = name_.empty() || name_ == "auto";
  definition = Tree::of_kind(Kind::object, {name_at_, static_cast<uint32_t>(text_.size())});
  definition.set("id", named(name_.empty() ? "line" : name_));
  Tree list = list_at({content_at_, content_.at.back()});
  Scanner scanner(content_);
  const bool is_flow = name_ == "flow" || (is_auto && scanner.take_word("if"));
  definition.set("type", named(is_auto ? "auto" : is_flow ? "flow" : "chain"));
  if (!is_auto && !is_flow && name_ != "chain") {
    alone(list);
  } else if (!contents(scanner, is_flow, list)) {
    return false;
  }
  definition.set(is_flow ? "conditions" : "steps", std::move(list));
  return set_flags(is_auto, is_flow, definition);
}

// What is no way to write a definition is a command, and the whole line its one step.
void Reader::alone(Tree& list) {
  Tree step = Tree::of_kind(Kind::object, {name_at_, name_at_});
  name(step, {});
  step.set("command", named(name_));
  if (has_content_) {
    const Span place{content_at_, content_.at.back()};
    Tree given = Tree::of_kind(Kind::object, place);
    given.set("input", Tree::of(content_.text, place));
    step.set("parameters", std::move(given));
  }
  step.set("timeout", Tree::of_kind(Kind::number, {name_at_, name_at_}, timeout_s));
  list.items.push_back(std::move(step));
}

bool Reader::contents(Scanner& scanner, bool is_flow, Tree& list) {
  if (!has_content_) return refuse(content_at_, "'/" + name_ + "' says nothing in quotes");
  if (name_ == "flow" && !scanner.take_word("if")) {
    return refuse(scanner.here(), "a flow begins with 'if'", "if x then a else b");
  }
  if (!(is_flow ? flow(scanner, {}, list) : chain(scanner, {}, list))) return false;
  return scanner.is_at_end() || refuse(scanner.here(), "nothing is expected here");
}

bool Reader::set_flags(bool is_auto, bool is_flow, Tree& definition) {
  Tree options = Tree::of_kind(Kind::object, {name_at_, name_at_});
  options.set("save_state", Tree::of_kind(Kind::boolean, {name_at_, name_at_}, 0));
  for (size_t i = 0; i < flags_.size(); ++i) {
    const Flag& one = flags_[i];
    for (size_t k = 0; k < i; ++k) {
      if (flags_[k].name == one.name)
        return refuse(one.place.at, "'--" + one.name + "' is given twice");
    }
    if (!flag(one, definition, options)) return false;
  }
  // What 'auto' will find has fields of its own.
  const bool is_said = options.items.size() > 1 || options.items[0].number != 0;
  if (!is_flow && (!is_auto || is_said)) definition.set("options", std::move(options));
  return true;
}

Tree Reader::named(std::string text) const {
  const auto length = static_cast<uint32_t>(name_.size()) + (name_.empty() ? 0 : 1);
  return Tree::of(std::move(text), {name_at_, name_at_ + length});
}

void Reader::name(Tree& step, const std::string& label) {
  ++made_;
  step.set("id", Tree::of(label.empty() ? "step_" + std::to_string(made_) : label, step.place));
}

// Each item depends on all of the one before it.
bool Reader::chain(Scanner& scanner, const Inside& inside, Tree& steps) {
  Tree before = list_at({});
  do {
    std::vector<Tree> made;
    const uint32_t at = scanner.here();
    if (!item(scanner, inside, made)) return false;
    Tree now = list_at({at, at});
    for (Tree& step : made) {
      now.items.push_back(*step.find("id"));
      if (!before.items.empty()) step.set("depends_on", before);
      steps.items.push_back(std::move(step));
    }
    before = std::move(now);
    before.place.end = scanner.end_of_last();
    if (steps.items.size() > items_max) {
      fault_ = {Status::limit, "limit.count", "the line has more than 100000 steps", {}, at};
      return false;
    }
  } while (scanner.take_arrow());
  return true;
}

bool Reader::item(Scanner& scanner, const Inside& inside, std::vector<Tree>& made) {
  const uint32_t at = scanner.here();
  const std::string label = scanner.take_label();
  const size_t first = made.size();
  if (scanner.is_before("[")) {
    if (!group(scanner, inside, made)) return false;
    for (size_t i = first; i < made.size() && !label.empty(); ++i) {
      made[i].items[0].text = label + "_" + std::to_string(i - first + 1);
    }
  } else {
    Tree step = Tree::of_kind(Kind::object, {at, at});
    name(step, label);
    if (!action(scanner, inside, step)) return false;
    made.push_back(std::move(step));
  }
  const uint32_t star = scanner.here();
  const uint32_t count = scanner.take_count();
  for (size_t i = first; i < made.size() && count > 0; ++i) {
    if (made[i].find("retry") != nullptr) return refuse(star, "it is repeated already");
    made[i].set("retry",
                Tree::of_kind(Kind::number, {star, scanner.end_of_last()}, int64_t{count}));
  }
  return true;
}

// Items beside each other.
bool Reader::group(Scanner& scanner, const Inside& inside, std::vector<Tree>& made) {
  const uint32_t at = scanner.here();
  if (inside.depth >= depth_max) {
    fault_ = {Status::limit, "limit.depth", "brackets are nested more than 32 deep", {}, at};
    return false;
  }
  scanner.take("[");
  Inside deeper = inside;
  deeper.signs = ",])";
  ++deeper.depth;
  do {
    if (!item(scanner, deeper, made)) return false;
  } while (scanner.take(","));
  if (scanner.take("]")) return true;
  return refuse(scanner.here(), "the bracket is not closed",
                "items of a group are parted by commas");
}

bool Reader::action(Scanner& scanner, const Inside& inside, Tree& step) {
  const uint32_t at = scanner.here();
  std::string command = default_command_;
  bool is_named = false;
  if (scanner.take("/")) {
    is_named = true;
    command = scanner.take_name();
    if (command.empty()) return refuse(at, "a command has a name", "such as /echo");
  }
  const uint32_t named_to = is_named ? scanner.end_of_last() : at;
  Words words;
  if (!scanner.take_text(inside.signs, inside.words, words)) {
    fault_ = scanner.fault;
    return false;
  }
  if (!is_named && words.place.is_empty()) {
    return refuse(at, "a step is missing here", "an arrow stands between two steps");
  }
  const uint32_t end = words.place.is_empty() ? named_to : words.place.end;
  step.place.end = std::max(step.place.end, end);
  step.set("command", Tree::of(command, {at, is_named ? named_to : end}));
  if (!words.place.is_empty()) {
    Tree given = Tree::of_kind(Kind::object, words.place);
    given.set("input", Tree::of(words.text, words.place));
    step.set("parameters", std::move(given));
  }
  step.set("timeout", Tree::of_kind(Kind::number, {at, end}, timeout_s));
  return true;
}

// Behind 'if'. What is asked when that is false is part of the same entry of the list.
bool Reader::flow(Scanner& scanner, const Inside& inside, Tree& conditions) {
  const uint32_t at = scanner.here();
  Tree entry = Tree::of_kind(Kind::object, {at, at});
  Tree others = list_at({at, at}), otherwise = list_at({at, at});
  if (!side(scanner, inside, entry)) return false;
  bool has_else = false;
  while (!has_else && scanner.take_word("else")) {
    has_else = !scanner.take_word("if");
    otherwise.place.at = otherwise.place.end = scanner.here();
    if (has_else) {
      if (!branch(scanner, inside, otherwise)) return false;
      continue;
    }
    others.items.push_back(Tree::of_kind(Kind::object, {scanner.here(), scanner.here()}));
    if (!side(scanner, inside, others.items.back())) return false;
  }
  if (!others.items.empty()) entry.set("elif", std::move(others));
  if (has_else) entry.set("else", std::move(otherwise));
  entry.place.end = scanner.end_of_last();
  conditions.items.push_back(std::move(entry));
  return true;
}

bool Reader::side(Scanner& scanner, const Inside& inside, Tree& to) {
  Tree condition, then;
  if (!scanner.take_expression("then", condition)) {
    return refuse(scanner.here(), "a 'then' is missing", "if x then a else b");
  }
  then = list_at({scanner.here(), scanner.here()});
  if (!branch(scanner, inside, then)) return false;
  to.set("if", std::move(condition));
  to.set("then", std::move(then));
  return true;
}

bool Reader::branch(Scanner& scanner, const Inside& inside, Tree& steps) {
  if (scanner.is_before("(")) return in_brackets(scanner, inside, steps);
  Inside words = inside;
  words.words = {"else"};
  Tree step = Tree::of_kind(Kind::object, {scanner.here(), scanner.here()});
  name(step, {});
  if (!action(scanner, words, step)) return false;
  if (scanner.take_arrow()) {
    return refuse(scanner.here(), "several steps of a side stand in brackets",
                  "then (a → b) else c");
  }
  steps.items.push_back(std::move(step));
  return true;
}

// A chain or a flow of its own, as one step of the side.
bool Reader::in_brackets(Scanner& scanner, const Inside& inside, Tree& steps) {
  const uint32_t at = scanner.here();
  if (inside.depth >= depth_max) {
    fault_ = {Status::limit, "limit.depth", "brackets are nested more than 32 deep", {}, at};
    return false;
  }
  scanner.take("(");
  const Inside deeper{")", {}, inside.depth + 1};
  Tree block = Tree::of_kind(Kind::object, {at, at});
  name(block, {});
  Tree list = list_at({scanner.here(), scanner.here()});
  const bool is_flow = scanner.take_word("if");
  block.set("type", Tree::of(is_flow ? "flow" : "chain", {at, at + 1}));
  if (!(is_flow ? flow(scanner, deeper, list) : chain(scanner, deeper, list))) return false;
  if (!scanner.take(")")) return refuse(scanner.here(), "the bracket is not closed");
  block.place.end = scanner.end_of_last();
  block.set(is_flow ? "conditions" : "steps", std::move(list));
  steps.items.push_back(std::move(block));
  return true;
}

}  // namespace weft::line
