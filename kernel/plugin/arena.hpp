// CallArena: the memory of one call, lent to plugins as a weft_arena that the kernel can grow.
#pragma once

#include <cstdint>

#include <weft/value.hpp>

#include "base/blocks.hpp"
#include "base/limits.hpp"

namespace weft::plugin {

// Blocks whose weft_arena can be recognised again when a plugin asks for more.
// Invariant: raw()->impl is this object, so it is neither copied nor moved.
class CallArena final {
 public:
  explicit CallArena(uint64_t bytes_max = base::limits::call_arena_bytes);
  CallArena(const CallArena&) = delete;
  CallArena& operator=(const CallArena&) = delete;

  // Lent to a plugin as call->arena.
  weft_arena* raw() { return blocks_.raw(); }
  // The same for the kernel's own builders.
  Arena words() { return blocks_.arena(); }
  base::Blocks& blocks() { return blocks_; }

  // Forgets what was built; everything that pointed here is void. Blocks are kept for the
  // next call up to limits::kept_arena_bytes.
  void reset();
  // n more bytes, or null above the budget. The shape of weft_host.arena_grow for an arena made
  // here; owner is not used.
  static void* grow(void* owner, weft_arena* arena, uint64_t n) noexcept;

 private:
  base::Blocks blocks_;
};

}  // namespace weft::plugin
