// Manifest: what a plugin says of itself, read from its file without loading it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "plugin/range.hpp"

namespace weft::plugin {

struct Offer {
  std::string id, kind, description;
  std::vector<std::string> aliases;
  Value object;  // as written
};

struct Manifest {
  std::string id, kind, description;
  std::string version_text;
  Version version;
  uint32_t min_host = 0;
  std::vector<Offer> components;
  std::array<uint8_t, 4> check{};  // as in the file; what is loaded later must have the same
  uint32_t bytes = 0;
};

// The JSON of a manifest, still unread. Reads the headers and the section '.weft' of the file and
// nothing else; only a file without sections is searched. The errors tell files that are no ELF
// files, cut off, for another machine, or no plugins.
struct ManifestText {
  std::string json;
  std::array<uint8_t, 4> check{};
};
Result<ManifestText> read_manifest_text(const std::string& path);

// What the JSON says. The values lie in the arena. Everything that a list, a lookup or the loader
// relies on is checked; the schemas are not.
Result<Manifest> parse_manifest(const ManifestText& text, Arena arena);

}  // namespace weft::plugin
