#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace weft::base {

void fail_check(const char* sentence, std::source_location place) noexcept {
  std::fprintf(stderr, "%s:%u: bug in weft: %s\n", place.file_name(),
               static_cast<unsigned>(place.line()), sentence);
  std::abort();
}

}  // namespace weft::base
