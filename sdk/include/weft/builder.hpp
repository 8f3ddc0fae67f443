// Builder: makes one value in an arena, from the leaves up. Included by value.hpp.
#pragma once

#include <bit>
#include <cstring>
#include <new>
#include <type_traits>
#include <utility>
#include <vector>

#include <weft/slot.hpp>
#include <weft/value.hpp>

namespace weft {

inline void* Arena::more(uint64_t n) {
  void* p = grow_ != nullptr ? grow_(owner_, arena_, n) : nullptr;
  if (p == nullptr) throw std::bad_alloc();
  return p;
}

// Entries are collected in a scratch stack and written to the arena when their container ends, so
// nothing is moved twice. Allocates only from the arena, except for a scratch stack above 48 slots.
//
//   Builder b(arena);
//   b.begin_object(); b.key("sum"_k); b.integer(3); b.end_object();
//   weft_val v = b.take();
//
// Requires: calls are balanced and keys of one object are unique; has_duplicate() tells.
class Builder final {
 public:
  explicit Builder(Arena arena) : arena_(arena) {}
  Builder(const Builder&) = delete;
  Builder& operator=(const Builder&) = delete;
  ~Builder() {
    if (stack_ != fixed_) delete[] stack_;
  }

  void null() { push(WEFT_NULL, 0); }
  void boolean(bool v) { push(WEFT_BOOL, v ? 1U : 0U); }
  void integer(int64_t v) { push(WEFT_I64, static_cast<uint64_t>(v)); }
  void natural(uint64_t v) { push(v <= INT64_MAX ? WEFT_I64 : WEFT_U64, v); }
  void number(double v) { push(WEFT_F64, std::bit_cast<uint64_t>(v)); }
  void time(int64_t ns) { push(WEFT_TIME, static_cast<uint64_t>(ns)); }
  void text(std::string_view v) { push_text(WEFT_STR, Key(v)); }
  void bytes(std::string_view v) {
    Key k(v);
    k.hint = 0;
    push_text(WEFT_BYTES, k);
  }
  // A value that stands elsewhere: linked, not copied. It must live as long as what is built.
  void link(Value v) {
    const weft_slot s = v.exists() ? lifted(*v.slot()) : null_slot;
    push(head_of(s), s.v.u);
  }
  void link(weft_val v) { link(Value(v)); }

  void begin_array() { open(WEFT_ARRAY); }
  void end_array() { close_array(); }
  void begin_object() { open(WEFT_OBJECT); }
  void key(const Key& k) { push_text(WEFT_STR, k); }
  void end_object() { close_object(); }

  // Entry in one call: b.set("count"_k, 3).
  template <class T>
  void set(Key k, T&& v) {
    key(k);
    add(std::forward<T>(v));
  }
  void add(bool v) { boolean(v); }
  void add(double v) { number(v); }
  void add(std::string_view v) { text(v); }
  void add(const char* v) { text(v); }
  void add(Value v) { link(v); }
  template <class T>
    requires(std::is_integral_v<T> && !std::is_same_v<T, bool>)
  void add(T v) {
    std::is_signed_v<T> ? integer(static_cast<int64_t>(v)) : natural(static_cast<uint64_t>(v));
  }

  // Ends the whole value. The builder is then empty and may be used again.
  weft_val take() {
    auto* root = static_cast<weft_slot*>(arena_.allocate(sizeof(weft_slot)));
    place(root, size_ != 0 ? stack_[0] : null_slot);
    size_ = 0;
    frame_ = none;
    return {root, 0};
  }
  Value take_value() { return Value(take()); }

  // Whether the object that was just ended holds a key twice; the number of the second entry.
  bool has_duplicate() const { return duplicate_ != none; }
  uint32_t duplicate() const { return duplicate_; }
  void clear_duplicate() { duplicate_ = none; }
  uint32_t depth() const { return depth_; }

 private:
  static constexpr uint32_t none = UINT32_MAX;

