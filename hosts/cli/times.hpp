// Times as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/result.hpp>

namespace weft::cli {

int64_t wall_ns();

// '0.12 ms', '12.3 ms', '1.23 s', '2 min 03 s', '1 h 02 min'.
std::string duration_text(int64_t ns);

// '2026-01-31 12:00:00' in local time.
std::string local_text(int64_t wall);

// Nanoseconds since 1970 of an RFC 3339 time in UTC; 0 when it is none.
int64_t parse_time(std::string_view text);

// '250ms', '5m', '1h30m', '2d'; a number alone means seconds. Named by its option where it is
// wrong.
Result<int64_t> duration_of(std::string_view option, std::string_view text);

// An RFC 3339 time, or a duration before now.
Result<int64_t> instant_of(std::string_view option, std::string_view text);

}  // namespace weft::cli
