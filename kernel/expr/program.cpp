// Memory of programs and layouts.
#include "expr/program.hpp"

#include <cstring>
#include <utility>

namespace weft::expr {

void* Literals::allocate(size_t bytes) {
  bytes = (bytes + 7) & ~size_t{7};
  if (static_cast<size_t>(end_ - at_) < bytes) widen(bytes);
  void* piece = at_;
  at_ += bytes;
  return piece;
}

void Literals::widen(size_t bytes) {
  const size_t size = std::max(bytes, piece_bytes_);
  pieces_.push_front(std::make_unique_for_overwrite<std::byte[]>(size));
  at_ = pieces_.front().get();
  end_ = at_ + size;
  piece_bytes_ *= 2;
}

const Regexp* Literals::regexp(Regexp made) {
  regexps_.push_front(std::move(made));
  return &regexps_.front();
}

weft_slot* Literals::slots(size_t count) {
  return static_cast<weft_slot*>(allocate(count * sizeof(weft_slot)));
}

const char* Literals::bytes(std::string_view text) {
  auto* to = static_cast<char*>(allocate(text.size() + 1));
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
