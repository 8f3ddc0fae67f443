// shown(): a value as JSON text for people, cut where it would grow too long.
#pragma once

#include <string>
#include <vector>

#include <weft/value.hpp>

namespace weft::sqlite {

// A text of more bytes is cut at a character and ends in "…"; a list or object that begins behind
// so many bytes of JSON, or goes on there, loses its rest, and says under "…" how many entries.
inline constexpr size_t shown_text_bytes_max = 1000;
inline constexpr size_t shown_bytes_max = 4000;

struct Blob {
  std::string sha256;
  uint64_t bytes = 0;
};

// Appends what json functions can read, also when it was cut. Blobs that are met are added.
void append_shown(std::string& out, Value value, std::vector<Blob>& blobs);

}  // namespace weft::sqlite
