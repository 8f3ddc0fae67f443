// Tables of plugins, made full size once: what is missing or null answers UNSUPPORTED afterwards.
#pragma once

#include <string_view>

#include <weft/plugin.h>
#include <weft/result.hpp>

#include "plugin/bound.hpp"

namespace weft::plugin {

// The id, such as "weft.tool/1", and the kind of a component that has this table.
template <class Table>
struct TableName;
template <>
struct TableName<weft_tool> {
  static constexpr std::string_view id = WEFT_TOOL_ID, kind = "tool";
};
template <>
struct TableName<weft_pattern> {
  static constexpr std::string_view id = WEFT_PATTERN_ID, kind = "pattern";
};
template <>
struct TableName<weft_store> {
  static constexpr std::string_view id = WEFT_STORE_ID, kind = "store";
};
template <>
struct TableName<weft_hook> {
  static constexpr std::string_view id = WEFT_HOOK_ID, kind = "hook";
};
template <>
struct TableName<weft_sink> {
  static constexpr std::string_view id = WEFT_SINK_ID, kind = "sink";
};
template <>
struct TableName<weft_format> {
  static constexpr std::string_view id = WEFT_FORMAT_ID, kind = "format";
};

// A full-size copy without null functions. A plugin of an older host has a shorter table, one of a
// later host a longer one; both fit. Refused when not even the size and flags are there.
template <class Table>
Result<Table> normalise(const void* raw);
extern template Result<weft_tool> normalise<weft_tool>(const void*);
extern template Result<weft_pattern> normalise<weft_pattern>(const void*);
extern template Result<weft_store> normalise<weft_store>(const void*);
extern template Result<weft_hook> normalise<weft_hook>(const void*);
extern template Result<weft_sink> normalise<weft_sink>(const void*);
extern template Result<weft_format> normalise<weft_format>(const void*);

// Requires: component.size was checked to be at least that of the first release.
weft_component normalise_component(const weft_component& component);

}  // namespace weft::plugin
