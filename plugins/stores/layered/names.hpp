// Names: the keys of the store's own, and words for messages.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace weft::layered {

// What the store keeps in its layers for itself; FORMAT.md tells what stands there.
inline constexpr std::string_view own_prefix = "layered/";
inline constexpr std::string_view redo_prefix = "layered/redo/";  // in the first layer
inline constexpr std::string_view id_key = "layered/id";          // in the first layer
inline constexpr std::string_view done_prefix = "layered/done/";  // in the others
inline constexpr std::string_view hold_prefix = "layered/hold/";  // in the others

// Texts in a row.
std::string joined(std::initializer_list<std::string_view> parts);

std::string in_quotes(std::string_view name);

// Whether a key could have both prefixes.
bool overlap(std::string_view a, std::string_view b);

// The word nearest to one that is not known; empty when none is near.
std::string_view nearest(std::string_view word, std::span<const std::string_view> known);

}  // namespace weft::layered
