// Trees: what is in a directory and below, always without following links.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "access.hpp"

namespace weft::files {

struct Entry {
  std::string name;
  struct stat about{};
};

// Sorted by the bytes of the names. An entry that vanishes meanwhile is left out.
std::vector<Entry> entries_of(const Fd& directory, std::string_view path);

// A directory in a directory, never through a link.
Fd open_inner(const Fd& directory, const std::string& name, std::string_view path);

// Told of each entry below a directory, a directory before what is in it.
using Visit = std::function<void(const std::string& path, const struct stat& about)>;

// Throws limit.count above entries_max and limit.depth above levels_max. Returns their number.
uint32_t survey(const Access& access, const Fd& directory, const std::string& path, bool deep,
                const Visit& visit);

// Removes an entry and all below it.
void remove_tree(const Fd& directory, const std::string& name, std::string_view path);

}  // namespace weft::files
