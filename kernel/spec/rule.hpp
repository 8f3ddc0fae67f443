// Rule: one compiled schema object, and what is done with a value by it.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <weft/value.hpp>

#include "expr/match.hpp"
#include "spec/schema.hpp"

namespace weft::spec {

// Types of JSON Schema as bits.
inline constexpr uint8_t type_null = 1, type_boolean = 2, type_integer = 4, type_number = 8;
inline constexpr uint8_t type_string = 16, type_array = 32, type_object = 64, type_any = 127;

// A name of a property or an alias of one.
struct Name {
  Key key;
  uint32_t property = 0;
  bool is_alias = false;
};

struct Bounds {
  Value minimum, maximum, above, below, multiple;
  uint64_t length_min = 0, length_max = UINT64_MAX;
  uint64_t items_min = 0, items_max = UINT64_MAX;
  uint64_t entries_min = 0, entries_max = UINT64_MAX;
};

struct Rule {
  struct Property {
    Key key;
    const Rule* rule = nullptr;
    Value fallback;  // the default, or missing
  };

  uint8_t types = type_any;
  Mark mark = Mark::none;
  bool refuses = false;    // the schema false
  bool is_plain = true;    // says nothing but types, properties and items
  bool is_closed = false;  // no properties but these
  bool is_unique = false;
  bool is_binary = false;                // bytes and blobs are strings to it
  bool folds = false;                    // enumerations are compared by base::fold_name
  bool fills = false;                    // it or a rule below has aliases, defaults or folds
  bool marks = false;                    // it or a rule below is marked
  bool restricts_templates = false;      // it or a rule below says 'template'
  bool implicit_input = false;           // steps take the result of the one before as their input
  uint64_t required = 0, fallbacks = 0;  // bit sets over properties
  std::vector<Property> properties;
  std::vector<Name> names;
  const Rule* additional = nullptr;  // null allows anything unless closed
  const Rule* items = nullptr;
  std::vector<const Rule*> prefix, any_of, one_of, all_of;
  const Rule* none_of = nullptr;
  Value choices, constant;
  std::optional<Bounds> bounds;
  std::optional<expr::Regexp> pattern;
  Value bindings;  // of a form: names that its steps may speak of
  Value named_in;  // of a condition: the field of the form that gives conditions names

  const Name* find(const weft_slot* key) const {
    for (const Name& name : names) {
      if (name.key.hint == key->hint && name.key.n == key->len &&
          std::memcmp(name.key.p, weft_payload(key), key->len) == 0) {
        return &name;
      }
    }
    return nullptr;
  }
};

inline constexpr uint32_t properties_max = 64;

struct Schema::Rules {
  std::deque<Rule> all;  // never moved: rules point at each other
};

// The types that a value has, as bits.
uint8_t types_of(Value value);
std::string types_text(uint8_t types);
std::string value_text(Value value);  // short: of large ones the type
bool is_multiple(Value value, Value of);

// How a value stands to a rule.
struct Verdict {
  bool ok = true;
  bool is_complete = true;  // false when complete might change it
};
Verdict judge(const Rule& rule, Value value, Texts texts);

// The rule itself, or the alternative of it that the value fits.
const Rule& chosen(const Rule& rule, Value value);
// Whether the words of an object are among those that the rule knows for them: what kind it is.
bool words_fit(const Rule& rule, Value value);
// Of a list or map of steps: what the form says of each of them beyond the fields of all steps.
const Rule* step_rule(const Rule& steps);
// The choice that a text means, or missing.
Value choice_of(const Rule& rule, std::string_view text);

}  // namespace weft::spec
