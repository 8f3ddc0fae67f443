// The difference of two texts, in the unified form of diff.
#pragma once

#include <string>
#include <string_view>

namespace weft::cli {

struct Side {
  std::string_view name, text;
};

// Empty when the texts are equal. Of very long texts what differs is shown as one piece.
std::string unified(const Side& before, const Side& after);

}  // namespace weft::cli
