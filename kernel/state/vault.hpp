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

// Pages are bumped, so a value refers to any earlier one by a plain offset. In front of each
// payload stand its sequence and size; a page begins with a table that says which payload starts
// first in each card of 256 bytes, so that the payload around any address is found at once. A large
// payload has a page of its own.
//
// Pages are counted: the vaults of a run and of its forks share what the run held when they began.
// All of them belong to one deciding thread and one pool.
class Vault final {
 public:
  explicit Vault(Pages& pages);
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
  // Keeps a payload as it was recorded, its links resolved. Requires: it is a valid value.
  Result<Stored> restore(uint64_t seq, std::string_view payload, const event::Targets& targets);
  void clear();
  // Sees what the other holds now; what either stores later is its own. Takes time by the number of
  // pages. Requires: nothing was stored here, and both take pages from the same pool.
  void share_from(const Vault& from);

  bool holds(const void* address) const { return page_of(address) != nullptr; }
  // Requires: root was given by store or restore.
  static uint64_t payload_bytes(const weft_slot* root) { return front(root)->bytes; }
  static bool has_links(const weft_slot* root) { return (front(root)->mark & 1U) != 0; }

  // Requires: holds(address).
  event::Origin origin(const void* address) const;
  event::Origins origins() const { return {this, origin_of}; }
  uint64_t held_bytes() const { return held_; }

  // Rounds over payloads, for Reach: each has a number of its own, which stays on what it met.
  uint32_t next_round() { return pages_->next_round(); }
  // The payload around an address, when the round meets it for the first time; else null, as for an
  // address elsewhere.
  const weft_slot* meet(const void* address, uint32_t round);
  static uint64_t seq_of(const weft_slot* root) { return front(root)->seq; }
  // Gives back the pages on which the round met nothing; answers how many bytes that were.
  // Requires: nobody holds an address on such a page.
  uint64_t give_back_unmet(uint32_t round);

  // Whether a sweep is worth its time: see limits::swept_bytes.
  bool is_full() const { return held_ >= full_at_; }

 private:
  struct Front {
    uint64_t seq;
    uint32_t bytes;
    uint32_t mark;  // the latest round that met it, shifted by one; bit 0: it has links
  };
  struct Head {  // of a page; the table of cards follows
    uint32_t holders;
    uint32_t round;  // the latest that met a payload on it
  };
  struct Page {
    char* begin;
    uint64_t bytes;
    Head* head() const { return reinterpret_cast<Head*>(begin); }
    uint32_t* cards() const { return reinterpret_cast<uint32_t*>(begin + sizeof(Head)); }
    char* open(uint32_t round) const;  // answers where payloads begin
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
  Page take_page(uint64_t bytes);
  void add_page(uint64_t bytes);
  char* open_front(uint64_t bytes);
  char* open_alone(uint64_t bytes);
  void close_front(uint64_t seq, const weft_slot* root, bool has_links);
  void drop(const Page& page);
  const Page* page_of(const void* address) const;
  const weft_slot* around(const Page& page, const void* address) const;

  Pages* pages_;
  std::vector<Page> book_;  // sorted by address
  Page current_{nullptr, 0};
  Page alone_{nullptr, 0};  // of a large payload, while it is made
  weft_arena bump_{nullptr, nullptr, nullptr};
  weft_arena alone_bump_{nullptr, nullptr, nullptr};
  uint64_t next_page_ = 0;
  uint64_t held_ = 0;
  uint64_t full_at_ = 0;
};

}  // namespace weft::state
