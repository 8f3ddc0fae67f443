// Doc: an owned value in one contiguous buffer.
#pragma once

#include <cstdint>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "base/blocks.hpp"

namespace weft::base {

// Movable; the value does not move with it. An empty Doc views null. The buffer is 8-aligned.
class Doc final {
 public:
  Doc() = default;
  explicit Doc(uint64_t bytes);  // uninitialised: fill data(), then validate() it
  ~Doc();
  Doc(Doc&& other) noexcept;
  Doc& operator=(Doc&& other) noexcept;

  bool empty() const { return data_ == nullptr; }
  Value view() const { return data_ != nullptr ? Value(root()) : null_value(); }
  weft_val raw() const { return {root(), bytes_}; }
  uint64_t size_bytes() const { return bytes_; }
  void* data() { return data_; }
  const void* data() const { return data_; }
  std::string_view bytes() const { return {static_cast<const char*>(data_), bytes_}; }

  // Moves the buffer out to a receiver who calls release once.
  weft_doc release();

 private:
  const weft_slot* root() const { return static_cast<const weft_slot*>(data_); }
  void* data_ = nullptr;
  uint64_t bytes_ = 0;
};

// A contiguous copy. Requires: packed_bytes(value) != unpackable, which holds for every value that
// was checked and not wrapped since.
Doc pack(Value value);

// The same for a value that may have grown by links: LIMIT when too deep or too large.
Result<Doc> try_pack(Value value);

}  // namespace weft::base
