// Sizes and places inside the binary form of a value, for the rooms that walk slots.
#pragma once

#include <cstdint>

#include <weft/value.h>

namespace weft::base {

constexpr uint64_t padded(uint64_t n) { return (n + 7) & ~uint64_t{7}; }

inline constexpr uint64_t slot_bytes = sizeof(weft_slot);
inline constexpr uint64_t blob_bytes = 40;  // digest and size

inline bool is_inline(const weft_slot& s) { return (s.flags & WEFT_INLINE) != 0; }
inline bool is_shaped(const weft_slot& s) { return (s.flags & WEFT_SHAPED) != 0; }

// The keys of an object, and how many slots lie from one to the next.
inline const weft_slot* keys_of(const weft_slot& object) { return weft_key_at(&object, 0); }
inline uint32_t key_step(const weft_slot& object) { return is_shaped(object) ? 1 : 2; }

// The shared keys of a record; null for any other value.
inline const weft_slot* shape_of(const weft_slot& s) {
  return s.tag == WEFT_OBJECT && is_shaped(s) && s.len != 0 ? keys_of(s) : nullptr;
}

// Whether a record has the very keys of the record before it; null means there was none.
inline bool shares_keys(const weft_slot* before, const weft_slot& s) {
  return before != nullptr && before->len == s.len && shape_of(*before) == shape_of(s);
}

inline uint64_t index_bytes(const weft_slot& object) {
  return (object.flags & WEFT_INDEXED) != 0 ? padded(uint64_t{object.len} * 4) : 0;
}

// Of the payload proper: without the shared keys of a shaped object.
inline uint64_t object_bytes(const weft_slot& s) {
  if (is_shaped(s)) return (uint64_t{s.len} + 1) * slot_bytes;
  return uint64_t{s.len} * 2 * slot_bytes + index_bytes(s);
}

inline uint64_t shape_bytes(const weft_slot& s) {
  return uint64_t{s.len} * slot_bytes + index_bytes(s);
}

}  // namespace weft::base
