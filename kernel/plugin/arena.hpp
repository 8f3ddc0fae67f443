// CallArena: the memory of one call, lent to plugins as a weft_arena that the kernel can grow.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <weft/value.hpp>

namespace weft::plugin {

// What one call may build; a result above 1 MB is kept out of line anyway.
inline constexpr uint64_t call_bytes_max = uint64_t{100} << 20;

// A list of blocks, bumped inline by whoever holds raw(). Nothing is allocated before the first
// use, reset() keeps the blocks, and growing beyond the budget is answered with null.
// Invariant: raw()->impl is this object, so it is neither copied nor moved.
class CallArena final {
 public:
  explicit CallArena(uint64_t budget = call_bytes_max);
  CallArena(const CallArena&) = delete;
  CallArena& operator=(const CallArena&) = delete;

  // Lent to a plugin as call->arena.
  weft_arena* raw() { return &raw_; }
  // The same for the kernel's own builders. It throws std::bad_alloc where a plugin would.
  Arena words() { return {&raw_, &CallArena::grow_raw, nullptr}; }

  // n more 8-aligned bytes, or null above the budget. The current piece is given up when it is
  // smaller than what remains of the new block.
  void* grow(uint64_t n);
  // Forgets what was built; everything that pointed here is void. Large calls give memory back.
  void reset();
  // Bytes of all blocks.
  uint64_t held() const { return held_; }

  // The shape of weft_host.arena_grow; owner is not used.
  static void* grow_raw(void* owner, weft_arena* arena, uint64_t n) noexcept;

 private:
  struct Block {
    std::unique_ptr<char[]> bytes;
    uint64_t size = 0;
  };
  void* enter(const Block& block, uint64_t n);

  weft_arena raw_{nullptr, nullptr, nullptr};
  std::vector<Block> blocks_;
  size_t used_ = 0;  // blocks in use
  uint64_t held_ = 0;
  uint64_t budget_;
};

}  // namespace weft::plugin
