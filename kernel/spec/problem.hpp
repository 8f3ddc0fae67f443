// What is wrong with a definition, found anywhere in it, and how it gets its place in the text.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::spec {

// Line and column from 1; 0 means unknown.
struct Place {
  uint32_t line = 0, column = 0;
};

// Where a JSON Pointer stands in the text a definition came from. A null function knows no places.
struct Locator {
  const void* self = nullptr;
  Place (*at)(const void* self, std::string_view pointer) = nullptr;
};

// One thing that is wrong. at is a value of the definition; what the pointer says goes on from
// there. So nobody keeps paths while all is well.
struct Problem {
  Value at;
  std::string pointer;  // below at; of a schema check alone, the whole pointer
  std::string code, message, hint;
};

struct Origin {
  Value root;
  std::string_view file;
  Locator locator;
};

// The problems as errors, with pointer, line and column, sorted by place; at most limits::problems.
std::vector<Error> placed(std::span<const Problem> problems, const Origin& origin);

// The pointer of a value inside root, empty for root itself or when it does not stand there.
std::string pointer_of(Value root, Value at);

}  // namespace weft::spec
