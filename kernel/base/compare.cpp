#include "base/compare.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numeric>
#include <vector>

#include "base/layout.hpp"
#include "base/limits.hpp"

namespace weft::base {
namespace {

constexpr double two_63 = 9223372036854775808.0, two_64 = 18446744073709551616.0;

bool is_number(const weft_slot& s) {
  return s.tag == WEFT_I64 || s.tag == WEFT_U64 || s.tag == WEFT_F64;
}
bool is_negative(const weft_slot& s) { return s.tag == WEFT_I64 && s.v.i < 0; }

// A number in the one form that all equal numbers share: a whole number when it is one.
struct Number {
  enum class Form : uint8_t { natural, negative, fraction } form;
  uint64_t bits;
  bool operator==(const Number&) const = default;
};

Number canonical(const weft_slot& s) {
  using Form = Number::Form;
  if (s.tag != WEFT_F64) return {is_negative(s) ? Form::negative : Form::natural, s.v.u};
  const double f = s.v.f;
  if (std::isnan(f)) return {Form::fraction, 0x7ff8000000000000U};
  if (std::trunc(f) == f && f >= -two_63 && f < two_64) {
    if (f < 0) return {Form::negative, static_cast<uint64_t>(static_cast<int64_t>(f))};
    return {Form::natural, static_cast<uint64_t>(f)};
  }
  return {Form::fraction, std::bit_cast<uint64_t>(f)};
}

std::partial_ordering reversed(std::partial_ordering o) { return 0 <=> o; }

// Neither side is rounded: the double is cut to a whole number, which is exact in its range.
std::partial_ordering order_whole_to_double(const weft_slot& whole, double f) {
  if (std::isnan(f)) return std::partial_ordering::unordered;
  if (is_negative(whole)) {
    if (f < -two_63) return std::partial_ordering::greater;
    if (f >= 0) return std::partial_ordering::less;
    const auto cut = static_cast<int64_t>(f);
    return whole.v.i != cut ? whole.v.i <=> cut : std::trunc(f) <=> f;
  }
  if (f < 0) return std::partial_ordering::greater;
  if (f >= two_64) return std::partial_ordering::less;
  const auto cut = static_cast<uint64_t>(f);
  return whole.v.u != cut ? whole.v.u <=> cut : std::trunc(f) <=> f;
}

std::partial_ordering order_numbers(const weft_slot& a, const weft_slot& b) {
  const bool a_double = a.tag == WEFT_F64, b_double = b.tag == WEFT_F64;
  if (a_double && b_double) {
    if (std::isnan(a.v.f) && std::isnan(b.v.f)) return std::partial_ordering::equivalent;
    return a.v.f <=> b.v.f;
  }
  if (b_double) return order_whole_to_double(a, b.v.f);
  if (a_double) return reversed(order_whole_to_double(b, a.v.f));
  if (is_negative(a) != is_negative(b)) {
    return is_negative(a) ? std::partial_ordering::less : std::partial_ordering::greater;
  }
  return a.v.u <=> b.v.u;  // two's complement keeps the order within one sign
}

std::string_view bytes_of(const weft_slot& s) { return to_view(weft_as_str(&s)); }

bool equal_slots(const weft_slot& a, const weft_slot& b, uint32_t room);

bool equal_arrays(const weft_slot& a, const weft_slot& b, uint32_t room) {
  const auto* p = static_cast<const weft_slot*>(weft_payload(&a));
  const auto* q = static_cast<const weft_slot*>(weft_payload(&b));
  for (uint32_t i = 0; i < a.len; ++i) {
    if (!equal_slots(p[i], q[i], room)) return false;
  }
  return true;
}

bool same_text(const weft_slot& a, const weft_slot& b) {
  return a.len == b.len && a.hint == b.hint &&
         std::memcmp(weft_payload(&a), weft_payload(&b), a.len) == 0;
}

bool equal_objects(const weft_slot& a, const weft_slot& b, uint32_t room) {
  for (uint32_t i = 0; i < a.len; ++i) {
    const weft_slot& key = *weft_key_at(&a, i);
    const weft_slot* other = weft_at(&b, i);
    if (!same_text(key, *weft_key_at(&b, i))) {
      const std::string_view name = bytes_of(key);
      other = weft_find(&b, name.data(), key.len, key.hint);
    }
    if (other == nullptr || !equal_slots(*weft_at(&a, i), *other, room)) return false;
  }
  return true;
}

bool equal_slots(const weft_slot& a, const weft_slot& b, uint32_t room) {
  if (&a == &b) return true;
  if (is_number(a) && is_number(b)) return canonical(a) == canonical(b);
  if (a.tag != b.tag) return false;
  switch (a.tag) {
    case WEFT_NULL: return true;
    case WEFT_BOOL:
    case WEFT_TIME: return a.v.u == b.v.u;
    case WEFT_STR: return same_text(a, b);
    case WEFT_BYTES: return bytes_of(a) == bytes_of(b);
    case WEFT_BLOB: return std::memcmp(weft_payload(&a), weft_payload(&b), blob_bytes) == 0;
    case WEFT_ARRAY:
    case WEFT_OBJECT: break;
    default: return a.len == b.len && a.v.u == b.v.u;
  }
  if (a.len != b.len) return false;
  if (a.len == 0 || weft_payload(&a) == weft_payload(&b)) return true;
  if (room == 0) return false;
  return a.tag == WEFT_ARRAY ? equal_arrays(a, b, room - 1) : equal_objects(a, b, room - 1);
}

// Folds the 128-bit product of two words.
uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a ^ 0x9e3779b97f4a7c15U) * (b ^ 0xd1b54a32d192ed03U);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64U);
}

