// flatten(): one contiguous copy of a value, for what leaves the process: a store, a pipe.
#pragma once

#include <cstring>
#include <string>
#include <utility>
#include <vector>

#include <weft/value.hpp>

namespace weft {

// Appends a value to a buffer, its root slot first, links followed. Every offset of the copy stays
// inside it, so it may be moved as a whole to any 8-aligned address.
// Requires: the value was validated or built; its depth is at most WEFT_DEPTH_MAX.
class Flattener final {
 public:
  explicit Flattener(std::string& out) : out_(out) {}

  void add(const weft_slot* root) {
    const size_t at = room(sizeof(weft_slot));
    copy(at, root != nullptr ? *root : null_slot, root);
  }

 private:
  size_t room(size_t n) {
    const size_t at = out_.size();
    out_.resize(at + ((n + 7) & ~size_t{7}), '\0');
    return at;
  }
  void put(size_t at, const weft_slot& slot) { std::memcpy(&out_[at], &slot, sizeof slot); }
  void point(size_t at, weft_slot slot, size_t payload) {
    slot.v.rel = static_cast<int64_t>(payload - at);
    put(at, slot);
  }
  // `from` is where the slot stands, for its payload is found from there.
  void copy(size_t at, const weft_slot& slot, const weft_slot* from) {
    if (slot.tag == WEFT_ARRAY) return copy_array(at, slot, from);
    if (slot.tag == WEFT_OBJECT) return copy_object(at, slot, from);
    const bool is_text = slot.tag == WEFT_STR || slot.tag == WEFT_BYTES;
    if ((!is_text && slot.tag != WEFT_BLOB) || (slot.flags & WEFT_INLINE) != 0) {
      return put(at, slot);
    }
    const size_t size = is_text ? slot.len : 40;
    const size_t payload = room(is_text ? size + 1 : size);
    std::memcpy(&out_[payload], weft_payload(from), size);
    point(at, slot, payload);
  }
  void copy_array(size_t at, const weft_slot& slot, const weft_slot* from) {
    const size_t payload = room(size_t{slot.len} * sizeof(weft_slot));
    for (uint32_t i = 0; i < slot.len; ++i) copy_nth(payload + i * sizeof slot, weft_at(from, i));
    point(at, slot, payload);
  }
  void copy_nth(size_t at, const weft_slot* from) { copy(at, *from, from); }

  void copy_object(size_t at, const weft_slot& slot, const weft_slot* from) {
    if ((slot.flags & WEFT_SHAPED) != 0) return copy_shaped(at, slot, from);
    const size_t pairs = size_t{slot.len} * 2 * sizeof slot;
    const size_t payload = room(pairs + index_bytes(slot));
    for (uint32_t i = 0; i < slot.len; ++i) {
      copy_nth(payload + size_t{i} * 2 * sizeof slot, weft_key_at(from, i));
      copy_nth(payload + (size_t{i} * 2 + 1) * sizeof slot, weft_at(from, i));
    }
    copy_index(payload + pairs, slot, weft_key_at(from, 0), 2);
    point(at, slot, payload);
  }
  // Objects that share their keys still do in the copy.
  void copy_shaped(size_t at, const weft_slot& slot, const weft_slot* from) {
    const size_t payload = room((size_t{slot.len} + 1) * sizeof slot);
    const auto* head = static_cast<const weft_slot*>(weft_payload(from));
    point(payload, *head, keys_of(slot, weft_key_at(from, 0)));
    for (uint32_t i = 0; i < slot.len; ++i) {
      copy_nth(payload + (size_t{i} + 1) * sizeof slot, weft_at(from, i));
    }
    point(at, slot, payload);
  }
  size_t keys_of(const weft_slot& slot, const weft_slot* keys) {
    for (const auto& [known, place] : shapes_) {
      if (known == keys) return place;
    }
    const size_t bytes = size_t{slot.len} * sizeof slot;
    const size_t place = room(bytes + index_bytes(slot));
    for (uint32_t i = 0; i < slot.len; ++i) copy_nth(place + i * sizeof slot, keys + i);
    copy_index(place + bytes, slot, keys, 1);
    shapes_.emplace_back(keys, place);
    return place;
  }
  static size_t index_bytes(const weft_slot& slot) {
    return (slot.flags & WEFT_INDEXED) != 0 ? size_t{slot.len} * sizeof(uint32_t) : 0;
  }
  void copy_index(size_t at, const weft_slot& slot, const weft_slot* keys, size_t step) {
    if (index_bytes(slot) != 0) {
      std::memcpy(&out_[at], keys + size_t{slot.len} * step, index_bytes(slot));
    }
  }

  std::string& out_;
  std::vector<std::pair<const weft_slot*, size_t>> shapes_;
};

// Appends the bytes of a value. Requires: out.size() is a multiple of 8.
inline void flatten(weft_val val, std::string& out) {
  if (val.root != nullptr && val.bytes != 0) {
    out.append(reinterpret_cast<const char*>(val.root), val.bytes);
    out.resize((out.size() + 7) & ~size_t{7}, '\0');
    return;
  }
  Flattener(out).add(val.root);
}

}  // namespace weft
