// The slot of a value as two words, and how it is moved.
#pragma once

#include <cstdint>
#include <cstring>

#include <weft/value.h>

namespace weft {

// The builder moves words, never fields: a slot that was written by its fields
// and is read as a whole stalls the processor until the writes are done.
constexpr uint64_t slot_head(uint32_t tag, uint32_t flags, uint32_t hint, uint32_t len) {
  return tag | (flags << 8U) | (hint << 16U) | (uint64_t{len} << 32U);
}
inline uint64_t head_of(const weft_slot& slot) {
  uint64_t head;
  std::memcpy(&head, &slot, sizeof head);
  return head;
}
inline void write_slot(weft_slot* to, uint64_t head, uint64_t word) {
  std::memcpy(static_cast<void*>(to), &head, sizeof head);
  to->v.u = word;
}

// Whether the payload of a slot lies elsewhere: a text, bytes, array, object or blob, not inline.
constexpr bool is_outside(uint64_t head) {
  constexpr uint64_t tags = (1U << WEFT_STR) | (1U << WEFT_BYTES) | (1U << WEFT_ARRAY) |
                            (1U << WEFT_OBJECT) | (1U << WEFT_BLOB);
  return ((tags >> (head & 63U)) & 1U & ~(head >> 8U)) != 0;
}
static_assert(WEFT_INLINE == 1, "is_outside takes the lowest flag for it");

// Writes a slot whose payload address stands in v.u to its place, as an offset.
inline void place(weft_slot* to, const weft_slot& from) {
  const uint64_t head = head_of(from);
  write_slot(to, head, from.v.u - (is_outside(head) ? reinterpret_cast<uintptr_t>(to) : 0));
}

// The same slot with the address of its payload in v.u: the form that can be moved.
inline weft_slot lifted(const weft_slot& slot) {
  const uint64_t head = head_of(slot);
  weft_slot s;
  write_slot(&s, head, slot.v.u + (is_outside(head) ? reinterpret_cast<uintptr_t>(&slot) : 0));
  return s;
}

}  // namespace weft
