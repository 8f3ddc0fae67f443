// Paths into values: JSON Pointers (RFC 6901), get, and set without touching the original.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::base {

// Appends '/' and the escaped segment: '~' becomes ~0, '/' becomes ~1.
void append_segment(std::string& pointer, std::string_view key);
void append_segment(std::string& pointer, uint32_t index);
// The segments of a pointer, unescaped; BAD_INPUT when it is none.
Result<std::vector<std::string>> split_pointer(std::string_view pointer);

// The segments of a path as expressions have it, such as a.b[0]["odd key"]; BAD_INPUT when it is
// none, or speaks of more than one place.
Result<std::vector<std::string>> split_path(std::string_view path);
std::string join_path(std::span<const std::string> segments);

// The item of this number or the entry of this name; a missing Value (exists() is false) if none.
Value child(Value parent, std::string_view segment);
Value get(Value root, std::string_view pointer);

// The root with the value at a path replaced or added; all that is not on the path is linked. What
// is missing or null on the way becomes an object. In an array the number of an item replaces it,
// and '-' or its size appends; a hole is refused, and so is a way through a text or number.
Result<Value> set(Value root, std::span<const std::string_view> path, Value value, Arena arena);
Result<Value> set(Value root, std::string_view pointer, Value value, Arena arena);

// The root without the entry or item at a path; the root itself when there is none.
Result<Value> erase(Value root, std::span<const std::string_view> path, Arena arena);

}  // namespace weft::base
