// Big and Ratio: integers of any size up to a bound, and exact fractions of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace weft::calc {

// Thrown when a number would get too large.
struct TooLarge {};

// Sign and magnitude in base 2^32, lowest first. Invariant: no leading zeros; zero is not negative.
class Big final {
 public:
  static constexpr size_t limbs_max = 256;  // 8,192 bits, about 2,466 digits

  Big() = default;
  Big(int64_t value);
  static Big of_digits(std::string_view digits);  // decimal, without a sign

  bool is_zero() const { return limbs_.empty(); }
  bool is_negative() const { return is_negative_; }
  bool is_one() const { return !is_negative_ && limbs_.size() == 1 && limbs_[0] == 1; }
  bool fits_i64(int64_t& value) const;
  std::string text() const;

  Big operator-() const;
  friend Big operator+(const Big& a, const Big& b);
  friend Big operator-(const Big& a, const Big& b) { return a + -b; }
  friend Big operator*(const Big& a, const Big& b);
  // Toward zero; the remainder has the sign of a. Requires: b is not zero.
  static void divide(const Big& a, const Big& b, Big& quotient, Big& remainder);
  friend int compare(const Big& a, const Big& b);
  static Big gcd(Big a, Big b);

 private:
  using Limbs = std::vector<uint32_t>;
  static int compare_limbs(const Limbs& a, const Limbs& b);
  static Limbs add_limbs(const Limbs& a, const Limbs& b);
  static Limbs subtract_limbs(const Limbs& a, const Limbs& b);
  static uint32_t divide_by(Limbs& a, uint32_t divisor);
  static void divide_limbs(Limbs& a, Limbs b, Limbs& quotient);
  static Big made(Limbs limbs, bool is_negative);

  Limbs limbs_;
  bool is_negative_ = false;
};

// In lowest terms; the denominator is positive.
struct Ratio {
  Big p, q = 1;

  static Ratio made(Big p, Big q);  // requires: q is not zero
  bool is_integer() const { return q.is_one(); }
  std::string text() const;  // "p" or "p/q"
};

Ratio operator+(const Ratio& a, const Ratio& b);
Ratio operator-(const Ratio& a, const Ratio& b);
Ratio operator*(const Ratio& a, const Ratio& b);
Ratio operator/(const Ratio& a, const Ratio& b);  // requires: b is not zero
int compare(const Ratio& a, const Ratio& b);
Big floor_of(const Ratio& a);
Ratio power(const Ratio& base, uint32_t exponent);

}  // namespace weft::calc
