#include "base/units.hpp"

#include <charconv>
#include <cmath>
#include <span>

#include "base/number.hpp"
#include "base/text.hpp"

namespace weft::base {
namespace {

struct Unit {
  std::string_view name;
  uint64_t factor;
};

constexpr uint64_t us = 1'000, ms = 1'000 * us, second = 1'000 * ms;
constexpr uint64_t minute = 60 * second, hour = 60 * minute, day = 24 * hour, week = 7 * day;
constexpr uint64_t kb = 1024, mb = 1024 * kb, gb = 1024 * mb, tb = 1024 * gb;

constexpr Unit durations[] = {{"w", week}, {"d", day}, {"h", hour}, {"m", minute}, {"s", second},
                              {"ms", ms},  {"us", us}, {"µs", us},  {"ns", 1},     {"min", minute}};
constexpr Unit iso_days[] = {{"W", week}, {"D", day}};
constexpr Unit iso_times[] = {{"H", hour}, {"M", minute}, {"S", second}};
constexpr Unit sizes[] = {{"", 1},     {"b", 1},   {"k", kb},   {"kb", kb}, {"kib", kb},
                          {"m", mb},   {"mb", mb}, {"mib", mb}, {"g", gb},  {"gb", gb},
                          {"gib", gb}, {"t", tb},  {"tb", tb},  {"tib", tb}};

const Unit* find(std::span<const Unit> units, std::string_view name) {
  for (const Unit& unit : units) {
    if (unit.name == name) return &unit;
  }
  return nullptr;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_unit(char c) { return !is_digit(c) && c != '.' && c != ',' && c != ' '; }

// One number with its unit, taken from the left of a text.
struct Amount {
  uint64_t whole = 0;
  double fraction = 0;
  bool has_fraction = false;
  std::string_view unit;
};

bool take_amount(std::string_view& text, Amount& amount) {
  const char* end = text.data() + text.size();
  const auto whole = std::from_chars(text.data(), end, amount.whole);
  if (text.empty() || !is_digit(text[0]) || whole.ec != std::errc{}) return false;
  text.remove_prefix(static_cast<size_t>(whole.ptr - text.data()));
  if (!text.empty() && (text[0] == '.' || text[0] == ',')) {
    double scale = 1;
    size_t i = 1;
    for (; i < text.size() && is_digit(text[i]); ++i) {
      if (i > 15) continue;
      amount.fraction = amount.fraction * 10 + (text[i] - '0');
      scale *= 10;
    }
    if (i == 1) return false;
    amount.fraction /= scale;
    amount.has_fraction = true;
    text.remove_prefix(i);
  }
  if (text.size() > 1 && text[0] == ' ' && is_unit(text[1])) text.remove_prefix(1);
  size_t size = 0;
  while (size < text.size() && is_unit(text[size])) ++size;
  amount.unit = text.substr(0, size);
  text.remove_prefix(size);
  return true;
}

// total += amount * factor; false when it does not fit.
bool accumulate(uint64_t& total, const Amount& amount, uint64_t factor) {
  uint64_t product = 0;
  const auto part =
      static_cast<uint64_t>(std::llround(amount.fraction * static_cast<double>(factor)));
  return !__builtin_mul_overflow(amount.whole, factor, &product) &&
         !__builtin_add_overflow(total, product, &total) &&
         !__builtin_add_overflow(total, part, &total);
}

// Amounts in falling order of their units; only the last may have a fraction.
bool read_amounts(std::string_view text, std::span<const Unit> units, uint64_t& total) {
  uint64_t before = UINT64_MAX;
  while (!text.empty()) {
    Amount amount;
    if (before != UINT64_MAX && text[0] == ' ') text.remove_prefix(1);
    if (!take_amount(text, amount)) return false;
    const Unit* unit = find(units, amount.unit);
    if (unit == nullptr || unit->factor >= before) return false;
    if (amount.has_fraction && !text.empty()) return false;
    if (!accumulate(total, amount, unit->factor)) return false;
    before = unit->factor;
  }
  return before != UINT64_MAX;
}

// What follows the 'P'.
bool read_iso(std::string_view text, uint64_t& total) {
  const size_t split = text.find('T');
  const std::string_view days = text.substr(0, split);
  if (!days.empty() && !read_amounts(days, iso_days, total)) return false;
  if (split == std::string_view::npos) return !days.empty();
  return read_amounts(text.substr(split + 1), iso_times, total);
}

bool read_plain(std::string_view text, uint64_t factor, uint64_t& total) {
  Amount amount;
  return take_amount(text, amount) && text.empty() && amount.unit.empty() &&
         accumulate(total, amount, factor);
}

// A number of units as a whole number; false when negative, not finite or too large.
bool scale(Value number, uint64_t factor, uint64_t& total) {
  if (number.tag() == Tag::f64) {
    const double scaled = std::round(number.as_f64() * static_cast<double>(factor));
    if (!(scaled >= 0 && scaled < 9.2e18)) return false;
    total = static_cast<uint64_t>(scaled);
    return true;
  }
  const bool natural = number.is_integer() && !(number.tag() == Tag::i64 && number.as_i64() < 0);
  return natural && !__builtin_mul_overflow(number.as_u64(), factor, &total);
}

Error bad_duration(const std::string& spoken) {
  return {
      .status = Status::bad_input,
      .code = "duration.invalid",
      .message = spoken + " is not a duration",
      .hint = "write seconds (300), or a text such as \"250ms\", \"5m\", \"1h30m\" or \"PT5M\""};
}

Error bad_size(const std::string& spoken) {
  return {.status = Status::bad_input,
          .code = "size.invalid",
          .message = spoken + " is not a size",
          .hint = "write bytes (4096), or a text such as \"64KB\", \"50MB\" or \"1.5 GB\""};
}

std::string spoken(Value value) {
  std::string text;
  if (value.tag() == Tag::f64) append_number(text, value.as_f64());
  if (value.tag() == Tag::i64) append_number(text, value.as_i64());
  if (value.tag() == Tag::u64) append_number(text, value.as_u64());
  return text.empty() ? "a value that is neither number nor text" : text;
}

}  // namespace

Result<int64_t> parse_duration(std::string_view text) {
  uint64_t total = 0;
  const bool iso = !text.empty() && text[0] == 'P';
  bool good = iso ? read_iso(text.substr(1), total) : read_plain(text, second, total);
  if (!good && !iso) {
    total = 0;
    good = read_amounts(text, durations, total);
  }
  if (!good || total > INT64_MAX) return bad_duration(quoted(text));
  return static_cast<int64_t>(total);
}

Result<int64_t> parse_duration(Value value) {
  if (value.is_text()) return parse_duration(value.as_text());
  uint64_t total = 0;
  if (!scale(value, second, total) || total > INT64_MAX) return bad_duration(spoken(value));
  return static_cast<int64_t>(total);
}

std::string duration_text(int64_t ns) {
  constexpr Unit parts[] = {{"d", day}, {"h", hour}, {"m", minute}, {"s", second},
                            {"ms", ms}, {"us", us},  {"ns", 1}};
  std::string text;
  uint64_t left = ns > 0 ? static_cast<uint64_t>(ns) : 0;
  for (const Unit& unit : parts) {
    if (left < unit.factor) continue;
    append_number(text, left / unit.factor);
    text += unit.name;
    left %= unit.factor;
  }
  return text.empty() ? "0s" : text;
}

Result<uint64_t> parse_size(std::string_view text) {
  std::string lower;
  for (const char c : text) lower += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  uint64_t total = 0;
  std::string_view rest = lower;
  Amount amount;
  if (!take_amount(rest, amount) || !rest.empty()) return bad_size(quoted(text));
  const Unit* unit = find(sizes, amount.unit);
  if (unit == nullptr || !accumulate(total, amount, unit->factor)) return bad_size(quoted(text));
  return total;
}

Result<uint64_t> parse_size(Value value) {
  if (value.is_text()) return parse_size(value.as_text());
  uint64_t total = 0;
  const bool whole = value.is_integer() || std::trunc(value.as_f64(0.5)) == value.as_f64(0.5);
  if (!whole || !scale(value, 1, total)) return bad_size(spoken(value));
  return total;
}

std::string size_text(uint64_t bytes) {
  constexpr Unit parts[] = {{" TB", tb}, {" GB", gb}, {" MB", mb}, {" KB", kb}};
  std::string text;
  for (const Unit& unit : parts) {
    if (bytes < unit.factor) continue;
    const double tenths =
        std::round(static_cast<double>(bytes) * 10 / static_cast<double>(unit.factor));
    append_number(text, tenths / 10);
    return text.append(unit.name);
  }
  append_number(text, bytes);
  return text + " B";
}

}  // namespace weft::base
