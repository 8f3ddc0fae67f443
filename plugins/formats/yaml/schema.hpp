// The core schema of YAML 1.2: what an unquoted text means.
#pragma once

#include <cstdint>
#include <string_view>

#include "tree.hpp"

namespace weft::yaml {

enum class Meaning : uint8_t { text, null, boolean, integer, natural, number, refused };

// i, u or f holds the number; refused says in why what a value cannot hold.
struct Meant {
  Meaning meaning = Meaning::text;
  bool truth = false;
  int64_t i = 0;
  uint64_t u = 0;
  double f = 0;
  const char* why = nullptr;
};

// Integers are exact to 64 bits, larger decimal ones are doubles, as in JSON.
Meant meaning_of(std::string_view plain);

}  // namespace weft::yaml
