#include "writer.hpp"

#include <algorithm>
#include <array>

#include <weft/sdk/json.hpp>

#include "parts.hpp"

namespace weft::legacy {
namespace {

using TreeKind = Tree::Kind;

// Words that YAML, or somebody who reads it, takes for something else than a text.
constexpr std::array<std::string_view, 9> not_plain{"true", "false", "null", "yes", "no",
                                                    "on",   "off",   "y",    "n"};

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

bool is_plain(const std::string& text) {
  const auto fits = [](char c) { return is_name_char(c) || c == ' ' || c == '/'; };
  std::string lower = text;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return !text.empty() && is_letter(text[0]) && text.back() != ' ' &&
         std::all_of(text.begin(), text.end(), fits) &&
         std::find(not_plain.begin(), not_plain.end(), lower) == not_plain.end();
}

bool is_scalar(const Tree& tree) {
  return tree.kind != TreeKind::list && tree.kind != TreeKind::object;
}

// Short enough for one line: only scalars in it.
bool is_flat(const Tree& tree) {
  return !tree.items.empty() && std::all_of(tree.items.begin(), tree.items.end(), is_scalar);
}

class Writer final {
 public:
  std::string out;

  // Each line of a text behind a '#'.
  void comment(std::string_view text, uint32_t indent, std::string_view lead) {
    while (true) {
      const size_t end = std::min(text.find('\n'), text.size());
      std::string line(text.substr(0, end));
      while (!line.empty() && is_blank(line.back())) line.pop_back();
      std::replace(line.begin(), line.end(), '\r', ' ');
      out.append(indent, ' ').append("#");
      if (!line.empty()) out.append(lead).append(line);
      out += '\n';
      if (end == text.size()) return;
      text.remove_prefix(end + 1);
    }
  }

  void entries(const Tree& object, uint32_t indent, bool is_begun) {
    for (size_t i = 0; i < object.items.size(); ++i) {
      if (i > 0 || !is_begun) out.append(indent, ' ');
      out.append(object.keys[i]).append(":");
      value(object.items[i], indent);
    }
  }

 private:
  void value(const Tree& tree, uint32_t indent) {
    if (is_scalar(tree) || is_flat(tree)) {
      out += ' ';
      inline_text(tree);
      out += '\n';
    } else if (tree.kind == TreeKind::list) {
      out += '\n';
      for (const Tree& one : tree.items) item(one, indent + 2);
    } else {
      out += '\n';
      entries(tree, indent + 2, false);
    }
  }

  void item(const Tree& one, uint32_t indent) {
    if (!one.note.empty()) comment(one.note, indent, " ");
    out.append(indent, ' ').append("- ");
    entries(one, indent + 2, true);
  }

  void inline_text(const Tree& tree) {
    switch (tree.kind) {
      case TreeKind::text:
        if (is_plain(tree.text)) {
          out += tree.text;
        } else {
          sdk::append_json_text(out, tree.text);
        }
        return;
      case TreeKind::number: out += std::to_string(tree.number); return;
      case TreeKind::boolean: out += tree.number != 0 ? "true" : "false"; return;
      default: break;
    }
    const bool is_list = tree.kind == TreeKind::list;
    out += is_list ? '[' : '{';
    for (size_t i = 0; i < tree.items.size(); ++i) {
      if (i > 0) out += ", ";
      if (!is_list) out.append(tree.keys[i]).append(": ");
      inline_text(tree.items[i]);
    }
    out += is_list ? ']' : '}';
  }
};

}  // namespace

std::string to_yaml(std::string_view text, const Reading& reading) {
  Writer writer;
  writer.out = "# Converted from an old dialect, " + std::string(words_of(reading.dialect)) + ":\n";
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  writer.comment(text, 0, "   ");
  const Parts parts(text);
  for (const Finding& one : reading.findings) {
    if (one.kind != Kind::lost) continue;
    writer.comment(
        "lost: " + one.what + " '" + std::string(parts.view(one.place)) + "' is " + one.becomes, 0,
        " ");
  }
  writer.entries(reading.definition, 0, false);
  return std::move(writer.out);
}

}  // namespace weft::legacy
