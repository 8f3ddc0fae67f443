// Content: the bytes of a file as a value and back.
#pragma once

#include <string>
#include <string_view>

#include "access.hpp"

namespace weft::files {

// A text where the bytes are UTF-8, else bytes; in the arena of the call, without a second copy.
Value read_content(const Access& access, const std::string& path, Arena arena);

// Texts and bytes as they are, anything else as JSON; room keeps what had to be made.
// Throws limit.size above file_bytes_max.
std::string_view content_of(Value input, std::string& room);

void write_all(int fd, std::string_view bytes, std::string_view path, const Access& access);

// Appends in one piece where the file system allows it. Returns the size afterwards.
uint64_t append_content(const Access& access, const std::string& path, std::string_view bytes);

void refuse_size(uint64_t bytes, std::string_view path);

}  // namespace weft::files
