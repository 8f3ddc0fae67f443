// Durations and sizes as people write them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <weft/result.hpp>
#include <weft/value.hpp>

namespace weft::base {

// Nanoseconds, never negative. A number means seconds; a text is "300", "250ms", "5m", "1h30m",
// "1.5s" (units ns us ms s m h d w, largest first) or ISO 8601 without years and months: "PT5M".
Result<int64_t> parse_duration(Value value);
Result<int64_t> parse_duration(std::string_view text);
std::string duration_text(int64_t ns);  // "1h30m", "250ms"; reads back equal

// Bytes. A number means bytes; a text is "50MB", "1.5 GB", "64KiB", "512". Units are binary.
Result<uint64_t> parse_size(Value value);
Result<uint64_t> parse_size(std::string_view text);
std::string size_text(uint64_t bytes);  // "1.5 MB", for people

}  // namespace weft::base
