// Copying: the bytes of files and the entries of directories, holes and links included.
#pragma once

#include <string>

#include "access.hpp"

namespace weft::files {

// Refuses files above file_bytes_max. Holes stay holes.
void copy_bytes(const Fd& from, int to, const std::string& path, const Access& access);

// Whether all of a directory may be copied there: grants, sizes, kinds, number. Returns the number
// of entries, the directory itself included.
uint32_t check_copy(const Access& access, const std::string& source, const std::string& target);

// Into a new directory. Sources are opened by their paths, so each is granted.
void copy_tree(const Access& access, const std::string& source, const Fd& into);

}  // namespace weft::files
