// Calls: the operations that are open, found by a token that a plugin may keep as long as it likes.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include <weft/tool.h>

#include "base/doc.hpp"
#include "engine/hooks.hpp"
#include "engine/secrets.hpp"
#include "plugin/arena.hpp"
#include "plugin/bound.hpp"
#include "run/input.hpp"

namespace weft::engine {

// One operation. The deciding thread opens and closes it; whoever answers first writes the answer
// and then posts the token, which publishes what was written.
struct Call {
  enum Phase : uint64_t { idle, open, answered };
  std::atomic<uint64_t> phase{0};  // generation << 2 | Phase
  uint32_t index = 0;
  void* engine = nullptr;
  uint32_t run = 0;
  run::Command of;  // the command that made it
  plugin::BoundTool tool;
  weft_call call{};
  plugin::CallArena arena;
  uint32_t cancel = 0;  // polled by the plugin; written through atomic_ref
  std::string key;
  weft_val grants{nullptr, 0};
  std::vector<Secret> secrets;  // that it was given
  int64_t due = 0;              // tick at which it is out of time; 0 is never
  uint32_t claim = UINT32_MAX;  // of the room that it has
  bool may_cache = false;       // its result may serve again
  bool was_asked = false;       // to end
  bool is_late = false;         // because it was out of time
  bool is_forgotten = false;    // nobody waits for the answer any more

  // Of a hook that may block; tool is not used then.
  bool is_hook = false;
  uint32_t point = 0;
  Hooks::Entry* entry = nullptr;
  void* question = nullptr;  // of the engine; null when it goes on without the answer
  base::Doc subject;
  int64_t spent_ns = 0;

  weft_status status = WEFT_OK;
  weft_out out{};
  weft_error error{};
  weft_doc doc{};  // release is not null when the answer was moved here
};

class Calls final {
 public:
  ~Calls();
  Calls() = default;
  Calls(const Calls&) = delete;
  Calls& operator=(const Calls&) = delete;

  // A call ready to be filled, its token in call.op; null when limits::open_calls are open.
  Call* open();
  // Ends it; the token is void and the memory is used again.
  void close(Call& call);
  // The call of a token while it is open or answered. Any thread.
  Call* find(weft_op op) const;
  // True for the first one who answers; only that one may write the answer. Any thread.
  bool claim(Call& call, weft_op op);

  // Of tools, or of hooks.
  template <class Visit>
  void for_each_open(Visit visit, bool of_hooks = false) {
    for (uint32_t i = 0; i < made_; ++i) {
      const bool is_open = (at(i).phase.load(std::memory_order_relaxed) & 3U) == Call::open;
      if (is_open && at(i).is_hook == of_hooks) visit(at(i));
    }
  }
  uint32_t open_count() const { return made_ - static_cast<uint32_t>(free_.size()); }
  // Answers to tokens that were not open: late, double or invented. Harmless, and counted.
  std::atomic<uint64_t> stray{0};

 private:
  static constexpr unsigned chunk_bits = 6, index_bits = 16;
  static constexpr uint32_t chunk_size = 1U << chunk_bits;
  using Chunk = std::array<Call, chunk_size>;
  Call& at(uint32_t index) const {
    return (*chunks_[index >> chunk_bits].load(std::memory_order_acquire))[index % chunk_size];
  }

  std::array<std::atomic<Chunk*>, (1U << index_bits) / chunk_size> chunks_{};
  std::vector<uint32_t> free_;
  uint32_t made_ = 0;
};

}  // namespace weft::engine