  void push_text(uint32_t tag, const Key& k) {
    if (k.n < sizeof k.word) return push(slot_head(tag, WEFT_INLINE, k.hint, k.n), k.word);
    auto* p = static_cast<char*>(arena_.allocate(uint64_t{k.n} + 1));
    std::memcpy(p, k.p, k.n);
    p[k.n] = 0;
    push(slot_head(tag, 0, k.hint, k.n), reinterpret_cast<uintptr_t>(p));
  }
  void push(uint64_t head, uint64_t word) {
    if (size_ == capacity_) [[unlikely]]
      widen();
    write_slot(stack_ + size_++, head, word);
  }
  // An open container is a scratch slot: len is the frame before, v.u the shape its items share.
  void open(uint32_t tag) {
    push(slot_head(tag, 0, 0, frame_), 0);
    frame_ = size_ - 1;
    ++depth_;
  }
  void close(uint32_t tag, uint32_t flags, uint32_t len, const void* payload) {
    const uint32_t outer = stack_[frame_].len;
    size_ = frame_ + 1;
    write_slot(stack_ + frame_, slot_head(tag, flags, 0, len),
               reinterpret_cast<uintptr_t>(payload));
    frame_ = outer;
    --depth_;
  }
  void close_array() {
    const uint32_t n = size_ - frame_ - 1;
    auto* items = static_cast<weft_slot*>(arena_.allocate(uint64_t{n} * sizeof(weft_slot)));
    for (uint32_t i = 0; i < n; ++i) place(items + i, stack_[frame_ + 1 + i]);
    close(WEFT_ARRAY, 0, n, items);
  }
  void close_object();
  bool same_keys(const weft_slot& other, uint32_t n) const;
  void write_shaped(const weft_slot* keys, uint32_t flags, uint32_t n);
  void write_index(const weft_slot* keys, uint32_t step, uint32_t n, uint32_t* index);
  void widen();

