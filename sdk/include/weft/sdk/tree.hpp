// Tree: a definition that a format has read and that is no value yet, each part with its place in
// the text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/result.hpp>
#include <weft/sdk/text.hpp>
#include <weft/value.hpp>

namespace weft::sdk {

// A part of the text, in bytes.
struct Span {
  uint32_t at = 0, end = 0;
  bool is_empty() const { return at >= end; }
};

struct Tree {
  enum class Kind : uint8_t { text, number, boolean, list, object };
  Kind kind = Kind::text;
  std::string text;
  int64_t number = 0;  // 1 is true
  std::vector<Tree> items;
  std::vector<std::string> keys;  // of an object, parallel to items
  Span place;
  std::string note;  // for a comment beside it

  static Tree of(std::string text, Span place) {
    Tree tree;
    tree.text = std::move(text);
    tree.place = place;
    return tree;
  }
  static Tree of_kind(Kind kind, Span place, int64_t number = 0) {
    Tree tree;
    tree.kind = kind;
    tree.number = number;
    tree.place = place;
    return tree;
  }
  void set(std::string_view key, Tree value) {
    keys.emplace_back(key);
    items.push_back(std::move(value));
  }
  const Tree* find(std::string_view key) const {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) return &items[i];
    }
    return nullptr;
  }
};

inline void write(const Tree& tree, Builder& out) {
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
inline const Tree* follow(const Tree& root, std::string_view pointer, bool& is_found) {
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

// What is wrong with a text, and where.
struct Fault {
  Status status = Status::ok;
  std::string code, message, hint;
  uint32_t at = 0;
};

inline constexpr size_t tree_bytes_max = 1'000'000;

// False when it is too long, no UTF-8 or holds control characters; fault says what and where.
inline bool check(std::string_view text, std::string_view remedy, Fault& fault) {
  if (text.size() > tree_bytes_max) {
    fault = {Status::limit, "limit.size", "the text has more than 1 MB", std::string(remedy), 0};
    return false;
  }
  const auto flaw = flaw_in(text);
  if (flaw) fault = {Status::bad_input, flaw->code, flaw->what, "save the file as UTF-8", flaw->at};
  return !flaw;
}

// A text that is too long is at fault as a whole.
inline Error refused(std::string_view text, const Fault& fault, weft_place& at) {
  at.line = at.column = 1;
  if (fault.code != "limit.size") set_place(text, fault.at, 1, at);
  Error error{fault.status, fault.code, fault.message, fault.hint};
  error.where.line = at.line;
  error.where.column = at.column;
  return error;
}

}  // namespace weft::sdk
