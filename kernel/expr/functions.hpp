// The functions of expressions: one table, which the parser, the machine, tests and LANGUAGE.md
// share.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include <weft/value.hpp>

namespace weft::expr {

class Machine;

using Arguments = std::span<const Value>;

struct Function {
  // Arguments of a lazy function are evaluated by the machine, which catches their path errors.
  enum class Lazy : uint8_t { no, exists, fallback, coalesce };

  static constexpr uint8_t arguments_max = 16;

  std::string_view name;
  uint8_t min = 0, max = 0;  // arguments
  std::string_view summary;
  // A missing Value after machine.fail(…). Null for a lazy function.
  Value (*call)(Machine& machine, Arguments arguments) = nullptr;
  Lazy lazy = Lazy::no;
};

std::span<const Function> functions();
std::optional<uint16_t> find_function(std::string_view name);

// By what they work on.
namespace fn {
Value type(Machine&, Arguments);
Value len(Machine&, Arguments);
Value lower(Machine&, Arguments);
Value upper(Machine&, Arguments);
Value trim(Machine&, Arguments);
Value split(Machine&, Arguments);
Value join(Machine&, Arguments);
Value replace(Machine&, Arguments);
Value starts_with(Machine&, Arguments);
Value ends_with(Machine&, Arguments);
Value to_number(Machine&, Arguments);
Value to_int(Machine&, Arguments);
Value to_string(Machine&, Arguments);
Value to_bool(Machine&, Arguments);
Value keys(Machine&, Arguments);
Value values(Machine&, Arguments);
Value first(Machine&, Arguments);
Value last(Machine&, Arguments);
Value sum(Machine&, Arguments);
Value least(Machine&, Arguments);
Value greatest(Machine&, Arguments);
Value average(Machine&, Arguments);
Value count(Machine&, Arguments);
Value any(Machine&, Arguments);
Value all(Machine&, Arguments);
Value absolute(Machine&, Arguments);
Value round(Machine&, Arguments);
Value floor(Machine&, Arguments);
Value ceil(Machine&, Arguments);
Value json(Machine&, Arguments);
Value jsonpath(Machine&, Arguments);
Value now(Machine&, Arguments);
Value uuid(Machine&, Arguments);
}  // namespace fn

}  // namespace weft::expr
