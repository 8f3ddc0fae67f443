// What a summary says in words that people query: the readable columns of the table runs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/value.hpp>

namespace weft::sqlite {

struct Columns {
  std::string status, workflow, definition, tags, created, updated, error;
  bool is_ended = false;
};

Columns columns_of(Value summary);
// Whether a run of this status goes on no more.
bool is_ended(std::string_view status);
// Nanoseconds since 1970 as RFC 3339 in UTC.
std::string to_rfc3339(int64_t ns);

// Flat bytes as a value in the arena.
Value placed(std::string_view flat, Arena& arena);

// A flat value kept as bytes, readable in place. Invariant: the bytes were made by flatten().
class Held final {
 public:
  explicit Held(std::string_view bytes);
  Value value() const { return slots_.empty() ? Value() : Value(slots_.data()); }

 private:
  std::vector<weft_slot> slots_;
};

}  // namespace weft::sqlite
