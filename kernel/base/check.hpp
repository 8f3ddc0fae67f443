// check: what is true unless weft itself is wrong, looked at in every build.
#pragma once

#include <source_location>

namespace weft::base {

// Prints file:line and the sentence, then aborts.
[[noreturn]] void fail_check(const char* sentence, std::source_location place) noexcept;

// For our own bugs, never for input: check(size <= room, "the buffer was measured before").
inline void check(bool condition, const char* sentence,
                  std::source_location place = std::source_location::current()) noexcept {
  if (!condition) [[unlikely]]
    fail_check(sentence, place);
}

}  // namespace weft::base
