// Transfers: copies, moves, removals and the trash, where nothing half done is ever seen.
#pragma once

#include <string>

#include "access.hpp"

namespace weft::files {

struct Transfer {
  std::string source, target;
  bool recursive = false;
  bool trash = false;  // what stands at the target is kept there
};

// What was done. trash is the path where a thing was kept, or empty.
struct Outcome {
  uint32_t count = 0;
  std::string trash;
};

// Replaces a file; permissions are kept, links in a directory are copied as links.
Outcome copy(const Access& access, const Transfer& transfer);
// Undone by the move back. Across file systems it copies, then removes.
Outcome move(const Access& access, const Transfer& transfer);
Outcome remove(const Access& access, const std::string& path, bool recursive);
// Moves into the directory .weft-trash beside.
Outcome move_to_trash(const Access& access, const std::string& path);

}  // namespace weft::files
