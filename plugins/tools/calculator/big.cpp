#include "big.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace weft::calc {

namespace {

constexpr uint32_t chunk = 1'000'000'000;  // nine decimal digits at a time
constexpr size_t chunk_digits = 9;

void trim(std::vector<uint32_t>& limbs) {
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
}

uint32_t low(uint64_t value) { return static_cast<uint32_t>(value & 0xffffffffU); }

std::vector<uint32_t> shifted_left(const std::vector<uint32_t>& a, int bits) {
  std::vector<uint32_t> out(a.size() + 1, 0);
  for (size_t i = 0; i < a.size(); ++i) {
    const uint64_t wide = uint64_t{a[i]} << bits;
    out[i] |= low(wide);
    out[i + 1] = low(wide >> 32U);
  }
  return out;
}

}  // namespace

Big::Big(int64_t value) : is_negative_(value < 0) {
  uint64_t rest =
      value < 0 ? uint64_t{0} - static_cast<uint64_t>(value) : static_cast<uint64_t>(value);
  for (; rest != 0; rest >>= 32U) limbs_.push_back(low(rest));
}

Big Big::made(Limbs limbs, bool is_negative) {
  trim(limbs);
  if (limbs.size() > limbs_max) throw TooLarge{};
  Big big;
  big.limbs_ = std::move(limbs);
  big.is_negative_ = is_negative && !big.limbs_.empty();
  return big;
}

Big Big::of_digits(std::string_view digits) {
  Limbs limbs;
  while (!digits.empty()) {
    const size_t n = std::min(digits.size(), chunk_digits);
    uint64_t carry = 0, scale = 1;
    for (size_t i = 0; i < n; ++i) {
      carry = carry * 10 + static_cast<uint64_t>(digits[i] - '0');
      scale *= 10;
    }
    for (uint32_t& limb : limbs) {
      carry += limb * scale;
      limb = low(carry);
      carry >>= 32U;
    }
    if (carry != 0) limbs.push_back(low(carry));
    if (limbs.size() > limbs_max) throw TooLarge{};
    digits.remove_prefix(n);
  }
  return made(std::move(limbs), false);
}

bool Big::fits_i64(int64_t& value) const {
  if (limbs_.size() > 2) return false;
  uint64_t magnitude = 0;
  for (size_t i = limbs_.size(); i-- > 0;) magnitude = (magnitude << 32U) | limbs_[i];
  constexpr uint64_t half = uint64_t{1} << 63U;
  if (magnitude > half || (magnitude == half && !is_negative_)) return false;
  value = static_cast<int64_t>(is_negative_ ? uint64_t{0} - magnitude : magnitude);
  return true;
}

uint32_t Big::divide_by(Limbs& a, uint32_t divisor) {
  uint64_t rest = 0;
  for (size_t i = a.size(); i-- > 0;) {
    rest = (rest << 32U) | a[i];
    a[i] = low(rest / divisor);
    rest %= divisor;
  }
  trim(a);
  return low(rest);
}

std::string Big::text() const {
  if (limbs_.empty()) return std::string(1, '0');
  std::string reversed;
  for (Limbs rest = limbs_; !rest.empty();) {
    uint32_t part = divide_by(rest, chunk);
    for (size_t i = 0; i < chunk_digits && (part != 0 || !rest.empty()); ++i) {
      reversed += static_cast<char>('0' + part % 10);
      part /= 10;
    }
  }
  if (is_negative_) reversed += '-';
  return {reversed.rbegin(), reversed.rend()};
}

int Big::compare_limbs(const Limbs& a, const Limbs& b) {
  if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
  for (size_t i = a.size(); i-- > 0;) {
    if (a[i] != b[i]) return a[i] < b[i] ? -1 : 1;
  }
  return 0;
}

Big::Limbs Big::add_limbs(const Limbs& a, const Limbs& b) {
  Limbs sum;
  uint64_t carry = 0;
  for (size_t i = 0; i < std::max(a.size(), b.size()) || carry != 0; ++i) {
    if (i < a.size()) carry += a[i];
    if (i < b.size()) carry += b[i];
    sum.push_back(low(carry));
    carry >>= 32U;
  }
  return sum;
}

// Requires: a >= b.
Big::Limbs Big::subtract_limbs(const Limbs& a, const Limbs& b) {
  Limbs difference;
  int64_t borrow = 0;
  for (size_t i = 0; i < a.size(); ++i) {
    int64_t wide = int64_t{a[i]} - borrow - (i < b.size() ? int64_t{b[i]} : 0);
    borrow = wide < 0 ? 1 : 0;
    wide += borrow << 32;
    difference.push_back(static_cast<uint32_t>(wide));
  }
  return difference;
}

Big Big::operator-() const {
  Big big = *this;
  big.is_negative_ = !is_negative_ && !is_zero();
  return big;
}

Big operator+(const Big& a, const Big& b) {
  if (a.is_negative_ == b.is_negative_) {
    return Big::made(Big::add_limbs(a.limbs_, b.limbs_), a.is_negative_);
  }
  if (Big::compare_limbs(a.limbs_, b.limbs_) >= 0) {
    return Big::made(Big::subtract_limbs(a.limbs_, b.limbs_), a.is_negative_);
  }
  return Big::made(Big::subtract_limbs(b.limbs_, a.limbs_), b.is_negative_);
}

