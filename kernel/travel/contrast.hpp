// Contrast: where two values first differ.
#pragma once

#include <optional>
#include <string>

#include <weft/travel.hpp>

namespace weft::travel {

struct Contrast {
  std::string pointer;  // JSON Pointer, empty for the whole
  Value first, second;  // of the member there; missing where there is none
};

// Members of objects in the order of the first, then those that only the second has.
std::optional<Contrast> contrast(Value first, Value second);

// Pointer and values of the divergence, copied.
void fill(Divergence& divergence, const Contrast& found);

}  // namespace weft::travel