uint64_t hash_bytes(std::string_view bytes, uint64_t seed) {
  uint64_t h = mix(seed, bytes.size());
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word;
    std::memcpy(&word, bytes.data() + i, sizeof word);
    h = mix(h, word);
  }
  if (i == bytes.size()) return h;
  uint64_t word = 0;
  std::memcpy(&word, bytes.data() + i, bytes.size() - i);
  return mix(h, word);
}

uint64_t hash_slot(const weft_slot& s, uint32_t room) {
  const uint64_t tag = s.tag;
  if (is_number(s)) {
    const Number number = canonical(s);
    return mix(static_cast<uint64_t>(number.form) + 64, number.bits);
  }
  switch (s.tag) {
    case WEFT_STR:
    case WEFT_BYTES: return hash_bytes(bytes_of(s), tag);
    case WEFT_BLOB:
      return hash_bytes({static_cast<const char*>(weft_payload(&s)), blob_bytes}, tag);
    case WEFT_ARRAY:
    case WEFT_OBJECT: break;
    default: return mix(tag, s.v.u);
  }
  uint64_t h = mix(tag, s.len);
  if (room == 0) return h;
  for (uint32_t i = 0; i < s.len; ++i) {
    const uint64_t value = hash_slot(*weft_at(&s, i), room - 1);
    // A sum does not know the order of its parts, as an object does not.
    h = s.tag == WEFT_ARRAY ? mix(h, value)
                            : h + mix(hash_bytes(bytes_of(*weft_key_at(&s, i)), tag), value);
  }
  return h;
}

// Written so that a compiler sees the one instruction that it is.
constexpr uint64_t reversed_bytes(uint64_t x) {
  return x << 56U | (x & 0xff00U) << 40U | (x & 0xff0000U) << 24U | (x & 0xff000000U) << 8U |
         (x >> 8U & 0xff000000U) | (x >> 24U & 0xff0000U) | (x >> 40U & 0xff00U) | x >> 56U;
}
constexpr uint64_t big_endian(uint64_t x) {
  return std::endian::native == std::endian::big ? x : reversed_bytes(x);
}

// The canonical form: one letter, then lengths and numbers as big-endian words, then bytes.
class Canonical final {
 public:
  void slot(const weft_slot& s, uint32_t room) {
    if (is_number(s)) {
      const Number number = canonical(s);
      return word("+-d"[static_cast<size_t>(number.form)], number.bits);
    }
    switch (s.tag) {
      case WEFT_NULL: return word('n', 0);
      case WEFT_BOOL: return word('?', s.v.u);
      case WEFT_TIME: return word('t', s.v.u);
      case WEFT_STR: return text('"', s);
      case WEFT_BYTES: return text('b', s);
      case WEFT_BLOB: return bytes('B', {static_cast<const char*>(weft_payload(&s)), blob_bytes});
      case WEFT_ARRAY:
      case WEFT_OBJECT: return container(s, room);
      default: return bytes('o', {reinterpret_cast<const char*>(&s), slot_bytes});
    }
  }
  Digest finish() {
    flush();
    return sum_.finish();
  }

