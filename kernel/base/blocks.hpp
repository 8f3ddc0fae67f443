// Blocks: a growing arena that keeps its memory for the next use.
#pragma once

#include <cstdint>

#include <weft/value.hpp>

#include "base/limits.hpp"

namespace weft::base {

// Lends an Arena; what was built lives until reset() or the end. Each block is twice the one
// before, up to limits::block_bytes_max; a larger request gets a block of its own. Not thread-safe.
class Blocks final {
 public:
  // The first block is made at the first allocation. max_bytes bounds all blocks together; beyond
  // it the arena is full (weft_host.arena_grow answers null, Arena::allocate throws).
  explicit Blocks(uint64_t first_bytes = limits::block_first_bytes,
                  uint64_t max_bytes = UINT64_MAX);
  ~Blocks();
  Blocks(const Blocks&) = delete;
  Blocks& operator=(const Blocks&) = delete;

  Arena arena() { return Arena(&arena_, &Blocks::grow, this); }
  weft_arena* raw() { return &arena_; }

  // Forgets what was built and keeps the blocks, so a second round allocates nothing.
  void reset();
  // Forgets what was built and gives all blocks but the first back.
  void shrink();

  uint64_t used_bytes() const;                   // since the last reset, without gaps at block ends
  uint64_t held_bytes() const { return held_; }  // from the heap
  bool holds(const void* p) const;               // whether p lies in one of the blocks

  // What weft_host.arena_grow does: owner is the Blocks. Null when the bound is reached.
  static void* grow(void* owner, weft_arena* arena, uint64_t n) noexcept;

 private:
  struct Block {
    Block* next;
    uint64_t bytes;
  };
  static char* start_of(Block* block) { return reinterpret_cast<char*>(block + 1); }
  void enter(Block* block);
  Block* add(uint64_t n);

  weft_arena arena_{};
  uint64_t first_bytes_, max_bytes_;
  uint64_t held_ = 0, used_before_ = 0;
  Block* first_ = nullptr;
  Block* current_ = nullptr;
};

}  // namespace weft::base
