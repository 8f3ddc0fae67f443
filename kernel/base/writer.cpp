#include "base/writer.hpp"

#include <cstring>

#include "base/layout.hpp"

namespace weft::base {
namespace {

void aim(weft_slot* slot, const void* payload) {
  slot->v.rel = static_cast<const char*>(payload) - reinterpret_cast<const char*>(slot);
}

uint64_t payload_bytes(const weft_slot& s) {
  switch (s.tag) {
    case WEFT_STR:
    case WEFT_BYTES: return uint64_t{s.len} + 1;
    case WEFT_ARRAY: return s.len * slot_bytes;
    case WEFT_OBJECT: return s.len != 0 ? object_bytes(s) : 0;
    case WEFT_BLOB: return blob_bytes;
    default: return 0;
  }
}

}  // namespace

bool links_to(const Known& known, const weft_slot& slot) {
  const uint64_t bytes = is_inline(slot) ? 0 : payload_bytes(slot);
  if (bytes == 0 || known.holds == nullptr) return false;
  const auto* first = static_cast<const char*>(weft_payload(&slot));
  // A part of a text may begin anywhere; records name places by the eighth.
  if (reinterpret_cast<uintptr_t>(first) % 8 != 0) return false;
  if (known.holds(known.self, &slot)) return true;
  return known.holds(known.self, first) && known.holds(known.self, first + bytes - 1);
}

char* Writer::take(uint64_t n) {
  char* p = at_;
  at_ += n;
  return p;
}

void Writer::root(const weft_slot& from) {
  slot(reinterpret_cast<weft_slot*>(take(slot_bytes)), from);
}

void Writer::slot(weft_slot* to, const weft_slot& from) {
  if (known_ != nullptr && links_to(*known_, from)) {
    place(to, lifted(from));
    return;
  }
  switch (from.tag) {
    case WEFT_STR:
    case WEFT_BYTES: return text(to, from);
    case WEFT_OBJECT: return object(to, from);
    case WEFT_ARRAY: {
      *to = from;
      auto* first = reinterpret_cast<weft_slot*>(take(from.len * slot_bytes));
      if (from.len == 0) {
        to->v.rel = 0;
        return;
      }
      aim(to, first);
      return items(first, static_cast<const weft_slot*>(weft_payload(&from)), from.len);
    }
    case WEFT_BLOB: {
      *to = from;
      char* p = take(blob_bytes);
      std::memcpy(p, weft_payload(&from), blob_bytes);
      return aim(to, p);
    }
    default: *to = from;
  }
}

void Writer::text(weft_slot* to, const weft_slot& from) {
  *to = from;
  if (is_inline(from)) return;
  const uint64_t bytes = padded(uint64_t{from.len} + 1);
  char* p = take(bytes);
  std::memset(p + bytes - 8, 0, 8);
  std::memcpy(p, weft_payload(&from), from.len);
  aim(to, p);
}

void Writer::object(weft_slot* to, const weft_slot& from) {
  if (is_shaped(from)) return records(to, &from, 1);
  *to = from;
  if (from.len == 0) {
    to->v.rel = 0;
    return;
  }
  const uint64_t pairs = uint64_t{from.len} * 2;
  const auto* source = static_cast<const weft_slot*>(weft_payload(&from));
  auto* first = reinterpret_cast<weft_slot*>(take(object_bytes(from)));
  aim(to, first);
  if (const uint64_t index = index_bytes(from); index != 0) {
    auto* p = reinterpret_cast<char*>(first + pairs);
    std::memset(p + index - 8, 0, 8);
    std::memcpy(p, source + pairs, uint64_t{from.len} * 4);
  }
  for (uint64_t i = 0; i < pairs; i += 2) {
    text(first + i, source[i]);
    slot(first + i + 1, source[i + 1]);
  }
}

uint32_t Writer::run_of(const weft_slot* from, uint32_t n) const {
  uint32_t run = 1;
  while (run < n && shares_keys(from, from[run]) &&
         (known_ == nullptr || !links_to(*known_, from[run]))) {
    ++run;
  }
  return run;
}

void Writer::items(weft_slot* to, const weft_slot* from, uint32_t n) {
  for (uint32_t i = 0; i < n;) {
    const bool linked = known_ != nullptr && links_to(*known_, from[i]);
    if (linked || shape_of(from[i]) == nullptr) {
      slot(to + i, from[i]);
      ++i;
      continue;
    }
    const uint32_t run = run_of(from + i, n - i);
    records(to + i, from + i, run);
    i += run;
  }
}

void Writer::records(weft_slot* to, const weft_slot* from, uint32_t n) {
  const uint64_t row = uint64_t{from->len} + 1;
  auto* rows = reinterpret_cast<weft_slot*>(take(n * row * slot_bytes));
  const weft_slot* shape = shape_of(*from);
  auto* keys = reinterpret_cast<weft_slot*>(take(shape_bytes(*from)));
  if (const uint64_t index = index_bytes(*from); index != 0) {
    auto* p = reinterpret_cast<char*>(keys + from->len);
    std::memset(p + index - 8, 0, 8);
    std::memcpy(p, shape + from->len, uint64_t{from->len} * 4);
  }
  for (uint32_t i = 0; i < from->len; ++i) text(keys + i, shape[i]);
  for (uint32_t i = 0; i < n; ++i) {
    weft_slot* head = rows + i * row;
    to[i] = from[i];
    aim(to + i, head);
    *head = {WEFT_ARRAY, 0, 0, from->len, {0}};
    aim(head, keys);
    const auto* values = static_cast<const weft_slot*>(weft_payload(from + i)) + 1;
    for (uint32_t k = 0; k < from->len; ++k) slot(head + 1 + k, values[k]);
  }
}

}  // namespace weft::base
