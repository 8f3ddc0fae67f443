#include "base/path.hpp"

#include <algorithm>

#include "base/limits.hpp"
#include "base/number.hpp"
#include "base/text.hpp"

namespace weft::base {
namespace {

constexpr uint32_t no_index = UINT32_MAX;

// Decimal without leading zeros, below the size of any array; no_index otherwise.
uint32_t index_of(std::string_view segment) {
  if (segment.empty() || segment.size() > 9) return no_index;
  if (segment[0] == '0' && segment.size() > 1) return no_index;
  uint32_t index = 0;
  for (const char c : segment) {
    if (c < '0' || c > '9') return no_index;
    index = index * 10 + static_cast<uint32_t>(c - '0');
  }
  return index;
}

Error bad_pointer(std::string_view pointer) {
  return {.status = Status::bad_input,
          .code = "path.invalid",
          .message = quoted(pointer) + " is not a JSON Pointer",
          .hint = "write '/' before each name, and ~0 for '~', ~1 for '/' inside one"};
}

bool unescape(std::string_view escaped, std::string& segment) {
  segment.clear();
  for (size_t i = 0; i < escaped.size(); ++i) {
    if (escaped[i] != '~') {
      segment += escaped[i];
      continue;
    }
    ++i;
    if (i == escaped.size() || (escaped[i] != '0' && escaped[i] != '1')) return false;
    segment += escaped[i] == '0' ? '~' : '/';
  }
  return true;
}

const char* kind_of(Value value) {
  switch (value.tag()) {
    case Tag::boolean: return "a boolean";
    case Tag::i64:
    case Tag::u64:
    case Tag::f64: return "a number";
    case Tag::text: return "a text";
    case Tag::bytes: return "bytes";
    case Tag::time: return "a time";
    default: return "a value without parts";
  }
}

// Rebuilds the containers on a path; everything beside it is linked.
class Rewrite final {
 public:
  using Path = std::span<const std::string_view>;
  Rewrite(Path path, Arena arena) : path_(path), builder_(arena) {}

  Result<void> put(Value parent, Value value) { return put(parent, 0, value); }
  void drop(Value parent) { drop(parent, 0); }
  Value take() { return builder_.take_value(); }

 private:
  Result<void> put(Value parent, size_t depth, Value value) {
    if (depth == path_.size()) {
      builder_.link(value);
      return {};
    }
    if (parent.is_array()) return put_item(parent, depth, value);
    if (parent.is_object() || parent.is_null()) return put_entry(parent, depth, value);
    return conflict(depth, std::string("what stands there is ") + kind_of(parent));
  }

  Result<void> put_entry(Value parent, size_t depth, Value value) {
    const Key key(path_[depth]);
    bool found = false;
    builder_.begin_object();
    for (uint32_t i = 0; i < parent.size(); ++i) {
      builder_.key(Key(parent.key(i)));
      if (found || parent.key(i) != path_[depth]) {
        builder_.link(parent[i]);
        continue;
      }
      found = true;
      if (auto done = put(parent[i], depth + 1, value); !done) return done;
    }
    if (!found) {
      builder_.key(key);
      if (auto done = put(Value(), depth + 1, value); !done) return done;
    }
    builder_.end_object();
    return {};
  }

  Result<void> put_item(Value parent, size_t depth, Value value) {
    const uint32_t index = path_[depth] == "-" ? parent.size() : index_of(path_[depth]);
    if (index == no_index) return conflict(depth, "what stands there is a list");
    if (index > parent.size()) return conflict(depth, "the list ends before that item");
    builder_.begin_array();
    for (uint32_t i = 0; i < index; ++i) builder_.link(parent[i]);
    if (auto done = put(parent[index], depth + 1, value); !done) return done;
    for (uint32_t i = index + 1; i < parent.size(); ++i) builder_.link(parent[i]);
    builder_.end_array();
    return {};
  }

  // Requires: the path exists.
  void drop(Value parent, size_t depth) {
    const bool last = depth + 1 == path_.size();
    const bool array = parent.is_array();
    array ? builder_.begin_array() : builder_.begin_object();
    const uint32_t index = array ? index_of(path_[depth]) : no_index;
    for (uint32_t i = 0; i < parent.size(); ++i) {
      const bool on_path = array ? i == index : parent.key(i) == path_[depth];
      if (on_path && last) continue;
      if (!array) builder_.key(Key(parent.key(i)));
      on_path ? drop(parent[i], depth + 1) : builder_.link(parent[i]);
    }
    array ? builder_.end_array() : builder_.end_object();
  }

  Error conflict(size_t depth, const std::string& why) const {
    std::string pointer;
    for (size_t i = 0; i <= depth; ++i) append_segment(pointer, path_[i]);
    Error error{.status = Status::conflict,
                .code = "path.conflict",
                .message = "cannot set " + quoted(pointer) + ": " + why,
                .hint = "replace the whole value, or append to a list with '-'"};
    error.where.pointer = pointer;
    return error;
  }

