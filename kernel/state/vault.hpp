// Vault: where the payloads of a run's events live, each stored once and never moved.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <weft/result.hpp>
#include <weft/value.hpp>

#include "event/record.hpp"
#include "state/pages.hpp"

namespace weft::state {

// Pages are bumped and kept until the run is forgotten, so a value refers to any earlier one by a
// plain offset. In front of each payload stand its sequence and size; a page begins with a table
// that says which payload starts first in each card of 256 bytes, so that the payload around any
// address is found at once.
class Vault final {
 public:
  explicit Vault(Pages& pages) : pages_(&pages) {}
  Vault(const Vault&) = delete;
  Vault& operator=(const Vault&) = delete;
  ~Vault() { clear(); }

  struct Stored {
    const weft_slot* root = nullptr;
    bool has_links = false;
  };
  // Checks a value that may come from a plugin and keeps it as the payload of event seq. What
  // already lies here is linked and not looked at again.
  Result<Stored> store(uint64_t seq, Value value);
  // Keeps a payload as it was recorded, its links resolved.
  Result<Stored> restore(uint64_t seq, std::string_view payload, const event::Targets& targets);
  void clear();

  bool holds(const void* address) const { return page_of(address) != nullptr; }
  // Requires: root was given by store or restore.
  static uint64_t payload_bytes(const weft_slot* root) { return front(root)->bytes; }

  // Requires: holds(address).
  event::Origin origin(const void* address) const;
  event::Origins origins() const { return {this, origin_of}; }
  uint64_t held_bytes() const { return held_; }

 private:
  struct Front {
    uint64_t seq;
    uint64_t bytes;
  };
  struct Page {
    char* begin;
    uint64_t bytes;
    uint32_t* cards() const { return reinterpret_cast<uint32_t*>(begin); }
  };
  static constexpr uint64_t card_bytes = 256;
  static constexpr uint32_t no_front = UINT32_MAX;

  static const Front* front(const weft_slot* root) {
    return reinterpret_cast<const Front*>(root) - 1;
  }
  static event::Origin origin_of(const void* self, const void* address);
  static bool holds_address(const void* self, const void* address) noexcept;
  static void* grow(void* self, weft_arena* arena, uint64_t bytes) noexcept;

  Arena arena() { return {&bump_, grow, this}; }
  char* open_front(uint64_t bytes);
  void close_front(uint64_t seq, const weft_slot* root);
  char* add_page(uint64_t bytes);
  const Page* page_of(const void* address) const;

  Pages* pages_;
  std::vector<Page> book_;  // sorted by address
  Page current_{nullptr, 0};
  weft_arena bump_{nullptr, nullptr, nullptr};
  uint64_t next_page_ = 4096;
  uint64_t held_ = 0;
};

}  // namespace weft::state
