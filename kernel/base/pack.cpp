#include "base/pack.hpp"

#include "base/layout.hpp"
#include "base/limits.hpp"
#include "base/writer.hpp"

namespace weft::base {
namespace {

// Adds up what Writer will take. Invariant: bytes_ stays small enough that nothing overflows.
class Measure final {
 public:
  bool slot(const weft_slot& s, uint32_t room) {
    switch (s.tag) {
      case WEFT_STR:
      case WEFT_BYTES: return text(s);
      case WEFT_BLOB: return add(blob_bytes);
      case WEFT_ARRAY: return room != 0 && items(s, room - 1);
      case WEFT_OBJECT: return room != 0 && object(s, room - 1, nullptr);
      default: return true;
    }
  }
  bool add(uint64_t n) {
    bytes_ += n;
    return bytes_ <= limits::value_bytes;
  }
  uint64_t bytes() const { return bytes_; }

 private:
  bool text(const weft_slot& s) { return is_inline(s) || add(padded(uint64_t{s.len} + 1)); }

  bool items(const weft_slot& array, uint32_t room) {
    if (array.len == 0) return true;
    if (!add(array.len * slot_bytes)) return false;
    const auto* p = static_cast<const weft_slot*>(weft_payload(&array));
    const weft_slot* before = nullptr;
    for (uint32_t i = 0; i < array.len; ++i) {
      const bool record = shape_of(p[i]) != nullptr;
      if (record ? room == 0 || !object(p[i], room - 1, before) : !slot(p[i], room)) return false;
      before = record ? p + i : nullptr;
    }
    return true;
  }

  // Keys are counted unless the record before has the same ones.
  bool object(const weft_slot& s, uint32_t room, const weft_slot* before) {
    if (s.len == 0) return true;
    if (!add(object_bytes(s))) return false;
    const bool own_keys = !shares_keys(before, s);
    if (own_keys && is_shaped(s) && !add(shape_bytes(s))) return false;
    const weft_slot* keys = keys_of(s);
    const weft_slot* values = weft_at(&s, 0);
    const uint32_t step = key_step(s);
    for (uint64_t i = 0; i < uint64_t{s.len} * step; i += step) {
      if (own_keys && !text(keys[i])) return false;
      if (!slot(values[i], room)) return false;
    }
    return true;
  }

  uint64_t bytes_ = slot_bytes;
};

}  // namespace

uint64_t packed_bytes(Value value) {
  if (!value.exists()) return slot_bytes;
  Measure measure;
  return measure.slot(*value.slot(), limits::depth) ? measure.bytes() : unpackable;
}

void pack_into(Value value, void* out) {
  const Known nothing{};
  Writer(out, nothing).root(value.exists() ? *value.slot() : null_slot);
}

}  // namespace weft::base
