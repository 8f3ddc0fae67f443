// format.line: a definition in one line, read and written.
#include <weft/sdk/format.hpp>
#include <weft/sdk/plugin.hpp>

#include "json.hpp"
#include "printer.hpp"
#include "reader.hpp"
#include "text.hpp"

namespace weft::line {
namespace {

void write(const Tree& tree, Builder& out) {
  switch (tree.kind) {
    case Tree::Kind::text: return out.text(tree.text);
    case Tree::Kind::number: return out.integer(tree.number);
    case Tree::Kind::boolean: return out.boolean(tree.number != 0);
    case Tree::Kind::list:
      out.begin_array();
      for (const Tree& one : tree.items) write(one, out);
      return out.end_array();
    case Tree::Kind::object:
      out.begin_object();
      for (size_t i = 0; i < tree.items.size(); ++i) {
        out.key(Key(std::string_view(tree.keys[i])));
        write(tree.items[i], out);
      }
      return out.end_object();
  }
}

// The part that a pointer leads to, or the last one that it passes.
const Tree* follow(const Tree& root, std::string_view pointer, bool& is_found) {
  const Tree* part = &root;
  const bool is_of_key = pointer.ends_with('~');
  if (is_of_key) pointer.remove_suffix(1);
  is_found = pointer.empty() || pointer.starts_with('/');
  while (is_found && !pointer.empty()) {
    pointer.remove_prefix(1);
    const std::string_view name = pointer.substr(0, pointer.find('/'));
    pointer.remove_prefix(name.size());
    const Tree* next = part->find(name);
    for (size_t i = 0; part->kind == Tree::Kind::list && i < part->items.size(); ++i) {
      if (std::to_string(i) == name) next = &part->items[i];
    }
    is_found = next != nullptr;
    if (is_found) part = next;
  }
  return part;
}

}  // namespace

struct Line final {
  static constexpr std::string_view id = "line";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    Fault fault;
    Reader reader(text);
    Tree tree;
    const bool is_text = check(text, fault);
    if (is_text && reader.read(tree)) {
      Builder out(arena);
      write(tree, out);
      return out.take_value();
    }
    if (is_text) fault = reader.fault();
    at.line = at.column = 1;
    if (fault.code != "limit.size") set_place(text, fault.at, 1, at);
    Error error{fault.status, fault.code, fault.message, fault.hint};
    error.where.line = at.line;
    error.where.column = at.column;
    return error;
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    Fault fault;
    Reader reader(text);
    Tree tree;
    if (!check(text, fault) || !reader.read(tree)) return false;
    bool is_found = false;
    const Tree* part = follow(tree, pointer, is_found);
    set_place(text, part->at, part->length, at);
    return is_found;
  }
};

// The way back: a text that is a definition in JSON becomes the line that means it, as a text.
struct LineOf final {
  static constexpr std::string_view id = "line_of";

  Result<Value> parse(std::string_view text, Arena arena, weft_place& at) const {
    at.line = at.column = 1;
    Tree definition;
    const auto line = read_json(text, definition) ? print(definition) : std::nullopt;
    if (!line) {
      return Error{Status::not_found, "format.cannot_say", "no line says all of this definition",
                   "write it as YAML"};
    }
    Builder out(arena);
    out.text(*line);
    return out.take_value();
  }

  bool locate(std::string_view text, std::string_view pointer, weft_place& at) const {
    set_place(text, 0, 0, at);
    return pointer.empty();
  }
};

}  // namespace weft::line

WEFT_PLUGIN(weft::line::Line, weft::line::LineOf);
