// Memory of what an expression says literally.
#include "expr/program.hpp"

#include <cstring>

namespace weft::expr {

weft_slot* Literals::slots(size_t count) {
  static_assert(sizeof(weft_slot) == 2 * sizeof(uint64_t));
  pieces_.push_back(std::make_unique<uint64_t[]>(2 * count + 1));
  return reinterpret_cast<weft_slot*>(pieces_.back().get());
}

const char* Literals::bytes(std::string_view text) {
  pieces_.push_back(std::make_unique<uint64_t[]>(text.size() / sizeof(uint64_t) + 1));
  auto* to = reinterpret_cast<char*>(pieces_.back().get());
  if (!text.empty()) std::memcpy(to, text.data(), text.size());
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
