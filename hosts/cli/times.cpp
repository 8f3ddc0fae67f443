#include "times.hpp"

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "arguments.hpp"

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

struct Unit {
  std::string_view name;
  int64_t ns;
};
constexpr Unit units[] = {{"ms", 1'000'000},       {"s", ns_per_s},
                          {"m", 60 * ns_per_s},    {"h", 3600 * ns_per_s},
                          {"d", 86400 * ns_per_s}, {"w", 7 * 86400 * ns_per_s}};

}  // namespace

Result<int64_t> duration_of(std::string_view option, std::string_view text) {
  const Error wrong =
      usage_error("'" + std::string(text) + "' is no duration for '--" + std::string(option) + "'",
                  "durations are written as 250ms, 30s, 5m, 1h30m or 7d");
  int64_t sum = 0;
  for (std::string_view rest = text; !rest.empty() || sum == 0;) {
    int64_t n = 0;
    const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), n);
    if (read.ec != std::errc() || n < 0) return wrong;
    rest.remove_prefix(static_cast<size_t>(read.ptr - rest.data()));
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789"));
    rest.remove_prefix(name.size());
    int64_t unit = name.empty() ? ns_per_s : 0;
    for (const Unit& one : units) {
      if (one.name == name) unit = one.ns;
    }
    if (unit == 0 || n > INT64_MAX / unit - sum / unit) return wrong;
    sum += n * unit;
    if (rest.empty()) break;
  }
  return sum;
}

Result<int64_t> instant_of(std::string_view option, std::string_view text) {
  if (const int64_t time = parse_time(text); time != 0) return time;
  auto ago = duration_of(option, text);
  if (ago) return wall_ns() - *ago;
  return usage_error("'" + std::string(text) + "' is no time for '--" + std::string(option) + "'",
                     "times are written as 2026-03-01T12:00:00Z, or as 2d for two days ago");
}

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
