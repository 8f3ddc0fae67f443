#include "base/patch.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/compare.hpp"
#include "base/limits.hpp"
#include "base/path.hpp"
#include "base/text.hpp"

namespace weft::base {

using namespace lit;

namespace {

using Path = std::vector<std::string>;

// What happens at the end of a path; everything beside the path is linked.
class Edit final {
 public:
  enum class What : uint8_t { add, replace, remove };

  Edit(What what, const Path& path, Value value, Arena arena)
      : what_(what), path_(path), value_(value), builder_(arena) {}

  Value make(Value root) {
    if (path_.empty()) return what_ == What::remove ? null_value() : value_;
    go(root, 0);
    return builder_.take_value();
  }

 private:
  void go(Value at, size_t depth) {
    const bool is_last = depth + 1 == path_.size();
    const std::string& segment = path_[depth];
    const bool is_array = at.is_array();
    // Behind the last item, '-' or its number.
    const uint32_t place = is_array ? place_in(at, segment) : 0;
    bool was_there = false;
    is_array ? builder_.begin_array() : builder_.begin_object();
    for (uint32_t i = 0; i < at.size(); ++i) {
      const bool is_meant = is_array ? i == place : at.key(i) == segment;
      if (!is_meant) {
        keep(at, i);
      } else if (!is_last) {
        if (!is_array) builder_.key(Key(segment));
        go(at[i], depth + 1);
      } else if (what_ != What::remove) {
        put(segment, is_array);
        if (is_array && what_ == What::add) builder_.link(at[i]);
      }
      was_there = was_there || is_meant;
    }
    if (is_last && !was_there && what_ == What::add) put(segment, is_array);
    is_array ? builder_.end_array() : builder_.end_object();
  }
  void keep(Value at, uint32_t i) {
    if (at.is_object()) builder_.key(Key(at.key(i)));
    builder_.link(at[i]);
  }
  void put(const std::string& segment, bool is_array) {
    if (!is_array) builder_.key(Key(segment));
    builder_.link(value_);
  }
  static uint32_t place_in(Value array, std::string_view segment) {
    for (uint32_t i = 0; i < array.size(); ++i) {
      if (child(array, segment).slot() == array[i].slot()) return i;
    }
    return array.size();
  }

  What what_;
  const Path& path_;
  Value value_;
  Builder builder_;
};

// One operation of a patch as it is read.
class Operation final {
 public:
  Operation(Value written, uint32_t number, Arena arena)
      : written_(written), number_(number), arena_(arena) {}

  Result<Value> apply(Value root);

 private:
  Result<Value> edit(Edit::What what, Value root, const Path& path, Value value);
  Result<Path> path(Key name);
  Result<Value> target(Value root, const Path& path, std::string_view written);
  Result<Value> value();
  Error error(Status status, const char* code, const std::string& what) const;
  static bool may_add(Value parent, const std::string& segment);

  Value written_;
  uint32_t number_;
  Arena arena_;
};

Error Operation::error(Status status, const char* code, const std::string& what) const {
  Error made{.status = status,
             .code = code,
             .message = "operation " + std::to_string(number_) + " of the patch: " + what,
             .hint = status == Status::bad_input ? "write a patch of RFC 6902" : ""};
  made.where.pointer = written_["path"_k].as_text();
  return made;
}

Result<Path> Operation::path(Key name) {
  const Value written = written_[name];
  if (!written.is_text()) {
    return error(Status::bad_input, "patch.malformed",
                 "'" + std::string(name.view()) + "' is no JSON pointer");
  }
  auto segments = split_pointer(written.as_text());
  if (segments && segments->size() <= limits::depth) return segments;
  return error(Status::bad_input, "patch.malformed",
               quoted(written.as_text()) + " is no JSON pointer");
}

Result<Value> Operation::target(Value root, const Path& path, std::string_view written) {
  for (const std::string& segment : path) root = child(root, segment);
  if (root.exists()) return root;
  return error(Status::conflict, "patch.no_target", "there is nothing at " + quoted(written));
}

Result<Value> Operation::value() {
  const Value value = written_["value"_k];
  if (value.exists()) return value;
  return error(Status::bad_input, "patch.malformed", "it has no 'value'");
}

bool Operation::may_add(Value parent, const std::string& segment) {
  if (parent.is_object()) return true;
  if (!parent.is_array()) return false;
  return segment == "-" || segment == std::to_string(parent.size()) ||
         child(parent, segment).exists();
}

Result<Value> Operation::edit(Edit::What what, Value root, const Path& path, Value value) {
  if (what == Edit::What::add && !path.empty()) {
    const Path above(path.begin(), path.end() - 1);
    auto parent = target(root, above, written_["path"_k].as_text());
    if (!parent) return parent.error();
    if (!may_add(*parent, path.back())) {
      return error(Status::conflict, "patch.no_target",
                   "nothing can be added at " + quoted(written_["path"_k].as_text()));
    }
  }
  return Edit(what, path, value, arena_).make(root);
}

Result<Value> Operation::apply(Value root) {
  const std::string_view op = written_["op"_k].as_text();
  auto to = path("path"_k);
  if (!to) return to.error();
  if (op == "move" || op == "copy") {
    auto from = path("from"_k);
    if (!from) return from.error();
    auto found = target(root, *from, written_["from"_k].as_text());
    if (!found || (op == "move" && *from == *to)) return found ? Result<Value>(root) : found;
    const bool is_inside =
        to->size() > from->size() && std::equal(from->begin(), from->end(), to->begin());
    if (op == "move" && is_inside) {
      return error(Status::conflict, "patch.no_target", "a value cannot move into itself");
    }
    if (op == "move") root = Edit(Edit::What::remove, *from, {}, arena_).make(root);
    return edit(Edit::What::add, root, *to, *found);
  }
  if (op == "add") {
    auto given = value();
    return given ? edit(Edit::What::add, root, *to, *given) : given;
  }
  if (op != "remove" && op != "replace" && op != "test") {
    return error(Status::bad_input, "patch.malformed", "there is no operation " + quoted(op));
  }
  auto given = op == "remove" ? Result<Value>(Value()) : value();
  if (!given) return given;
  auto found = target(root, *to, written_["path"_k].as_text());
  if (!found) return found;
  if (op == "remove") return edit(Edit::What::remove, root, *to, {});
  if (op == "replace") return edit(Edit::What::replace, root, *to, *given);
  if (equal(*found, *given)) return root;
  return error(Status::conflict, "patch.test_failed",
               "another value is at " + quoted(written_["path"_k].as_text()));
}

// Walks two values at once and writes what is to be done.
class Difference final {
 public:
  explicit Difference(Arena arena) : builder_(arena) {}

