// Ids of runs: short texts that sort by the time they were made.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace weft::base {

// Milliseconds since 1970 in the first six bytes, most significant first, then randomness.
using IdBytes = std::array<uint8_t, 16>;
IdBytes id_bytes(int64_t unix_ms, const std::array<uint8_t, 10>& random);

// Lower-case Crockford base32: ten characters of milliseconds, '-', six of randomness, such as
// 01jd3x5k8w-7qk2mv. Ids of one millisecond differ in 30 bits: whoever makes them checks.
std::string id_text(const IdBytes& bytes);
bool is_id(std::string_view text);
std::optional<int64_t> id_time_ms(std::string_view id);

}  // namespace weft::base
