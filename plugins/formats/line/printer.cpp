#include "printer.hpp"

#include <algorithm>
#include <vector>

#include "reader.hpp"

namespace weft::line {

using sdk::Tree;

namespace {

// Where nothing in a text could be taken for a sign.
bool is_plain(std::string_view text) {
  constexpr std::string_view signs = "'\"\\[](){}|,*:\n\r\t";
  if (text.empty() || text.front() == '/' || text.front() == ' ' || text.back() == ' ')
    return false;
  if (text.find_first_of(signs) != text.npos) return false;
  for (const std::string_view word : {"→", "->", "if", "then", "else"}) {
    if (text.find(word) != text.npos) return false;
  }
  return true;
}

std::string protect(std::string_view text) {
  if (is_plain(text)) return std::string(text);
  std::string out = "'";
  for (const char c : text) {
    if (c == '\\' || c == '\'') out += '\\';
    out += c;
  }
  return out + "'";
}

const Tree& part(const Tree& tree, std::string_view key) {
  static const Tree nothing;
  const Tree* found = tree.find(key);
  return found != nullptr ? *found : nothing;
}

bool has(const Tree& tree, std::string_view key) { return tree.find(key) != nullptr; }

bool is_same_list(const Tree& names, const std::vector<std::string_view>& ids) {
  return std::equal(names.items.begin(), names.items.end(), ids.begin(), ids.end(),
                    [](const Tree& name, std::string_view id) { return name.text == id; });
}

// Writes what looks like a line; whether it means the definition is asked afterwards.
class Printer final {
 public:
  std::string out;

  void chain(const Tree& list) {
    const std::vector<Tree>& steps = list.items;
    std::vector<std::string_view> before;
    for (size_t i = 0; i < steps.size();) {
      std::vector<std::string_view> now;
      size_t end = i;
      while (end < steps.size() && is_same_list(part(steps[end], "depends_on"), before)) {
        now.push_back(part(steps[end++], "id").text);
      }
      if (end == i) return;  // no line says this
      if (i > 0) out += " → ";
      if (now.size() > 1) out += "[";
      for (const size_t first = i; i < end; ++i) {
        if (i > first) out += ", ";
        step(steps[i]);
      }
      if (now.size() > 1) out += "]";
      before = std::move(now);
    }
  }

  void flow(const Tree& conditions) {
    if (conditions.items.empty()) return;
    const Tree& entry = conditions.items.front();
    out += "if ";
    side(entry);
    for (const Tree& other : part(entry, "elif").items) {
      out += " else if ";
      side(other);
    }
    if (!has(entry, "else")) return;
    out += " else ";
    branch(part(entry, "else"));
  }

 private:
  void step(const Tree& step) {
    const std::string& id = part(step, "id").text;
    if (id != "step_" + std::to_string(++made_)) out.append(id).append(": ");
    const std::string& command = part(step, "command").text;
    const Tree* input = part(step, "parameters").find("input");
    const bool is_default = command == "task" && input != nullptr;
    if (!is_default) out.append("/").append(command);
    if (input != nullptr) out.append(is_default ? "" : " ").append(protect(input->text));
    if (has(step, "retry")) out.append("*").append(std::to_string(part(step, "retry").number));
  }

  void side(const Tree& side) {
    out.append(part(side, "if").text).append(" then ");
    branch(part(side, "then"));
  }

  void branch(const Tree& steps) {
    if (steps.items.empty()) return;
    const Tree& one = steps.items.front();
    const std::string& type = part(one, "type").text;
    if (type.empty()) return step(one);
    ++made_;
    out += "(";
    type == "flow" ? flow(part(one, "conditions")) : chain(part(one, "steps"));
    out += ")";
  }

  uint32_t made_ = 0;
};

std::string in_quotes(const std::string& content) {
  std::string out = "\"";
  for (const char c : content) {
    if (c == '"') out += '\\';
    out += c;
  }
  return out + "\"";
}

void flag(std::string_view name, const Tree& of, std::string_view key, std::string& line) {
  const Tree* value = of.find(key);
  if (value == nullptr) return;
  line.append(" --").append(name);
  if (value->kind == Tree::Kind::text) line.append("=").append(value->text);
  if (value->kind == Tree::Kind::boolean && value->number == 0) line += "=off";
}

}  // namespace

bool equals(const Tree& a, const Tree& b) {
  if (a.kind != b.kind || a.text != b.text || a.number != b.number) return false;
  if (a.items.size() != b.items.size()) return false;
  for (size_t i = 0; i < a.items.size(); ++i) {
    const Tree* other = a.kind == Tree::Kind::object ? b.find(a.keys[i]) : &b.items[i];
    if (other == nullptr || !equals(a.items[i], *other)) return false;
  }
  return true;
}

std::optional<std::string> print(const Tree& definition) {
  const std::string& type = part(definition, "type").text;
  const bool is_flow = type == "flow";
  if (!is_flow && type != "chain") return std::nullopt;
  Printer printer;
  is_flow ? printer.flow(part(definition, "conditions")) : printer.chain(part(definition, "steps"));
  std::string line = "/" + type + " " + in_quotes(printer.out);
  if (part(definition, "id").text != type) flag("id", definition, "id", line);
  flag("error", definition, "error_strategy", line);
  flag("adaptive", definition, "adaptive", line);
  flag("learning", definition, "learning", line);
  flag("detect", definition, "detect", line);
  flag("legacy-mode", definition, "legacy_mode", line);
  flag("preserve-output-format", definition, "preserve_output_format", line);
  const Tree* options = definition.find("options");
  const Tree* saves = part(definition, "options").find("save_state");
  // Without a word the state is saved, which a line must say.
  if (!is_flow && (saves == nullptr || saves->number != 0)) line += " --save-state";
  flag("parallel", part(definition, "options"), "parallel_where_possible", line);

  Reader reader(line);
  Tree tree, said = Tree::of_kind(Tree::Kind::object, {});
  if (!reader.read(tree)) return std::nullopt;
  for (size_t i = 0; i < tree.items.size(); ++i) {
    const bool is_left_out = tree.keys[i] == "options" && options == nullptr;
    if (!is_left_out) said.set(tree.keys[i], tree.items[i]);
  }
  if (!equals(said, definition)) return std::nullopt;
  return line;
}

}  // namespace weft::line
