// How a snapshot lies in memory; for its writer and its reader.
#pragma once

#include <array>
#include <cstdint>

namespace weft::state {

struct SnapshotHead {
  std::array<char, 8> magic;
  uint32_t version, crc;  // crc covers everything behind it
  uint64_t size;          // of all
  uint64_t expect, seq;
  uint64_t frames;  // ever opened
};
static_assert(sizeof(SnapshotHead) == 48);
inline constexpr std::array<char, 8> snapshot_magic{'w', 'e', 'f', 't', 's', 'n', 'a', 'p'};
inline constexpr uint64_t crc_from = 16;

struct PayloadHead {
  uint64_t seq;
  uint32_t bytes, flags;  // as in a record
};

struct ChunkHead {
  uint32_t frame, first, count, zero;
};

// Its columns follow, each of count entries, and 4 bytes of nothing where that number is odd.
inline constexpr uint64_t chunk_bytes_per_node = 8 + 8 + 8 + 4 + 4 + 2 + 1 + 1;
inline constexpr uint32_t chunk_fill(uint32_t count) { return count % 2 * 4; }

struct SectionHead {
  uint32_t kind, zero;
  uint64_t size;  // of the body, a multiple of 8
};

// In the order in which they stand in a snapshot; each is there once.
enum class Section : uint32_t { payloads = 1, run, frames, chunks, waits };
inline constexpr std::array<const char*, 6> section_names{
    "", "payloads", "run", "frames", "chunks", "waits",
};

}  // namespace weft::state