Big operator*(const Big& a, const Big& b) {
  if (a.limbs_.size() + b.limbs_.size() > Big::limbs_max + 1) throw TooLarge{};
  Big::Limbs product(a.limbs_.size() + b.limbs_.size(), 0);
  for (size_t i = 0; i < a.limbs_.size(); ++i) {
    uint64_t carry = 0;
    for (size_t j = 0; j < b.limbs_.size(); ++j) {
      carry += uint64_t{a.limbs_[i]} * b.limbs_[j] + product[i + j];
      product[i + j] = low(carry);
      carry >>= 32U;
    }
    product[i + b.limbs_.size()] = low(carry);
  }
  return Big::made(std::move(product), a.is_negative_ != b.is_negative_);
}

// Long division (Knuth, The Art of Computer Programming 2, 4.3.1 D). a becomes the remainder.
// Requires: b has two limbs or more, a is at least as long.
void Big::divide_limbs(Limbs& a, Limbs b, Limbs& quotient) {
  const int shift = std::countl_zero(b.back());
  a = shifted_left(a, shift);
  b = shifted_left(b, shift);
  trim(b);
  const size_t n = b.size();
  quotient.assign(a.size() - n, 0);
  for (size_t j = a.size() - n; j-- > 0;) {
    const uint64_t top = (uint64_t{a[j + n]} << 32U) | a[j + n - 1];
    uint64_t guess = top / b[n - 1], rest = top % b[n - 1];
    while (guess > 0xffffffffU || guess * b[n - 2] > ((rest << 32U) | a[j + n - 2])) {
      --guess;
      rest += b[n - 1];
      if (rest > 0xffffffffU) break;
    }
    uint64_t carry = 0;
    int64_t borrow = 0;
    for (size_t i = 0; i < n; ++i) {
      carry += guess * b[i];
      const int64_t wide = int64_t{a[i + j]} - borrow - int64_t{low(carry)};
      a[i + j] = static_cast<uint32_t>(wide);
      borrow = wide < 0 ? 1 : 0;
      carry >>= 32U;
    }
    const int64_t wide = int64_t{a[j + n]} - borrow - static_cast<int64_t>(carry);
    a[j + n] = static_cast<uint32_t>(wide);
    quotient[j] = low(guess);
    if (wide >= 0) continue;
    --quotient[j];
    uint64_t back = 0;
    for (size_t i = 0; i < n; ++i) {
      back += uint64_t{a[i + j]} + b[i];
      a[i + j] = low(back);
      back >>= 32U;
    }
    a[j + n] += low(back);
  }
  trim(a);
  for (int i = 0; i < shift; ++i) divide_by(a, 2);
}

void Big::divide(const Big& a, const Big& b, Big& quotient, Big& remainder) {
  const bool sign = a.is_negative_ != b.is_negative_, rest_sign = a.is_negative_;
  Limbs rest = a.limbs_, found;
  if (compare_limbs(rest, b.limbs_) < 0) {
    // nothing to divide
  } else if (b.limbs_.size() == 1) {
    found = std::move(rest);
    rest = {divide_by(found, b.limbs_[0])};
  } else {
    divide_limbs(rest, b.limbs_, found);
  }
  quotient = made(std::move(found), sign);
  remainder = made(std::move(rest), rest_sign);
}

int compare(const Big& a, const Big& b) {
  if (a.is_negative_ != b.is_negative_) return a.is_negative_ ? -1 : 1;
  const int order = Big::compare_limbs(a.limbs_, b.limbs_);
  return a.is_negative_ ? -order : order;
}

Big Big::gcd(Big a, Big b) {
  a.is_negative_ = b.is_negative_ = false;
  Big quotient, rest;
  while (!b.is_zero()) {
    divide(a, b, quotient, rest);
    a = std::exchange(b, std::move(rest));
  }
  return a;
}

Ratio Ratio::made(Big p, Big q) {
  if (q.is_negative()) {
    p = -p;
    q = -q;
  }
  if (q.is_one()) return {std::move(p), std::move(q)};
  const Big common = Big::gcd(p, q);
  if (common.is_one()) return {std::move(p), std::move(q)};
  Ratio ratio;
  Big rest;
  Big::divide(p, common, ratio.p, rest);
  Big::divide(q, common, ratio.q, rest);
  return ratio;
}

std::string Ratio::text() const {
  return is_integer() ? p.text() : p.text().append(1, '/').append(q.text());
}

Ratio operator+(const Ratio& a, const Ratio& b) {
  return Ratio::made(a.p * b.q + b.p * a.q, a.q * b.q);
}
Ratio operator-(const Ratio& a, const Ratio& b) {
  return Ratio::made(a.p * b.q - b.p * a.q, a.q * b.q);
}
Ratio operator*(const Ratio& a, const Ratio& b) { return Ratio::made(a.p * b.p, a.q * b.q); }
Ratio operator/(const Ratio& a, const Ratio& b) { return Ratio::made(a.p * b.q, a.q * b.p); }

int compare(const Ratio& a, const Ratio& b) { return compare(a.p * b.q, b.p * a.q); }

Big floor_of(const Ratio& a) {
  Big quotient, rest;
  Big::divide(a.p, a.q, quotient, rest);
  return rest.is_negative() ? quotient - 1 : quotient;
}

// What is in lowest terms stays there.
Ratio power(const Ratio& base, uint32_t exponent) {
  Ratio result{1, 1}, square = base;
  for (; exponent != 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0) result = {result.p * square.p, result.q * square.q};
    if (exponent > 1) square = {square.p * square.p, square.q * square.q};
  }
  return result;
}

}  // namespace weft::calc
