#include "travel/relax.hpp"

#include <algorithm>
#include <array>

#include "base/blocks.hpp"

namespace weft::travel {

using namespace weft::lit;

namespace {

// Where blocks stand; all else may look like one and be an argument.
bool holds_blocks(std::string_view key) {
  constexpr std::array<std::string_view, 8> keys{"steps", "branches", "conditions", "then",
                                                 "elif",  "else",     "body",       "stages"};
  return std::find(keys.begin(), keys.end(), key) != keys.end();
}

void write(Builder& b, Value value, bool is_outermost);

void write_options(Builder& b, Value given) {
  b.key("options"_k);
  b.begin_object();
  for (uint32_t i = 0; i < given.size(); ++i) {
    const std::string_view key = given.key(i);
    if (!key.starts_with("parallel_")) b.set(Key(key), given[i]);
  }
  b.set("parallel_where_possible"_k, true);
  b.set("parallel_threshold"_k, 0.0);
  b.end_object();
}

void write_object(Builder& b, Value object, bool is_outermost) {
  const std::string_view type = object["type"_k].as_text();
  const bool is_block = type == "sequential" || type == "chain" || (type.empty() && is_outermost);
  b.begin_object();
  for (uint32_t i = 0; i < object.size(); ++i) {
    const std::string_view key = object.key(i);
    if (is_block && (key == "type" || key == "options")) continue;
    if (!holds_blocks(key)) {
      b.set(Key(key), object[i]);
      continue;
    }
    b.key(Key(key));
    write(b, object[i], false);
  }
  if (is_block) {
    b.set("type"_k, std::string_view("chain"));
    write_options(b, object["options"_k]);
  }
  b.end_object();
}

void write(Builder& b, Value value, bool is_outermost) {
  if (value.is_object()) return write_object(b, value, is_outermost);
  if (!value.is_array()) return b.add(value);
  b.begin_array();
  for (const Value one : value) write(b, one, false);
  b.end_array();
}

}  // namespace

base::Doc relaxed(Value definition) {
  base::Blocks blocks;
  Builder b(blocks.arena());
  write(b, definition, true);
  return base::pack(b.take_value());
}

}  // namespace weft::travel