  Arena arena_;
  weft_slot* stack_ = fixed_;
  uint32_t size_ = 0, capacity_ = 48, frame_ = none, depth_ = 0, duplicate_ = none;
  weft_slot fixed_[48];
};

// Order of keys in an index.
inline int compare_keys(const weft_slot& a, const weft_slot& b) {
  if (a.hint != b.hint) return a.hint < b.hint ? -1 : 1;
  if (a.len != b.len) return a.len < b.len ? -1 : 1;
  return std::memcmp(weft_payload(&a), weft_payload(&b), a.len);
}

inline void Builder::widen() {
  const uint32_t wider = capacity_ * 4;
  auto* more = new weft_slot[wider];
  std::memcpy(static_cast<void*>(more), stack_, size_ * sizeof(weft_slot));
  if (stack_ != fixed_) delete[] stack_;
  stack_ = more;
  capacity_ = wider;
}

// Bottom-up merge sort: no recursion, no allocation but the scratch half of the index itself.
inline void Builder::write_index(const weft_slot* keys, uint32_t step, uint32_t n,
                                 uint32_t* index) {
  std::vector<uint32_t> other(n);
  uint32_t* from = index;
  uint32_t* to = other.data();
  for (uint32_t i = 0; i < n; ++i) from[i] = i;
  for (uint32_t width = 1; width < n; width *= 2) {
    for (uint32_t lo = 0; lo < n; lo += 2 * width) {
      const uint32_t mid = lo + width < n ? lo + width : n;
      const uint32_t hi = lo + 2 * width < n ? lo + 2 * width : n;
      uint32_t a = lo, b = mid;
      for (uint32_t k = lo; k < hi; ++k) {
        const bool left = a < mid && (b >= hi || compare_keys(keys[size_t{from[a]} * step],
                                                              keys[size_t{from[b]} * step]) <= 0);
        to[k] = left ? from[a++] : from[b++];
      }
    }
    std::swap(from, to);
  }
  if (from != index) std::memcpy(index, from, n * sizeof(uint32_t));
  for (uint32_t i = 1; i < n; ++i) {
    if (compare_keys(keys[size_t{index[i - 1]} * step], keys[size_t{index[i]} * step]) == 0) {
      duplicate_ = index[i];
    }
  }
}

inline bool Builder::same_keys(const weft_slot& other, uint32_t n) const {
  if (other.tag != WEFT_OBJECT || other.len != n || n == 0) return false;
  const auto* p = reinterpret_cast<const weft_slot*>(other.v.u);  // lifted
  const bool shaped = (other.flags & WEFT_SHAPED) != 0;
  const auto* keys = shaped ? static_cast<const weft_slot*>(weft_payload(p)) : p;
  for (uint32_t i = 0; i < n; ++i) {
    const weft_slot& mine = stack_[frame_ + 1 + 2 * i];
    const weft_slot& theirs = keys[size_t{i} * (shaped ? 1 : 2)];
    if (mine.hint != theirs.hint || mine.len != theirs.len) return false;
    const bool words = (mine.flags & theirs.flags & WEFT_INLINE) != 0;
    const void* bytes = (mine.flags & WEFT_INLINE) != 0 ? static_cast<const void*>(mine.v.text)
                                                        : reinterpret_cast<const void*>(mine.v.u);
    const int other_bytes = words ? 0 : std::memcmp(bytes, weft_payload(&theirs), mine.len);
    if (other_bytes != 0 || (words && mine.v.u != theirs.v.u)) return false;
  }
  return true;
}

inline void Builder::write_shaped(const weft_slot* keys, uint32_t flags, uint32_t n) {
  auto* p = static_cast<weft_slot*>(arena_.allocate((uint64_t{n} + 1) * sizeof(weft_slot)));
  weft_slot head{WEFT_ARRAY, 0, 0, n, {0}};
  head.v.u = reinterpret_cast<uintptr_t>(keys);
  place(p, head);
  for (uint32_t i = 0; i < n; ++i) place(p + 1 + i, stack_[frame_ + 2 + 2 * i]);
  close(WEFT_OBJECT, flags | WEFT_SHAPED, n, p);
}

// The second and later records of an array that have the keys of the one before share them.
inline void Builder::close_object() {
  const uint32_t n = (size_ - frame_ - 1) / 2;
  const uint32_t outer = stack_[frame_].len;
  const uint32_t indexed = n > WEFT_INDEX_ABOVE ? WEFT_INDEXED : 0;
  const bool has_sibling = outer != none && stack_[outer].tag == WEFT_ARRAY && frame_ > outer + 1;
  if (has_sibling && same_keys(stack_[frame_ - 1], n)) {
    const weft_slot& sibling = stack_[frame_ - 1];
    const auto* p = reinterpret_cast<const weft_slot*>(sibling.v.u);
    if ((sibling.flags & WEFT_SHAPED) != 0) {
      return write_shaped(static_cast<const weft_slot*>(weft_payload(p)), indexed, n);
    }
    const uint64_t index_bytes = indexed != 0 ? uint64_t{n} * sizeof(uint32_t) : 0;
    auto* keys =
        static_cast<weft_slot*>(arena_.allocate(uint64_t{n} * sizeof(weft_slot) + index_bytes));
    for (uint32_t i = 0; i < n; ++i) place(keys + i, lifted(p[size_t{i} * 2]));
    if (indexed != 0) std::memcpy(keys + n, p + size_t{n} * 2, index_bytes);
    return write_shaped(keys, indexed, n);
  }
  const uint64_t index_bytes = indexed != 0 ? uint64_t{n} * sizeof(uint32_t) : 0;
  auto* pairs =
      static_cast<weft_slot*>(arena_.allocate(uint64_t{n} * 2 * sizeof(weft_slot) + index_bytes));
  for (uint32_t i = 0; i < 2 * n; ++i) place(pairs + i, stack_[frame_ + 1 + i]);
  if (indexed != 0) {
    write_index(pairs, 2, n, reinterpret_cast<uint32_t*>(pairs + size_t{n} * 2));
  } else {
    // A key is only compared with those before it when one of them shares six bits of the hint.
    uint64_t seen = 0;
    for (uint32_t i = 0; i < n; ++i) {
      const uint64_t bit = uint64_t{1} << (pairs[size_t{i} * 2].hint % 64U);
      for (uint32_t j = 0; j < i && (seen & bit) != 0; ++j) {
        if (compare_keys(pairs[size_t{i} * 2], pairs[size_t{j} * 2]) == 0) duplicate_ = i;
      }
      seen |= bit;
    }
  }
  close(WEFT_OBJECT, indexed, n, pairs);
}

}  // namespace weft
