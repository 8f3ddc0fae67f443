// Tree: a definition before it is a value, each part with its place in the old text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <weft/result.hpp>

namespace weft::legacy {

// A part of the old text, in bytes.
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
  std::string note;  // the old text, for a comment

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
  void set(std::string key, Tree value) {
    keys.push_back(std::move(key));
    items.push_back(std::move(value));
  }
  const Tree* find(std::string_view key) const {
    for (size_t i = 0; i < keys.size(); ++i) {
      if (keys[i] == key) return &items[i];
    }
    return nullptr;
  }
};

// What is wrong with a text, and where.
struct Fault {
  Status status = Status::ok;
  std::string code, message, hint;
  uint32_t at = 0;
};

}  // namespace weft::legacy