  Path path_;
  Builder builder_;
};

Result<void> check_depth(std::span<const std::string_view> path) {
  if (path.size() <= limits::depth) return {};
  return Error{.status = Status::limit,
               .code = "path.too_deep",
               .message = "the path is deeper than 64 levels",
               .hint = "keep the value flatter"};
}

}  // namespace

void append_segment(std::string& pointer, std::string_view key) {
  pointer += '/';
  for (const char c : key) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
}

void append_segment(std::string& pointer, uint32_t index) {
  pointer += '/';
  append_number(pointer, uint64_t{index});
}

Result<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> segments;
  if (pointer.empty()) return segments;
  if (pointer[0] != '/') return bad_pointer(pointer);
  for (size_t at = 1; at <= pointer.size();) {
    const size_t end = std::min(pointer.find('/', at), pointer.size());
    if (!unescape(pointer.substr(at, end - at), segments.emplace_back())) {
      return bad_pointer(pointer);
    }
    at = end + 1;
  }
  return segments;
}

namespace {

// What stands in brackets: a number or a text in quotes. Empty when it is neither.
std::string in_brackets(std::string_view inside) {
  const bool is_quoted =
      inside.size() > 2 && (inside[0] == '"' || inside[0] == '\'') && inside.back() == inside[0];
  if (is_quoted) return std::string(inside.substr(1, inside.size() - 2));
  return index_of(inside) != no_index ? std::string(inside) : std::string();
}

bool is_plain_name(std::string_view name) {
  const auto is_of_name = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || static_cast<unsigned char>(c) >= 0x80;
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_of_name);
}

}  // namespace

Result<std::vector<std::string>> split_path(std::string_view path) {
  std::vector<std::string> segments;
  size_t at = 0;
  while (at < path.size() || segments.empty()) {
    const bool is_bracket = !segments.empty() && path[at] == '[';
    if (is_bracket) {
      const size_t end = path.find(']', at);
      if (end == std::string_view::npos) break;
      segments.push_back(in_brackets(path.substr(at + 1, end - at - 1)));
      at = end + 1;
    } else {
      if (!segments.empty() && path[at++] != '.') break;
      const size_t end = std::min(path.find_first_of(".[", at), path.size());
      segments.emplace_back(path.substr(at, end - at));
      at = end;
    }
    if (segments.back().empty()) break;
    if (at == path.size()) return segments;
  }
  return Error{.status = Status::bad_input,
               .code = "path.invalid",
               .message = quoted(path) + " is not a path to one place",
               .hint = "write it as a.b[0] or a[\"odd key\"]"};
}

std::string join_path(std::span<const std::string> segments) {
  std::string path;
  for (const std::string& segment : segments) {
    if (is_plain_name(segment) && (path.empty() || index_of(segment) == no_index)) {
      path.append(path.empty() ? "" : ".").append(segment);
    } else if (index_of(segment) != no_index) {
      path.append("[").append(segment).append("]");
    } else {
      path.append("[\"").append(segment).append("\"]");
    }
  }
  return path;
}

Value child(Value parent, std::string_view segment) {
  if (parent.is_object()) return parent[Key(segment)];
  if (!parent.is_array()) return Value();
  return parent[index_of(segment)];
}

Value get(Value root, std::string_view pointer) {
  if (!pointer.empty() && pointer[0] != '/') return Value();
  std::string segment;
  for (size_t at = 1; at <= pointer.size() && root.exists();) {
    const size_t end = std::min(pointer.find('/', at), pointer.size());
    if (!unescape(pointer.substr(at, end - at), segment)) return Value();
    root = child(root, segment);
    at = end + 1;
  }
  return root;
}

Result<Value> set(Value root, std::span<const std::string_view> path, Value value, Arena arena) {
  if (auto good = check_depth(path); !good) return good.error();
  if (path.empty()) return value.exists() ? value : null_value();
  Rewrite rewrite(path, arena);
  if (auto done = rewrite.put(root, value); !done) return done.error();
  return rewrite.take();
}

Result<Value> set(Value root, std::string_view pointer, Value value, Arena arena) {
  auto segments = split_pointer(pointer);
  if (!segments) return segments.error();
  const std::vector<std::string_view> path(segments->begin(), segments->end());
  return set(root, path, value, arena);
}

Result<Value> erase(Value root, std::span<const std::string_view> path, Arena arena) {
  if (auto good = check_depth(path); !good) return good.error();
  if (path.empty()) return null_value();
  Value at = root;
  for (const std::string_view segment : path) at = child(at, segment);
  if (!at.exists()) return root;
  Rewrite rewrite(path, arena);
  rewrite.drop(root);
  return rewrite.take();
}

}  // namespace weft::base
