// Listing: what is in a directory, and what is known of one path.
#pragma once

#include <string>

#include "access.hpp"

namespace weft::files {

// {entries: [{name, path, type, size, modified}], count}
Value list(const Access& access, const std::string& path, bool recursive, Builder& b);

// {type, size, readonly, created?, modified, accessed}
Value metadata(const Access& access, const std::string& path, Builder& b);

}  // namespace weft::files
