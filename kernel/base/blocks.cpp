#include "base/blocks.hpp"

#include <algorithm>
#include <cstdlib>

namespace weft::base {

// An arena without a block has room for nothing, but points at something: a payload of no bytes may
// then be placed like any other.
Blocks::Blocks(uint64_t first_bytes, uint64_t max_bytes)
    : first_bytes_(first_bytes), max_bytes_(max_bytes) {
  arena_.cur = arena_.end = reinterpret_cast<char*>(&arena_);
  arena_.impl = this;
}

Blocks::~Blocks() {
  while (first_ != nullptr) {
    Block* next = first_->next;
    std::free(first_);
    first_ = next;
  }
}

void Blocks::enter(Block* block) {
  current_ = block;
  arena_.cur = start_of(block);
  arena_.end = arena_.cur + block->bytes;
}

void Blocks::reset() {
  used_before_ = 0;
  if (first_ != nullptr) enter(first_);
}

void Blocks::shrink() {
  reset();
  if (first_ == nullptr) return;
  while (Block* second = first_->next) {
    first_->next = second->next;
    held_ -= second->bytes;
    std::free(second);
  }
}

uint64_t Blocks::used_bytes() const {
  if (current_ == nullptr) return 0;
  return used_before_ + static_cast<uint64_t>(arena_.cur - start_of(current_));
}

bool Blocks::holds(const void* p) const {
  const auto at = reinterpret_cast<uintptr_t>(p);
  for (Block* block = first_; block != nullptr; block = block->next) {
    const auto start = reinterpret_cast<uintptr_t>(start_of(block));
    if (at >= start && at - start < block->bytes) return true;
  }
  return false;
}

// A new block behind the current one, so that the next round meets the blocks in the same order.
Blocks::Block* Blocks::add(uint64_t n) {
  const uint64_t room = max_bytes_ - std::min(held_, max_bytes_);
  const uint64_t doubled =
      std::clamp(held_, first_bytes_, std::max(first_bytes_, limits::block_bytes_max));
  const uint64_t bytes = std::max(n, std::min(doubled & ~uint64_t{7}, room));
  if (bytes > room || bytes > SIZE_MAX - sizeof(Block)) return nullptr;
  auto* block = static_cast<Block*>(std::malloc(sizeof(Block) + bytes));
  if (block == nullptr) return nullptr;
  Block*& link = current_ != nullptr ? current_->next : first_;
  *block = {link, bytes};
  link = block;
  held_ += bytes;
  return block;
}

void* Blocks::grow(void* owner, weft_arena* arena, uint64_t n) noexcept {
  auto* self = static_cast<Blocks*>(owner);
  if (n > UINT64_MAX - 7) return nullptr;
  n = (n + 7) & ~uint64_t{7};
  Block* next = self->current_ != nullptr ? self->current_->next : self->first_;
  if (next == nullptr || next->bytes < n) next = self->add(n);
  if (next == nullptr) return nullptr;
  self->used_before_ = self->used_bytes();
  self->enter(next);
  void* p = arena->cur;
  arena->cur += n;
  return p;
}

}  // namespace weft::base