  Value take(Value from, Value to) {
    builder_.begin_array();
    compare(from, to);
    builder_.end_array();
    return builder_.take_value();
  }

 private:
  void compare(Value from, Value to) {
    if (equal(from, to)) return;
    if (from.is_object() && to.is_object()) return compare_objects(from, to);
    if (from.is_array() && to.is_array()) return compare_arrays(from, to);
    say("replace", to);
  }
  void compare_objects(Value from, Value to) {
    for (uint32_t i = 0; i < from.size(); ++i) {
      const Value now = to[Key(from.key(i))];
      at(from.key(i), [&] { now.exists() ? compare(from[i], now) : say("remove", {}); });
    }
    for (uint32_t i = 0; i < to.size(); ++i) {
      if (from[Key(to.key(i))].exists()) continue;
      at(to.key(i), [&] { say("add", to[i]); });
    }
  }
  // What is the same at both ends stays; between them items are compared one by one.
  void compare_arrays(Value from, Value to) {
    uint32_t front = 0, back = 0;
    const uint32_t shorter = std::min(from.size(), to.size());
    while (front < shorter && equal(from[front], to[front])) ++front;
    const auto from_end = [back = &back](Value list) { return list[list.size() - 1 - *back]; };
    while (back < shorter - front && equal(from_end(from), from_end(to))) ++back;
    for (uint32_t i = front; i < shorter - back; ++i) {
      at(std::to_string(i), [&] { compare(from[i], to[i]); });
    }
    for (uint32_t i = from.size() - back; i > shorter - back; --i) {
      at(std::to_string(i - 1), [&] { say("remove", {}); });
    }
    for (uint32_t i = shorter - back; i < to.size() - back; ++i) {
      if (from.size() < to.size()) at(std::to_string(i), [&] { say("add", to[i]); });
    }
  }
  template <class Inner>
  void at(std::string_view segment, Inner inner) {
    const size_t before = pointer_.size();
    append_segment(pointer_, segment);
    inner();
    pointer_.resize(before);
  }
  void say(std::string_view op, Value value) {
    builder_.begin_object();
    builder_.set("op"_k, op);
    builder_.set("path"_k, std::string_view(pointer_));
    if (value.exists()) builder_.set("value"_k, value);
    builder_.end_object();
  }

  Builder builder_;
  std::string pointer_;
};

}  // namespace

Result<Value> patched(Value value, Value patch, Arena arena) {
  if (!patch.is_array()) {
    return Error{.status = Status::bad_input,
                 .code = "patch.malformed",
                 .message = "a patch is a list of operations",
                 .hint = "write a patch of RFC 6902"};
  }
  for (uint32_t i = 0; i < patch.size(); ++i) {
    auto next = Operation(patch[i], i + 1, arena).apply(value);
    if (!next) return next;
    value = *next;
  }
  return value;
}

Value patch_between(Value from, Value to, Arena arena) { return Difference(arena).take(from, to); }

}  // namespace weft::base
