// Memory of what an expression says literally.
#include "expr/program.hpp"

#include <cstring>

namespace weft::expr {

weft_slot* Literals::slots(size_t count) {
  return static_cast<weft_slot*>(memory_.allocate(count * sizeof(weft_slot), alignof(weft_slot)));
}

const char* Literals::bytes(std::string_view text) {
  // A text is followed by a zero and begins where a slot may.
  auto* to = static_cast<char*>(memory_.allocate(text.size() + 1, alignof(weft_slot)));
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
  to[text.size()] = '\0';
  return to;
}

Value Literals::text(std::string_view text) {
  weft_slot slot{WEFT_STR, 0, Key(text).hint, static_cast<uint32_t>(text.size()), {0}};
  if (text.size() < sizeof slot.v.text) {
    slot.flags = WEFT_INLINE;
    if (!text.empty()) std::memcpy(slot.v.text, text.data(), text.size());
  } else {
    slot.v.u = reinterpret_cast<uintptr_t>(bytes(text));
  }
  return scalar(slot);
}

Value Literals::scalar(weft_slot slot) {
  weft_slot* to = slots(1);
  place(to, slot);
  return Value(to);
}

}  // namespace weft::expr
