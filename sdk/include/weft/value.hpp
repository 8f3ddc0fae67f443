// Value, a borrowed view of one weft value, and Builder, which makes one in an arena.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include <weft/value.h>

namespace weft {

inline std::string_view to_view(weft_str s) { return {s.n != 0 ? s.p : "", s.n}; }
inline weft_str to_str(std::string_view s) { return {s.data(), s.size()}; }

// The name of an entry with its hash and its inline form, computed at compile time for a literal:
// "path"_k.
struct Key {
  const char* p = "";
  uint32_t n = 0;
  uint16_t hint = 0;
  uint64_t word = 0;  // the bytes as they stand in a slot, where they are at most 7

  constexpr Key() = default;
  constexpr Key(const char* text, size_t size) : p(text), n(static_cast<uint32_t>(size)) {
    uint32_t h = 2166136261U;
    for (size_t i = 0; i < size; ++i) {
      h = (h ^ static_cast<uint8_t>(text[i])) * 16777619U;
      if (size < sizeof word) word |= uint64_t{static_cast<uint8_t>(text[i])} << (8 * i);
    }
    hint = static_cast<uint16_t>(h ^ (h >> 16U));
  }
  constexpr Key(std::string_view text) : Key(text.data(), text.size()) {}
  constexpr std::string_view view() const { return {p, n}; }
};
static_assert(std::endian::native == std::endian::little, "values are little-endian");

namespace lit {
consteval Key operator""_k(const char* text, size_t size) { return {text, size}; }
}  // namespace lit

enum class Tag : uint8_t {
  null = WEFT_NULL,
  boolean = WEFT_BOOL,
  i64 = WEFT_I64,
  f64 = WEFT_F64,
  text = WEFT_STR,
  bytes = WEFT_BYTES,
  array = WEFT_ARRAY,
  object = WEFT_OBJECT,
  u64 = WEFT_U64,
  time = WEFT_TIME,
  blob = WEFT_BLOB,
};

// A view of a value; 8 bytes, copied freely. What is missing reads as null, never as an error.
// Invariant: the slot it points at was validated or built, and outlives the view.
class Value final {
 public:
  Value() = default;
  explicit Value(const weft_slot* slot) : slot_(slot) {}
  explicit Value(weft_val val) : slot_(val.root) {}

  Tag tag() const { return slot_ != nullptr ? static_cast<Tag>(slot_->tag) : Tag::null; }
  bool exists() const { return slot_ != nullptr; }
  bool is_null() const { return tag() == Tag::null; }
  bool is_text() const { return tag() == Tag::text; }
  bool is_object() const { return tag() == Tag::object; }
  bool is_array() const { return tag() == Tag::array; }
  bool is_boolean() const { return tag() == Tag::boolean; }
  bool is_integer() const { return tag() == Tag::i64 || tag() == Tag::u64; }
  bool is_number() const { return is_integer() || tag() == Tag::f64; }

  // Entries of an object, items of an array, bytes of a text; 0 for anything else.
  uint32_t size() const {
    return slot_ != nullptr && slot_->tag >= WEFT_STR && slot_->tag <= WEFT_OBJECT ? slot_->len : 0;
  }
  Value operator[](Key key) const { return Value(weft_find(slot_, key.p, key.n, key.hint)); }
  Value operator[](uint32_t index) const { return Value(weft_at(slot_, index)); }
  std::string_view key(uint32_t index) const {
    return to_view(weft_as_str(weft_key_at(slot_, index)));
  }

  std::string_view as_text(std::string_view fallback = {}) const {
    return is_text() ? to_view(weft_as_str(slot_)) : fallback;
  }
  std::string_view as_bytes(std::string_view fallback = {}) const {
    return tag() == Tag::bytes ? to_view(weft_as_str(slot_)) : fallback;
  }
  int64_t as_i64(int64_t fallback = 0) const { return tag() == Tag::i64 ? slot_->v.i : fallback; }
  uint64_t as_u64(uint64_t fallback = 0) const {
    if (tag() == Tag::u64) return slot_->v.u;
    return tag() == Tag::i64 && slot_->v.i >= 0 ? slot_->v.u : fallback;
  }
  double as_f64(double fallback = 0) const {
    switch (tag()) {
      case Tag::f64: return slot_->v.f;
      case Tag::i64: return static_cast<double>(slot_->v.i);
      case Tag::u64: return static_cast<double>(slot_->v.u);
      default: return fallback;
    }
  }
  bool as_bool(bool fallback = false) const { return is_boolean() ? slot_->v.u != 0 : fallback; }

  const weft_slot* slot() const { return slot_; }
  weft_val raw() const { return {slot_, 0}; }

  // Items of an array or values of an object, for a range loop.
  class Iterator final {
   public:
    Iterator(const weft_slot* at, uint32_t step) : at_(at), step_(step) {}
    Value operator*() const { return Value(at_); }
    Iterator& operator++() {
      at_ += step_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return at_ != other.at_; }

   private:
    const weft_slot* at_;
    uint32_t step_;
  };
  Iterator begin() const { return {weft_at(slot_, 0), step()}; }
  Iterator end() const {
    const weft_slot* first = weft_at(slot_, 0);
    return {first != nullptr ? first + size_t{slot_->len} * step() : nullptr, step()};
  }

 private:
  uint32_t step() const { return is_object() && (slot_->flags & WEFT_SHAPED) == 0 ? 2 : 1; }
  const weft_slot* slot_ = nullptr;
};

inline const weft_slot null_slot{WEFT_NULL, 0, 0, 0, {0}};
inline Value null_value() { return Value(&null_slot); }

// A bump allocator over a weft_arena. Grow is asked when the current piece is full; what it returns
// need not adjoin. Allocation failure throws std::bad_alloc in a plugin, which the barrier catches.
class Arena final {
 public:
  using Grow = void* (*)(void* owner, weft_arena* arena, uint64_t n) noexcept;
  Arena(weft_arena* arena, Grow grow, void* owner) : arena_(arena), grow_(grow), owner_(owner) {}

  void* allocate(uint64_t n) {
    n = (n + 7) & ~uint64_t{7};
    if (static_cast<uint64_t>(arena_->end - arena_->cur) >= n) {
      char* p = arena_->cur;
      arena_->cur += n;
      return p;
    }
    return more(n);
  }
  weft_arena* raw() const { return arena_; }

 private:
  void* more(uint64_t n);
  weft_arena* arena_;
  Grow grow_;
  void* owner_;
};

}  // namespace weft

#include <weft/builder.hpp>
