// Times as people read them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace weft::cli {

int64_t wall_ns();

// '0.12 ms', '12.3 ms', '1.23 s', '2 min 03 s', '1 h 02 min'.
std::string duration_text(int64_t ns);

// '2026-01-31 12:00:00' in local time.
std::string local_text(int64_t wall);

// Nanoseconds since 1970 of an RFC 3339 time in UTC; 0 when it is none.
int64_t parse_time(std::string_view text);

}  // namespace weft::cli
