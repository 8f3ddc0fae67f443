#include "pool.hpp"

#include <algorithm>

namespace weft::cli {

void* Pool::grow(void* self, weft_arena* arena, uint64_t n) noexcept {
  constexpr uint64_t piece_bytes = 4096;
  const uint64_t size = std::max(n, piece_bytes);
  auto& pieces = static_cast<Pool*>(self)->pieces_;
  pieces.push_back(std::make_unique<uint64_t[]>(size / sizeof(uint64_t) + 1));
  char* begin = reinterpret_cast<char*>(pieces.back().get());
  arena->cur = begin + n;
  arena->end = begin + size;
  return begin;
}

}  // namespace weft::cli
