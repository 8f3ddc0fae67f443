// Links: the slots of a payload whose content lies in another payload.
#pragma once

#include <cstdint>
#include <type_traits>

#include <weft/value.h>

namespace weft::event {

inline bool has_content_elsewhere(const weft_slot& s) {
  const bool outside = (s.tag >= WEFT_STR && s.tag <= WEFT_OBJECT) || s.tag == WEFT_BLOB;
  return outside && (s.flags & WEFT_INLINE) == 0 && (s.len != 0 || s.tag == WEFT_BLOB);
}

// Visits the slots of a valid contiguous value. outside is told of each whose content is not within
// it, inside of each whose content is. Keys are always within and are not visited.
template <class Slot, class Outside, class Inside>
struct Walk {
  const char* begin;
  const char* end;
  Outside outside;
  Inside inside;

  void slot(Slot* s) {
    if (!has_content_elsewhere(*s)) return;
    if ((s->flags & WEFT_LINKED) != 0) return outside(s);
    const auto* content = static_cast<const char*>(weft_payload(s));
    if (content < begin || content >= end) return outside(s);
    inside(s);
    if (s->tag != WEFT_ARRAY && s->tag != WEFT_OBJECT) return;
    using Byte = std::conditional_t<std::is_const_v<Slot>, const char, char>;
    auto* own = reinterpret_cast<Byte*>(s);
    auto* first = reinterpret_cast<Slot*>(own + (content - own));
    const bool shaped = (s->flags & WEFT_SHAPED) != 0;
    const uint32_t step = s->tag == WEFT_OBJECT && !shaped ? 2 : 1;
    if (s->tag == WEFT_OBJECT) ++first;
    for (uint32_t i = 0; i < s->len; ++i) slot(first + uint64_t{i} * step);
  }
};

template <class Slot, class Outside, class Inside>
void walk(Slot* root, uint64_t bytes, Outside outside, Inside inside) {
  const auto* begin = reinterpret_cast<const char*>(root);
  Walk<Slot, Outside, Inside>{begin, begin + bytes, outside, inside}.slot(root);
}

template <class Slot, class Outside>
void for_each_outside(Slot* root, uint64_t bytes, Outside outside) {
  walk(root, bytes, outside, [](Slot*) {});
}

// Every slot of the value but those of keys, and nothing of what lies elsewhere.
template <class Each>
void for_each_slot(const weft_slot* root, uint64_t bytes, Each each) {
  each(root);
  const auto items = [&](const weft_slot* s) {
    for (uint32_t i = 0; i < s->len && s->tag != WEFT_STR && s->tag != WEFT_BYTES; ++i) {
      if (const weft_slot* item = weft_at(s, i)) each(item);
    }
  };
  walk(root, bytes, [](const weft_slot*) {}, items);
}

}  // namespace weft::event
