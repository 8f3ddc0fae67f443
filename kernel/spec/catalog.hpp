// What definitions may speak of: tools, forms of patterns, formats. Handed down by whoever knows.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <weft/draft/pattern.h>
#include <weft/result.hpp>
#include <weft/value.hpp>

#include "spec/problem.hpp"

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

// A definition that a step calls and that was found outside of its own.
struct Found {
  Value definition;
  std::shared_ptr<const void> memory;  // of all this; held by the plan that it becomes part of
  std::string file;
  Locator locator;
};

// Requires: what is returned lives as long as the catalog.
struct Catalog {
  void* self = nullptr;
  // By name or alias, 'upper' or 'upper@^1.2'; the error lists the nearest names.
  Result<const Tool*> (*tool)(void* self, std::string_view name) = nullptr;
  Result<const Form*> (*form)(void* self, std::string_view name) = nullptr;
  // Loads the plugin of a pattern on first use.
  Result<BoundPattern> (*pattern)(void* self, uint32_t component) = nullptr;
  // What a step calls and its definition does not hold; null where there is nothing else. The hint
  // of the error says where it was looked for.
  Result<Found> (*workflow)(void* finder, std::string_view name) = nullptr;
  void* finder = nullptr;
};

}  // namespace weft::spec
