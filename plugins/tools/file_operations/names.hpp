// Names: paths as texts, and how they are shown to people.
#pragma once

#include <string>
#include <string_view>

namespace weft::files {

bool is_utf8(std::string_view bytes);

// The same with damaged bytes replaced by U+FFFD.
std::string whole_text(std::string_view bytes);

// In quotes, for a message; control characters replaced, cut in the middle when very long.
std::string quoted(std::string_view path);

// 'a/b/' and './a//b' are both 'a/b'; '..' stays, the service judges it. Empty becomes '.'.
std::string tidy(std::string_view path);

// The last part of a tidy path, and what is before it ('.' or '/' when there is nothing).
std::string_view name_of(std::string_view path);
std::string parent_of(std::string_view path);
std::string joined(std::string_view directory, std::string_view name);

// Whether a tidy path is the other one or lies beneath it, by its words.
bool is_within(std::string_view path, std::string_view directory);

// A name that nobody else uses, for what is not complete yet.
std::string fresh_name();

}  // namespace weft::files
