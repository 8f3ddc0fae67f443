#include "engine/calls.hpp"

#include "base/limits.hpp"

namespace weft::engine {

Calls::~Calls() {
  for (auto& chunk : chunks_) delete chunk.load();
}

Call* Calls::open() {
  if (free_.empty()) {
    if (made_ == base::limits::open_calls) return nullptr;
    auto* chunk = new Chunk;
    for (uint32_t i = chunk_size; i > 0; --i) {
      (*chunk)[i - 1].index = made_ + i - 1;
      free_.push_back(made_ + i - 1);
    }
    chunks_[made_ >> chunk_bits].store(chunk, std::memory_order_release);
    made_ += chunk_size;
  }
  Call& call = at(free_.back());
  free_.pop_back();
  const uint64_t generation = (call.phase.load(std::memory_order_relaxed) >> 2U) + 1;
  call.phase.store(generation << 2U | Call::open, std::memory_order_release);
  call.call.op = generation << index_bits | call.index;
  call.cancel = 0;
  call.due = 0;
  call.was_asked = call.is_late = call.is_forgotten = call.is_hook = false;
  return &call;
}

void Calls::close(Call& call) {
  const uint64_t generation = call.phase.load(std::memory_order_relaxed) >> 2U;
  call.phase.store(generation << 2U | Call::idle, std::memory_order_release);
  if (call.doc.release != nullptr) {
    call.doc.release(&call.doc);
    call.doc = {};
  }
  if (call.is_hook) call.subject = {};
  call.arena.reset();
  free_.push_back(call.index);
}

Call* Calls::find(weft_op op) const {
  const uint64_t index = op & ((1U << index_bits) - 1);
  const Chunk* chunk = chunks_[index >> chunk_bits].load(std::memory_order_acquire);
  if (chunk == nullptr) return nullptr;
  Call& call = at(static_cast<uint32_t>(index));
  const uint64_t phase = call.phase.load(std::memory_order_acquire);
  if (phase >> 2U != op >> index_bits || (phase & 3U) == Call::idle) return nullptr;
  return &call;
}

bool Calls::claim(Call& call, weft_op op) {
  const uint64_t generation = op >> index_bits;
  uint64_t open = generation << 2U | Call::open;
  const bool first = call.phase.compare_exchange_strong(open, generation << 2U | Call::answered,
                                                        std::memory_order_acq_rel);
  if (!first) stray.fetch_add(1, std::memory_order_relaxed);
  return first;
}

}  // namespace weft::engine
