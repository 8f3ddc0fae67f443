// Instants as RFC 3339 text; nanoseconds since 1970-01-01T00:00Z otherwise.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::base {

// In UTC with as many of nine decimals as needed: 2026-03-01T12:00:00.25Z.
void append_time(std::string& out, int64_t unix_ns);
std::string time_text(int64_t unix_ns);

// Any offset; 1677 to 2262, which is what 64 bits hold.
Result<int64_t> parse_time(std::string_view text);

struct Date {
  int32_t year;
  uint32_t month, day;  // from 1
};
Date date_of(int64_t unix_days);
int64_t days_of(Date date);  // proleptic Gregorian

}  // namespace weft::base
