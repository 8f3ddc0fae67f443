// SHA-256 (FIPS 180-4), in pieces or at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace weft::base {

using Digest = std::array<uint8_t, 32>;

class Sha256 final {
 public:
  void update(const void* bytes, size_t size);
  void update(std::string_view bytes) { update(bytes.data(), bytes.size()); }
  Digest finish();  // once; the object is then used up

 private:
  std::array<uint32_t, 8> state_{0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  uint64_t total_ = 0;
  std::array<uint8_t, 64> rest_{};
};

Digest sha256(std::string_view bytes);

// The two ways to do it, for tests and benchmarks; the fast one is used where the machine has it.
namespace sha256_ways {
using Compress = void (*)(uint32_t* state, const uint8_t* blocks, size_t count);
void portable(uint32_t* state, const uint8_t* blocks, size_t count);
Compress fastest();
}  // namespace sha256_ways

}  // namespace weft::base