 private:
  // The keys of an object in order of their bytes. Records that share their keys are sorted once.
  struct Order {
    const weft_slot* keys = nullptr;
    std::vector<uint32_t> numbers;
  };
  static const std::vector<uint32_t>& sorted(const weft_slot& s, Order& order) {
    const weft_slot* keys = is_shaped(s) ? weft_key_at(&s, 0) : nullptr;
    if (keys != nullptr && keys == order.keys && s.len == order.numbers.size()) {
      return order.numbers;
    }
    order.keys = keys;
    order.numbers.resize(s.len);
    std::iota(order.numbers.begin(), order.numbers.end(), 0U);
    std::sort(order.numbers.begin(), order.numbers.end(), [&s](uint32_t a, uint32_t b) {
      return is_before(*weft_key_at(&s, a), *weft_key_at(&s, b));
    });
    return order.numbers;
  }
  // In order of their bytes; what is inside a slot is a word that ends in zeros.
  static bool is_before(const weft_slot& a, const weft_slot& b) {
    if (!is_inline(a) || !is_inline(b)) return bytes_of(a) < bytes_of(b);
    return a.v.u != b.v.u ? big_endian(a.v.u) < big_endian(b.v.u) : a.len < b.len;
  }

  void flush() {
    sum_.update(held_.data(), size_);
    size_ = 0;
  }
  void word(char letter, uint64_t bits) {
    if (held_.size() - size_ < 9) flush();
    const uint64_t big = big_endian(bits);
    held_[size_] = letter;
    std::memcpy(held_.data() + size_ + 1, &big, sizeof big);
    size_ += 9;
  }
  void text(char letter, const weft_slot& s) {
    if (!is_inline(s)) return bytes(letter, bytes_of(s));
    if (held_.size() - size_ < 9 + sizeof s.v.text) flush();
    word(letter, s.len);
    std::memcpy(held_.data() + size_, s.v.text, sizeof s.v.text);  // the next piece overwrites
    size_ += s.len;
  }
  void bytes(char letter, std::string_view content) {
    word(letter, content.size());
    if (held_.size() - size_ < content.size()) flush();
    if (held_.size() < content.size()) return sum_.update(content);
    if (!content.empty()) std::memcpy(held_.data() + size_, content.data(), content.size());
    size_ += content.size();
  }

  void container(const weft_slot& s, uint32_t room) {
    word(s.tag == WEFT_ARRAY ? '[' : '{', s.len);
    if (room == 0) return;
    if (s.tag == WEFT_ARRAY) {
      for (uint32_t i = 0; i < s.len; ++i) slot(*weft_at(&s, i), room - 1);
      return;
    }
    for (const uint32_t i : sorted(s, order_[room])) {
      text('k', *weft_key_at(&s, i));
      slot(*weft_at(&s, i), room - 1);
    }
  }

  Sha256 sum_;
  std::array<char, 1024> held_;  // short pieces go to the sum together
  size_t size_ = 0;
  std::array<Order, limits::depth + 1> order_;  // by depth
};

const weft_slot& slot_of(Value value) { return value.exists() ? *value.slot() : null_slot; }

}  // namespace

bool equal(Value a, Value b) { return equal_slots(slot_of(a), slot_of(b), limits::depth); }

std::partial_ordering order(Value a, Value b) {
  const weft_slot& x = slot_of(a);
  const weft_slot& y = slot_of(b);
  if (is_number(x) && is_number(y)) return order_numbers(x, y);
  if (x.tag == y.tag && x.tag == WEFT_BOOL) return x.v.u <=> y.v.u;
  if (x.tag == y.tag && x.tag == WEFT_TIME) return x.v.i <=> y.v.i;
  // Bytes of UTF-8 compare like the code points they stand for.
  if (x.tag == y.tag && x.tag == WEFT_STR) return bytes_of(x).compare(bytes_of(y)) <=> 0;
  return equal(a, b) ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

uint64_t hash(Value value) { return hash_slot(slot_of(value), limits::depth); }

Digest digest(Value value) {
  Canonical canonical;
  canonical.slot(slot_of(value), limits::depth);
  return canonical.finish();
}

}  // namespace weft::base
