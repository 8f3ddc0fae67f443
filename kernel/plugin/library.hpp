// library: the only door to shared libraries. What is loaded stays loaded until the process ends.
#pragma once

#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::plugin {

// Loads a file with all its symbols resolved and private to it, and finds a constant in it. Loading
// the same file again finds the same constant. The error keeps the words of the dynamic linker and
// says what to do about them.
Result<const void*> load_symbol(const std::string& file, std::string_view symbol);

// What the dynamic linker's words mean: a missing library with the package that brings it, a
// missing symbol, another architecture, a library that is too old.
Error explain_load(const std::string& file, std::string_view words);

}  // namespace weft::plugin
