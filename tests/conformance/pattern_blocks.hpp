// Random blocks of the forms that the box has, as the kernel hands them to a pattern.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include <weft/sdk.hpp>

#include "subject.hpp"

namespace weft::test {

using Random = std::mt19937;
inline uint32_t below(Random& random, uint32_t n) { return static_cast<uint32_t>(random() % n); }

// How the edges of a random block lie: to steps before, anywhere, or not at all.
enum class Edges : uint8_t { none, backward, anywhere };

// What a form has, seen from the words of its schema.
struct Shape {
  std::string form;
  std::string place;  // of its list of steps; empty when it has none
  Value fields;       // of its schema
  bool has_transitions = false, has_graph = false, has_sides = false;
};
Shape shape_of(Value form);

struct Block {
  Value value;
  uint32_t nodes = 0;
  std::vector<bool> is_step;  // by node; else a condition or a record, which ends at once
};

Block random_block(const Shape& shape, uint32_t steps, Edges edges, Random& random, Memory& memory);

}  // namespace weft::test
