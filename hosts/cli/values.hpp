// Values that are given on the command line: JSON, files, and 'key=value'.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <weft/kernel.hpp>

#include "diagnose.hpp"

namespace weft::cli {

// All of a file; '-' is standard input.
Result<std::string> read_text(const std::string& file);

// JSON, or '@FILE', or '-' for standard input. The sources learn the text, for the error's caret.
Result<Document> read_value(std::string_view option, std::string_view given, Diagnostics& sources);

// What '--input' gave, with every 'a.b=value' set on top of it.
Result<Document> with_settings(const Document& base, const std::vector<std::string>& settings);

// 'ID', 'ID:key=value,key=value' or 'ID:{JSON}'.
Result<KernelOptions::Part> read_part(std::string_view option, std::string_view given);

// {fs: {read: [...], write: [...]}}.
Document grants_of(const std::vector<std::string>& read, const std::vector<std::string>& write);

}  // namespace weft::cli
