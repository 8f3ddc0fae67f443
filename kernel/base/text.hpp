// Texts that people write: UTF-8, names spelt in several ways, and the name they may have meant.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace weft::base {

bool is_utf8(std::string_view bytes);  // shortest forms, no surrogates, to U+10FFFF
uint64_t count_code_points(std::string_view utf8);
void append_utf8(std::string& out, char32_t code_point);

// Case, '-', '_' and CamelCase do not matter: 'FirstSuccess' and 'first-success' fold alike.
std::string fold_name(std::string_view name);

// Insertions, deletions, replacements and swaps of neighbours between two words.
uint32_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to a word that is none of them; empty when none is near (an edit for every
// three characters). The first one wins a tie.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

// A hint such as "did you mean 'upper'?"; empty when nothing is near.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

// A name in an error: in quotes, cut after 60 bytes on a code point, control characters replaced.
std::string quoted(std::string_view name);

}  // namespace weft::base
