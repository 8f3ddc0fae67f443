// Render: values as text inside other text, made in the arena.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/value.hpp>

#include "expr/machine.hpp"

namespace weft::expr {

// Text that grows at the end of an arena and counts as built by its machine. Only bytes, times and
// blobs need the heap for a moment.
class Render final {
 public:
  explicit Render(Machine& machine) : machine_(machine) {}

  void append(std::string_view text);
  // Strings as they are, times as RFC 3339, bytes as base64; all else as JSON: numbers in shortest
  // exact form, booleans as words.
  void value(Value value);
  // The same text that base::print_json writes on one line.
  void json(Value value) { json_at(value, 0); }
  // The whole as a text; a missing Value when the machine failed on the way.
  Value take();

 private:
  void json_at(Value value, uint32_t depth);
  void quoted(std::string_view text);
  template <class T>
  void number(T number);
  void real(double value);
  void encoded(Value value);  // bytes, times and blobs, in JSON's form
  bool reserve(uint64_t more);

  Machine& machine_;
  char* bytes_ = nullptr;
  uint64_t size_ = 0, capacity_ = 0;
  bool failed_ = false;
};

}  // namespace weft::expr
