#include "plugin/arena.hpp"

namespace weft::plugin {

CallArena::CallArena(uint64_t bytes_max) : blocks_(base::limits::block_first_bytes, bytes_max) {
  blocks_.raw()->impl = this;
}

void CallArena::reset() {
  if (blocks_.held_bytes() > base::limits::kept_arena_bytes) {
    blocks_.shrink();
  } else {
    blocks_.reset();
  }
  blocks_.raw()->impl = this;
}

// A plugin that hands in an arena of its own making is answered with null rather than believed.
void* CallArena::grow(void* /*owner*/, weft_arena* arena, uint64_t n) noexcept {
  if (arena == nullptr || arena->impl == nullptr) return nullptr;
  auto* call = static_cast<CallArena*>(arena->impl);
  if (call->raw() != arena) return nullptr;
  void* bytes = base::Blocks::grow(&call->blocks_, arena, n);
  arena->impl = call;
  return bytes;
}

}  // namespace weft::plugin
