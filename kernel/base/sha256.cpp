#include "base/sha256.hpp"

#include <bit>
#include <cstring>

#ifdef __x86_64__
#include <cpuid.h>
#include <immintrin.h>
#endif

namespace weft::base {
namespace {

alignas(16) constexpr uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

uint32_t load_big(const uint8_t* p) {
  return uint32_t{p[0]} << 24U | uint32_t{p[1]} << 16U | uint32_t{p[2]} << 8U | uint32_t{p[3]};
}

void store_big(uint8_t* p, uint32_t v) {
  for (int i = 0; i < 4; ++i) p[i] = static_cast<uint8_t>(v >> (24 - 8 * i));
}

#ifdef __x86_64__
// The state is kept as the instructions want it: {A,B,E,F} and {C,D,G,H}.
__attribute__((target("sha,sse4.1"))) void with_sha_ni(uint32_t* state, const uint8_t* blocks,
                                                       size_t count) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  auto* stored = reinterpret_cast<__m128i*>(state);
  const __m128i cdab = _mm_shuffle_epi32(_mm_loadu_si128(stored), 0xb1);
  const __m128i efgh = _mm_shuffle_epi32(_mm_loadu_si128(stored + 1), 0x1b);
  __m128i abef = _mm_alignr_epi8(cdab, efgh, 8);
  __m128i cdgh = _mm_blend_epi16(efgh, cdab, 0xf0);

  for (; count != 0; --count, blocks += 64) {
    const __m128i abef_before = abef, cdgh_before = cdgh;
    __m128i w[4];
    for (int i = 0; i < 4; ++i) {
      const auto* words = reinterpret_cast<const __m128i*>(blocks + 16 * i);
      w[i] = _mm_shuffle_epi8(_mm_loadu_si128(words), big_endian);
    }
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      __m128i& now = w[i & 3];
      if (i >= 4) {
        const __m128i newest = w[(i + 3) & 3];
        const __m128i middle = _mm_alignr_epi8(newest, w[(i + 2) & 3], 4);
        now = _mm_add_epi32(_mm_sha256msg1_epu32(now, w[(i + 1) & 3]), middle);
        now = _mm_sha256msg2_epu32(now, newest);
      }
      const auto* constants = reinterpret_cast<const __m128i*>(rounds + 4 * i);
      const __m128i sum = _mm_add_epi32(now, _mm_load_si128(constants));
      cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);
      abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0e));
    }
    abef = _mm_add_epi32(abef, abef_before);
    cdgh = _mm_add_epi32(cdgh, cdgh_before);
  }

  const __m128i feba = _mm_shuffle_epi32(abef, 0x1b);
  const __m128i dchg = _mm_shuffle_epi32(cdgh, 0xb1);
  _mm_storeu_si128(stored, _mm_blend_epi16(feba, dchg, 0xf0));
  _mm_storeu_si128(stored + 1, _mm_alignr_epi8(dchg, feba, 8));
}

bool has_sha_ni() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & (1U << 29U)) != 0 &&
         __builtin_cpu_supports("sse4.1");
}
#endif

}  // namespace

namespace sha256_ways {

void portable(uint32_t* state, const uint8_t* blocks, size_t count) {
  for (; count != 0; --count, blocks += 64) {
    uint32_t w[64];
    for (int i = 0; i < 16; ++i) w[i] = load_big(blocks + 4 * i);
    for (int i = 16; i < 64; ++i) {
      const uint32_t x = w[i - 15], y = w[i - 2];
      const uint32_t s0 = std::rotr(x, 7) ^ std::rotr(x, 18) ^ (x >> 3U);
      const uint32_t s1 = std::rotr(y, 17) ^ std::rotr(y, 19) ^ (y >> 10U);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    for (int i = 0; i < 64; ++i) {
      const uint32_t s1 = std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25);
      const uint32_t t1 = h + s1 + ((e & f) ^ (~e & g)) + rounds[i] + w[i];
      const uint32_t s0 = std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22);
      const uint32_t t2 = s0 + ((a & b) ^ (a & c) ^ (b & c));
      h = g, g = f, f = e, e = d + t1;
      d = c, c = b, b = a, a = t1 + t2;
    }
    state[0] += a, state[1] += b, state[2] += c, state[3] += d;
    state[4] += e, state[5] += f, state[6] += g, state[7] += h;
  }
}

// The question costs microseconds in a virtual machine, so the answer is kept.
Compress fastest() {
#ifdef __x86_64__
  static const Compress way = has_sha_ni() ? with_sha_ni : portable;
  return way;
#else
  return portable;
#endif
}

}  // namespace sha256_ways

void Sha256::update(const void* bytes, size_t size) {
  const auto* p = static_cast<const uint8_t*>(bytes);
  const size_t held = total_ % 64;
  total_ += size;
  if (held + size < 64) {
    if (size != 0) std::memcpy(rest_.data() + held, p, size);
    return;
  }
  const auto compress = sha256_ways::fastest();
  if (held != 0) {
    const size_t fill = 64 - held;
    std::memcpy(rest_.data() + held, p, fill);
    compress(state_.data(), rest_.data(), 1);
    p += fill;
    size -= fill;
  }
  if (size >= 64) compress(state_.data(), p, size / 64);
  p += size & ~size_t{63};
  if (size % 64 != 0) std::memcpy(rest_.data(), p, size % 64);
}

Digest Sha256::finish() {
  const uint64_t bits = total_ * 8;
  uint8_t tail[72] = {0x80};
  const size_t zeros = (119 - total_ % 64) % 64;
  store_big(tail + 1 + zeros, static_cast<uint32_t>(bits >> 32U));
  store_big(tail + 5 + zeros, static_cast<uint32_t>(bits));
  update(tail, 9 + zeros);
  Digest digest;
  for (size_t i = 0; i < 8; ++i) store_big(digest.data() + 4 * i, state_[i]);
  return digest;
}

Digest sha256(std::string_view bytes) {
  Sha256 sum;
  sum.update(bytes);
  return sum.finish();
}

}  // namespace weft::base
