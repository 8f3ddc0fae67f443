#include "schema.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace weft::yaml {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_one_of(std::string_view text, std::string_view a, std::string_view b, std::string_view c) {
  return text == a || text == b || text == c;
}

Meant natural(uint64_t u) {
  Meant m;
  m.meaning = u <= INT64_MAX ? Meaning::integer : Meaning::natural;
  m.i = static_cast<int64_t>(u);
  m.u = u;
  return m;
}

Meant refused(const char* why) {
  Meant m;
  m.meaning = Meaning::refused;
  m.why = why;
  return m;
}

Meant in_base(std::string_view digits, int base) {
  uint64_t u = 0;
  const char* end = digits.data() + digits.size();
  const auto [at, error] = std::from_chars(digits.data(), end, u, base);
  if (at != end || digits.empty()) return {};
  if (error != std::errc()) return refused("the number does not fit into 64 bits");
  return natural(u);
}

// [-+]? ( '.' digits | digits ( '.' digits* )? ) ( [eE] [-+]? digits )?
bool is_float(std::string_view t) {
  size_t i = !t.empty() && (t[0] == '-' || t[0] == '+') ? 1 : 0;
  const auto digits = [&] {
    const size_t from = i;
    while (i < t.size() && is_digit(t[i])) ++i;
    return i - from;
  };
  const size_t whole = digits();
  if (i < t.size() && t[i] == '.') {
    ++i;
    if (digits() == 0 && whole == 0) return false;
  } else if (whole == 0) {
    return false;
  }
  if (i < t.size() && (t[i] == 'e' || t[i] == 'E')) {
    ++i;
    if (i < t.size() && (t[i] == '-' || t[i] == '+')) ++i;
    if (digits() == 0) return false;
  }
  return i == t.size();
}

Meant floating(std::string_view t) {
  if (t[0] == '+') t.remove_prefix(1);
  Meant m;
  m.meaning = Meaning::number;
  const auto [at, error] = std::from_chars(t.data(), t.data() + t.size(), m.f);
  if (error == std::errc::result_out_of_range) return refused("the number is beyond a double");
  return at == t.data() + t.size() ? m : Meant{};
}

Meant numeric(std::string_view t) {
  if (t.starts_with("0x")) return in_base(t.substr(2), 16);
  if (t.starts_with("0o")) return in_base(t.substr(2), 8);
  const bool negative = t[0] == '-';
  const std::string_view digits = negative || t[0] == '+' ? t.substr(1) : t;
  const std::string_view special = digits;
  if (is_one_of(special, ".inf", ".Inf", ".INF") || is_one_of(t, ".nan", ".NaN", ".NAN")) {
    return refused("a definition cannot hold infinity or NaN");
  }
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) {
    return is_float(t) ? floating(t) : Meant{};
  }
  uint64_t u = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), u);
  constexpr uint64_t lowest = uint64_t{1} << 63U;
  if (read.ec != std::errc() || (negative && u > lowest)) return floating(t);
  Meant m = natural(u);
  if (negative) {
    m.meaning = Meaning::integer;
    m.i = static_cast<int64_t>(uint64_t{0} - u);
  }
  return m;
}

}  // namespace

Meant meaning_of(std::string_view plain) {
  Meant m;
  const char c = plain.empty() ? '~' : plain[0];
  if (is_digit(c) || c == '-' || c == '+' || c == '.') return numeric(plain);
  if (plain.empty() || plain == "~" || is_one_of(plain, "null", "Null", "NULL")) {
    m.meaning = Meaning::null;
  } else if (is_one_of(plain, "true", "True", "TRUE")) {
    m.meaning = Meaning::boolean;
    m.truth = true;
  } else if (is_one_of(plain, "false", "False", "FALSE")) {
    m.meaning = Meaning::boolean;
  }
  return m;
}

}  // namespace weft::yaml
