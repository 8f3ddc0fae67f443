// Fields: the names that definitions and steps may use, with their accepted spellings.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

namespace weft::spec {

enum class Field : uint8_t {
  id,
  name,
  tool,
  type,
  parameters,
  input,
  depends_on,
  condition,
  when_enabled,
  detached,
  timeout,
  retry,
  on_error,
  run_if,
  reads,
  writes,
  output,
  described,
  version,
  author,
  tags,
  required_tools,
  input_schema,
  limits,
  on_failure,
  merge,
  durability,
  policy,
  variables,
  redact,
  resources,
  budget,
  alternative,
  compensate,
  pivot,
  cache,
  mutex,
  semaphore,
  priority,
  wait,
  approval,
  set,
  state,
  fail,
  end,
  command,  // a step: which; a definition: the rows that it adds to the table of them
  detect,
  workflow,   // a step: the definition that it calls
  workflows,  // a definition: others that its steps may call
  mark,       // a definition: true or false, which is told and changes nothing of a run
  later,      // known, and not available in this version
};

struct FieldName {
  Key key;
  Field field;
  std::string_view canonical;
};

// The field of a key slot, or null.
const FieldName* find_field(std::span<const FieldName> fields, const weft_slot* key);
std::span<const FieldName> step_fields();
std::span<const FieldName> header_fields();
void append_names(std::span<const FieldName> fields, std::vector<std::string_view>& names);

// Words of the definition language.
bool is_reserved(std::string_view name);  // names that paths begin with

}  // namespace weft::spec
