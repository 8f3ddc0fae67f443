// What definitions may speak of: tools, forms of patterns, formats. Handed down by whoever knows.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/pattern.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::spec {

// What repeating an operation does; ordered from harmless to delicate.
enum class Effect : uint8_t { pure, read, idempotent, compensable, at_most_once };

struct Operation {
  std::string name;
  Effect effect = Effect::at_most_once;
  std::string compensate;  // the operation that undoes it, for compensable
};

// A tool as its manifest describes it.
struct Tool {
  std::string id;
  std::string version;
  uint32_t component = 0;                // number in the registry
  Value parameters;                      // JSON Schema
  Value permissions;                     // what it may ask for
  Effect effect = Effect::at_most_once;  // where no operation says more
  std::vector<Operation> operations;     // empty when there is only one
};

// A written form of a pattern, such as 'chain' of the pattern dag.
struct Form {
  std::string name;
  std::string pattern;  // id of the component
  std::string version;
  uint32_t component = 0;
  Value schema;
};

// The functions of a loaded pattern.
struct BoundPattern {
  const weft_pattern* table = nullptr;
  void* self = nullptr;
};

// Requires: what is returned lives as long as the catalog.
struct Catalog {
  void* self = nullptr;
  // By name or alias, 'upper' or 'upper@^1.2'; the error lists the nearest names.
  Result<const Tool*> (*tool)(void* self, std::string_view name) = nullptr;
  Result<const Form*> (*form)(void* self, std::string_view name) = nullptr;
  // Loads the plugin of a pattern on first use.
  Result<BoundPattern> (*pattern)(void* self, uint32_t component) = nullptr;
};

}  // namespace weft::spec
