// JSON text (RFC 8259) to values and back, and places in it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::base {

// Integers are exact to 64 bits, larger ones become doubles. Refused with BAD_INPUT and a place:
// duplicate keys, numbers beyond a double, invalid UTF-8, depth above limits::depth, anything after
// the value. The text need not outlive the value.
Result<Value> parse_json(std::string_view text, Arena arena);

struct Print {
  uint32_t indent = 0;  // 0 writes one line without blanks
};

// Appends. Doubles in the shortest form that reads back equal, bytes as base64, times as RFC 3339,
// blobs as {"$blob": sha256, "size": n}. BAD_INPUT for NaN and infinity and for opaque values;
// LIMIT below limits::depth; out then keeps what it had.
Result<void> print_json(Value value, std::string& out, Print print = {});

// For logs and messages: what cannot be printed reads null.
std::string json_text(Value value, Print print = {});

// A stretch of a text. Lines and columns count from 1, columns and length in code points.
struct Place {
  bool found = false;  // otherwise the place of the nearest container that is there
  uint32_t line = 1, column = 1;
  uint32_t length = 0;  // of a key, text or scalar as written; 1 for a container
  uint64_t offset = 0;  // in bytes
};

// Where a JSON Pointer leads. With a '~' at its end it means the key instead of the value.
Place locate_json(std::string_view text, std::string_view pointer);

// Line and column of a byte; found is true.
Place place_at(std::string_view text, uint64_t offset);

}  // namespace weft::base
