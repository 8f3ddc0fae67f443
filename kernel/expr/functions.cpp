// The table of functions.
#include "expr/functions.hpp"

namespace weft::expr {
namespace {

using Lazy = Function::Lazy;
constexpr uint8_t many = Function::arguments_max;

constexpr Function table[] = {
    {"exists", 1, 1, "whether the path can be reached", nullptr, Lazy::exists},
    {"default", 2, 2, "the first, or the second when the first cannot be reached", nullptr,
     Lazy::fallback},
    {"coalesce", 1, many, "the first that can be reached and is not null, else null", nullptr,
     Lazy::coalesce},
    {"type", 1, 1, "null bool int double string list object bytes time or blob", fn::type},
    {"len", 1, 1, "code points of a text, items of a list, entries of an object", fn::len},
    {"lower", 1, 1, "ASCII letters of a text in lower case", fn::lower},
    {"upper", 1, 1, "ASCII letters of a text in upper case", fn::upper},
    {"trim", 1, 1, "a text without ASCII blanks at its ends", fn::trim},
    {"split", 2, 2, "the parts of a text between separators", fn::split},
    {"join", 1, 2, "the items of a list as one text, with a separator", fn::join},
    {"replace", 3, 3, "a text with every occurrence of the second replaced by the third",
     fn::replace},
    {"starts_with", 2, 2, "whether a text begins with another", fn::starts_with},
    {"ends_with", 2, 2, "whether a text ends with another", fn::ends_with},
    {"number", 1, 1, "a number, or the number that a text writes", fn::to_number},
    {"int", 1, 1, "a number cut to an integer, or the integer that a text writes", fn::to_int},
    {"string", 1, 1, "any value as text; lists and objects as JSON", fn::to_string},
    {"bool", 1, 1, "a boolean, or the one that 'true' or 'false' writes", fn::to_bool},
    {"keys", 1, 1, "the keys of an object, in order", fn::keys},
    {"values", 1, 1, "the values of an object, in order", fn::values},
    {"first", 1, 1, "the first item of a list", fn::first},
    {"last", 1, 1, "the last item of a list", fn::last},
    {"sum", 1, 1, "the sum of a list of numbers; 0 for an empty one", fn::sum},
    {"min", 1, many, "the least item of a list, or of several arguments", fn::least},
    {"max", 1, many, "the greatest item of a list, or of several arguments", fn::greatest},
    {"avg", 1, 1, "the mean of a list of numbers, a double", fn::average},
    {"count", 1, 2, "the items of a list, or those equal to the second", fn::count},
    {"any", 1, 1, "whether a list of booleans has a true one", fn::any},
    {"all", 1, 1, "whether a list of booleans has no false one", fn::all},
    {"abs", 1, 1, "a number without its sign", fn::absolute},
    {"round", 1, 2, "the nearest integer, half away from zero; or to 0-15 decimals", fn::round},
    {"floor", 1, 1, "the greatest integer not above a number", fn::floor},
    {"ceil", 1, 1, "the least integer not below a number", fn::ceil},
    {"json", 1, 1, "any value as compact JSON text", fn::json},
    {"jsonpath", 1, 2, "what a query of RFC 9535 selects in the second, else in $input, as a list",
     fn::jsonpath},
    {"now", 0, 0, "the time of the event being decided, as RFC 3339 text", fn::now},
    {"uuid", 0, 0, "a UUID of version 4 from the run's recorded seed", fn::uuid},
};

}  // namespace

std::span<const Function> functions() { return table; }

std::optional<uint16_t> find_function(std::string_view name) {
  static_assert(std::size(table) <= UINT16_MAX);
  for (size_t i = 0; i < std::size(table); ++i) {
    if (table[i].name == name) return static_cast<uint16_t>(i);
  }
  return std::nullopt;
}

}  // namespace weft::expr
