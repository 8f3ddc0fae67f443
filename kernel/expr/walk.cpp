// Paths through values, and what is said when one leads nowhere.
#include <cstring>
#include <string>
#include <vector>

#include "base/text.hpp"
#include "expr/code_point.hpp"
#include "expr/machine.hpp"

namespace weft::expr {
namespace {

constexpr uint32_t listed_keys_max = 12;

// Item of a list, counted from its end when negative; a missing Value outside.
Value item_at(Value list, int64_t index) {
  if (!list.is_array()) return {};
  const int64_t number = index < 0 ? index + list.size() : index;
  if (number < 0 || number >= int64_t{list.size()}) return {};
  return list[static_cast<uint32_t>(number)];
}

Value step(Value from, const Segment& segment) {
  return segment.kind == Segment::Kind::name ? from[segment.key]
                                             : item_at(from, segment.begin_index);
}

struct Range {
  uint32_t begin, end;
};

// RFC 9535, 2.3.4.2, with a step of 1.
Range slice_of(const Segment& segment, uint32_t size) {
  const auto bound = [size](int64_t index) {
    const int64_t from_begin = index < 0 ? index + size : index;
    if (from_begin < 0) return uint32_t{0};
    return from_begin > int64_t{size} ? size : static_cast<uint32_t>(from_begin);
  };
  const uint32_t begin = segment.has_begin ? bound(segment.begin_index) : 0;
  const uint32_t end = segment.has_end ? bound(segment.end_index) : size;
  return {begin, end < begin ? begin : end};
}

std::string list_keys(Value object) {
  std::string keys;
  const uint32_t shown = object.size() < listed_keys_max ? object.size() : listed_keys_max;
  for (uint32_t i = 0; i < shown; ++i) keys += (i != 0 ? ", " : "") + base::quoted(object.key(i));
  if (shown < object.size()) keys += " and " + std::to_string(object.size() - shown) + " more";
  return keys;
}

std::string items(uint32_t count) {
  return std::to_string(count) + (count == 1 ? " item" : " items");
}

// What a container has instead of what was sought.
std::string describe(Value container) {
  if (container.is_array()) return "is a list of " + items(container.size());
  if (!container.is_object()) return "is " + type_phrase(container);
  return container.size() == 0 ? "is an empty object" : "has " + list_keys(container);
}

std::string guess(Value object, std::string_view name) {
  std::vector<std::string_view> keys;
  keys.reserve(object.size());
  for (uint32_t i = 0; i < object.size(); ++i) keys.push_back(object.key(i));
  return base::did_you_mean(name, keys);
}

}  // namespace

Value Machine::path(const Code& code) {
  const Path& path = program_->paths[code.first];
  const Found found = scope_.value(scope_.self, {path.root, path.name, path.first}, arena_);
  at_ = path.at;
  if (found.code != nullptr) return fail_scope(path, found);
  const Value value = found.value.exists() ? found.value : null_value();
  return walk(path, found.took_first ? 1 : 0, value);
}

Value Machine::walk(const Path& path, uint32_t from, Value value) {
  const Segment* segments = program_->segments.data() + path.segments;
  for (uint32_t i = from; i < path.count; ++i) {
    const Segment& segment = segments[i];
    const bool many = segment.kind == Segment::Kind::all || segment.kind == Segment::Kind::slice;
    if (many) return spread(path, i, value);
    const Value next = step(value, segment);
    if (!next.exists()) return fail_step(path, i, value);
    value = next;
  }
  return value;
}

// From the first [*] or slice on, a path selects any number of values, as in RFC 9535: those that a
// later segment does not lead on from are left out.
Value Machine::spread(const Path& path, uint32_t from, Value value) {
  const Segment* segments = program_->segments.data() + path.segments;
  const bool all = segments[from].kind == Segment::Kind::all;
  if (!value.is_array() && !(all && value.is_object())) return fail_step(path, from, value);
  std::span<const Value> now(&value, 1);
  for (uint32_t i = from; i < path.count; ++i) {
    const Segment& segment = segments[i];
    const auto range_of = [&segment](Value node) -> Range {
      if (segment.kind == Segment::Kind::all) return {0, node.size()};
      return node.is_array() ? slice_of(segment, node.size()) : Range{0, 0};
    };
    const bool many = segment.kind == Segment::Kind::all || segment.kind == Segment::Kind::slice;
    uint64_t room = now.size();
    if (many) {
      room = 0;
      for (const Value node : now) room += range_of(node).end - range_of(node).begin;
    }
    auto* next = static_cast<Value*>(allocate(room * sizeof(Value)));
    if (next == nullptr || !spend_items(room + now.size())) return {};
    size_t count = 0;
    for (const Value node : now) {
      if (!many) {
        const Value found = step(node, segment);
        if (found.exists()) next[count++] = found;
        continue;
      }
      const Range range = range_of(node);
      for (uint32_t n = range.begin; n < range.end; ++n) next[count++] = node[n];
    }
    now = {next, count};
  }
  return list(now);
}

Value Machine::fail_scope(const Path& path, const Found& found) {
  const std::string_view code = found.code;
  if (code == "path.missing" && found.value.exists() && path.first.n != 0) {
    return fail_step(path, 0, found.value);
  }
  if (catching_ != 0 && code.starts_with("path.")) return path_failed_ = true, Value();
  Error error;
  const std::string name = base::quoted(path.name);
  error.code = code;
  if (code == "path.step_failed") {
    error.message = "the step " + name + " failed, so it has no result";
  } else if (code == "path.step_skipped") {
    error.message = "the step " + name + " was skipped, so it has no result";
  } else if (code == "path.missing" && found.took_first) {
    error.message = name + " has nothing under " + base::quoted(path.first.view());
  } else if (code == "path.missing") {
    error.message = name + " has no value";
  } else if (code == "state.no_owner") {
    error.message = name + " is nobody's here";
  } else {
    error.message = name + " cannot be read";
  }
  error.hint = "write default(" + std::string(path.name) + ", …) if that may happen";
  if (code == "state.no_owner") error.hint = "say whose it is when the run is started";
  if (found.took_first) {
    error.hint.insert(8 + path.name.size(), "." + std::string(path.first.view()));
  }
  return fail_path(std::move(error));
}

Value Machine::fail_step(const Path& path, uint32_t number, Value container) {
  if (catching_ != 0) return path_failed_ = true, Value();
  const Segment& segment = program_->segments[path.segments + number];
  const std::string_view before = program_->text.substr(path.at, segment.at - path.at);
  Error error;
  error.code = "path.missing";
  error.message = base::quoted(before) + " ";
  at_ = segment.at;
  if (segment.kind == Segment::Kind::name) {
    error.message +=
        "has no member " + base::quoted(segment.key.view()) + "; it " + describe(container);
    error.hint = guess(container, segment.key.view());
  } else if (segment.kind == Segment::Kind::index) {
    error.message +=
        "has no item " + std::to_string(segment.begin_index) + "; it " + describe(container);
  } else {
    error.message += "has no items to select; it " + describe(container);
  }
  if (error.hint.empty()) {
    const std::string_view whole = program_->text.substr(path.at, segment.end - path.at);
    error.hint = "write default(" + std::string(whole) + ", …) if it may be absent";
  }
  return fail_path(std::move(error));
}

Value Machine::fail_path(Error error) {
  error.status = Status::bad_input;
  error.flags = WEFT_ERR_BAD_INPUT;
  error.where.column = column_at(program_->text, at_);
  if (scope_.missing != nullptr && error.code == "path.missing") {
    scope_.missing(scope_.self, error);
    return null_value();
  }
  if (error_ == nullptr) error_ = std::make_unique<Error>(std::move(error));
  return {};
}

}  // namespace weft::expr
