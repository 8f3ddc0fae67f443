#include "times.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

namespace weft::cli {
namespace {

constexpr int64_t ns_per_s = 1'000'000'000;

std::string fixed(double value, int digits, std::string_view unit) {
  std::array<char, 64> out{};
  const int n = std::snprintf(out.data(), out.size(), "%.*f", digits, value);
  return std::string(out.data(), static_cast<size_t>(n)).append(unit);
}

std::string two_parts(int64_t major, const char* unit, int64_t minor, const char* rest) {
  std::string out = std::to_string(major) + unit;
  if (minor < 10) out += '0';
  return out + std::to_string(minor) + rest;
}

bool read_digits(std::string_view text, size_t at, size_t n, int& out) {
  if (at + n > text.size()) return false;
  const char* end = text.data() + at + n;
  return std::from_chars(text.data() + at, end, out).ptr == end;
}

int64_t fraction_ns(std::string_view text) {
  int64_t ns = 0, unit = ns_per_s;
  for (size_t i = 20; i < text.size() && text[i] >= '0' && text[i] <= '9' && unit > 1; ++i) {
    unit /= 10;
    ns += (text[i] - '0') * unit;
  }
  return ns;
}

}  // namespace

int64_t wall_ns() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

std::string duration_text(int64_t ns) {
  if (ns < 0) ns = 0;
  const double ms = static_cast<double>(ns) / 1e6;
  const int64_t s = ns / ns_per_s;
  if (ns < 9'995'000) return fixed(ms, 2, " ms");
  if (ns < 999'500'000) return fixed(ms, 1, " ms");
  if (ns < 59'995'000'000) return fixed(ms / 1e3, 2, " s");
  if (s < 3600) return two_parts(s / 60, " min ", s % 60, " s");
  return two_parts(s / 3600, " h ", s / 60 % 60, " min");
}

std::string local_text(int64_t wall) {
  const time_t seconds = wall / ns_per_s;
  tm local{};
  if (localtime_r(&seconds, &local) == nullptr) return {};
  std::array<char, 32> out{};
  return {out.data(), strftime(out.data(), out.size(), "%Y-%m-%d %H:%M:%S", &local)};
}

int64_t parse_time(std::string_view text) {
  tm t{};
  const bool ok = read_digits(text, 0, 4, t.tm_year) && read_digits(text, 5, 2, t.tm_mon) &&
                  read_digits(text, 8, 2, t.tm_mday) && read_digits(text, 11, 2, t.tm_hour) &&
                  read_digits(text, 14, 2, t.tm_min) && read_digits(text, 17, 2, t.tm_sec);
  if (!ok || !text.ends_with('Z')) return 0;
  t.tm_year -= 1900;
  t.tm_mon -= 1;
  return int64_t{timegm(&t)} * ns_per_s + fraction_ns(text);
}

}  // namespace weft::cli
